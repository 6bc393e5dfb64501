import AsyncHTTPClient
import Domain
import Foundation
import NIOHTTP1

/// The few calls of the private port that the traffic needs.
struct TrafficAPI: Sendable {
    let client: TrafficClient
    let target: TrafficTarget

    private struct Sites: Decodable {
        struct Site: Decodable {
            var key: String
            var origins: [String]
        }
        var items: [Site]
    }
    private struct Numbered: Decodable { var id: UInt32 }
    private struct Token: Decodable { var token: String }
    private struct Contact: Encodable {
        struct Account: Encodable { var name, domain: String }
        struct Owner: Encodable { var key, name: String }
        struct Consents: Encodable { var clicks, opens: Bool }
        var email, firstName, lastName, status: String
        var account: Account
        var owner: Owner
        var consents: Consents
        var fields: [String: String]
    }
    private struct Message: Encodable { var name, campaign: String }
    private struct Link: Encodable {
        var url: String
        var message: UInt32
        var site: String
    }
    private struct Quote: Encodable { var title, url, contact: String }
    private struct NewToken: Encodable {
        var purpose, contact: String
        var object: UInt32
    }

    /// An origin of the demonstration's site.
    func siteOrigin() async throws -> String {
        let sites: Sites = try await self.call(.GET, "/sites")
        guard let origin = sites.items.first(where: { $0.key == DemoSeed.siteKey })?.origins.first else {
            throw TrafficFailure.noSite
        }
        return origin
    }

    func status() async throws -> TrafficStatus { try await self.call(.GET, "/status") }

    func put(_ contact: TrafficContact) async throws {
        let body = Contact(
            email: contact.email,
            firstName: contact.firstName,
            lastName: contact.lastName,
            status: ContactStatus.prospect.rawValue,
            account: .init(name: contact.company, domain: String(contact.email.split(separator: "@").last ?? "")),
            owner: .init(key: "paul.durand@ardoine.example", name: "Paul Durand"),
            consents: .init(clicks: contact.allowsClicks, opens: contact.allowsOpens),
            fields: ["employees": "\(contact.employees)"]
        )
        _ = try await self.send(.POST, "/contacts", body)
    }

    func createMessage(name: String) async throws -> UInt32 {
        let made: Numbered = try await self.call(.POST, "/messages", Message(name: name, campaign: "lettre"))
        return made.id
    }

    func createLink(url: String, message: UInt32) async throws -> UInt32 {
        let body = Link(url: url, message: message, site: DemoSeed.siteKey)
        let made: Numbered = try await self.call(.POST, "/links", body)
        return made.id
    }

    func createQuote(title: String, url: String, contact: String) async throws -> UInt32 {
        let made: Numbered = try await self.call(.POST, "/quotes", Quote(title: title, url: url, contact: contact))
        return made.id
    }

    func token(_ purpose: TokenPayload.Purpose, contact: String, object: UInt32) async throws -> String {
        let body = NewToken(purpose: purpose.name, contact: contact, object: object)
        let made: Token = try await self.call(.POST, "/tokens", body)
        return made.token
    }

    // MARK: Calling

    private func call<Answer: Decodable>(_ method: HTTPMethod, _ path: String) async throws -> Answer {
        try self.decode(await self.send(method, path, Never?.none), from: path)
    }

    private func call<Answer: Decodable>(
        _ method: HTTPMethod,
        _ path: String,
        _ body: some Encodable & Sendable
    ) async throws -> Answer {
        try self.decode(await self.send(method, path, body), from: path)
    }

    private func decode<Answer: Decodable>(_ answer: TrafficClient.Answer, from path: String) throws -> Answer {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(Answer.self, from: Data(answer.body))
        } catch {
            throw TrafficFailure.unexpected(path, status: answer.status, answer.excerpt)
        }
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: (some Encodable & Sendable)?
    ) async throws -> TrafficClient.Answer {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        var headers = [("Authorization", "Bearer \(self.target.key)"), ("Accept", "application/json")]
        var bytes: [UInt8]?
        if let body {
            headers.append(("Content-Type", "application/json"))
            bytes = Array(try encoder.encode(body))
        }
        let url = "\(self.target.console)/api/v1\(path)"
        let answer = try await self.client.send(method, url, headers: headers, body: bytes)
        guard 200..<300 ~= answer.status else {
            throw TrafficFailure.unexpected("\(method) \(path)", status: answer.status, answer.excerpt)
        }
        return answer
    }
}

/// What the service says about itself, as far as the accounting needs it.
package struct TrafficStatus: Equatable, Sendable, Decodable {
    /// The log.
    package struct Log: Equatable, Sendable, Decodable {
        package var end: UInt64
        package var folded: UInt64
    }

    /// The outcomes (promise 4).
    package struct Outcomes: Equatable, Sendable, Decodable {
        package var received: UInt64
        package var accepted: UInt64
        package var rejected: [String: UInt64]
        package var declined: [String: UInt64]
        package var acceptedTotal: UInt64
        package var scored: UInt64
        package var counted: UInt64
        package var filtered: [String: UInt64]
        package var pending: UInt64
    }

    package var log: Log
    package var outcomes: Outcomes

    /// Whether everything that was taken is folded.
    var isSettled: Bool { self.outcomes.pending == 0 && self.log.folded >= self.log.end }
}
