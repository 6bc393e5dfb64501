import Domain
import Foundation
import NIOHTTP1

/// One journey under way: a browser with its cookies.
struct TrafficSession: Sendable {
    let journey: TrafficJourney
    let client: TrafficClient
    let target: TrafficTarget
    let mailing: TrafficMailing
    let salt: UInt32
    private var cookies: [String: String] = [:]
    private var click: String?

    init(
        journey: TrafficJourney,
        client: TrafficClient,
        target: TrafficTarget,
        mailing: TrafficMailing,
        salt: UInt32
    ) {
        self.journey = journey
        self.client = client
        self.target = target
        self.mailing = mailing
        self.salt = salt
    }

    /// Does everything the journey holds.
    mutating func play() async throws {
        for step in self.journey.steps { try await self.take(step) }
    }

    private mutating func take(_ step: TrafficStep) async throws {
        switch step.act {
        case .events(let events):
            try await self.post(self.body(of: events), step, origin: self.mailing.origin)
        case .body(let text): try await self.post(Array(text.utf8), step, origin: self.mailing.origin)
        case .foreignOrigin(let event):
            try await self.post(self.body(of: [event]), step, origin: "https://somebody-else.example")
        case .pixel(let event): _ = try await self.request(.GET, self.pixel(event), step)
        case .click(let link):
            let answer = try await self.request(.GET, self.clickPath(link), step)
            self.click = Self.click(in: answer.headers.first(name: "location"))
        case .probe(let link): _ = try await self.request(.HEAD, self.clickPath(link), step)
        case .forgedClick(let link):
            let token = "v1.1.AAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA"
            _ = try await self.request(.GET, "/c/\(self.mailing.links[link])/\(token)", step)
        case .burst: try await self.burst(step)
        case .open: _ = try await self.request(.GET, "/o/\(self.mailing.message)/\(self.token).gif", step)
        case .quote:
            let path = self.journey.contact.flatMap { self.mailing.quotes[$0] } ?? ""
            _ = try await self.request(.GET, path, step)
            _ = try await self.request(.POST, path, step, body: [])
        case .optOut: _ = try await self.request(.POST, "/optout", step, body: [])
        }
    }

    private var token: String { self.journey.contact.map { self.mailing.tokens[$0] } ?? "" }

    private func clickPath(_ link: Int) -> String { "/c/\(self.mailing.links[link])/\(self.token)" }

    /// All at once, as a scanner does.
    private func burst(_ step: TrafficStep) async throws {
        let session = self
        try await withThrowingTaskGroup(of: Void.self) { group in
            for link in self.mailing.links.indices {
                group.addTask {
                    var scanner = session
                    _ = try await scanner.request(.GET, session.clickPath(link), step)
                }
            }
            try await group.waitForAll()
        }
    }

    // MARK: Requests

    private mutating func post(_ body: [UInt8], _ step: TrafficStep, origin: String) async throws {
        let headers = [("Origin", origin), ("Referer", origin + "/"), ("Content-Type", "text/plain;charset=UTF-8")]
        _ = try await self.request(.POST, "/e", step, headers: headers, body: body)
    }

    private mutating func request(
        _ method: HTTPMethod,
        _ path: String,
        _ step: TrafficStep,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> TrafficClient.Answer {
        var all = [
            ("User-Agent", self.journey.agent), ("Accept", "*/*"),
            ("Accept-Language", "fr-FR,fr;q=0.9,en;q=0.5"), ("Accept-Encoding", "identity"),
        ]
        all += headers
        all += step.headers.map { ($0.rawValue, $0.value) }
        if !self.cookies.isEmpty {
            let pairs = self.cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            all.append(("Cookie", pairs.joined(separator: "; ")))
        }
        let answer = try await self.client.send(method, self.target.service + path, headers: all, body: body)
        guard answer.status < 500 else {
            throw TrafficFailure.unexpected("\(method) \(path)", status: answer.status, answer.excerpt)
        }
        for line in answer.headers["set-cookie"] { self.keep(cookie: line) }
        return answer
    }

    /// Keeps what a Set-Cookie says, or forgets it when its age is zero.
    private mutating func keep(cookie line: String) {
        let parts = line.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return }
        let name = String(pair[..<equals])
        let isOver = parts.contains { $0.lowercased() == "max-age=0" }
        self.cookies[name] = isOver ? nil : String(pair[pair.index(after: equals)...])
    }

    /// The click id in the address of a landing page.
    private static func click(in location: String?) -> String? {
        guard let location, let parts = URLComponents(string: location) else { return nil }
        return parts.queryItems?.first { $0.name == "vdg" }?.value
    }

    // MARK: Events

    private struct Wire: Encodable {
        var type, site, url, id: String
        var time, sent: Int64
        var title, click, consent, name, target: String?
        var upgrade: Bool?
        var engaged, scroll: Int?
        var fields: [String: String]?
    }

    private func body(of events: [TrafficEvent]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return Array(try encoder.encode(events.map(self.wire)))
    }

    private func wire(_ event: TrafficEvent) -> Wire {
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        return Wire(
            type: event.kind.name,
            site: DemoSeed.siteKey,
            url: self.mailing.origin + event.path,
            id: "\(self.nonce(of: event)).\(event.counter)",
            time: now,
            sent: now,
            title: DemoPage.at(event.path)?.title(.french),
            click: event.carriesClick ? self.click : nil,
            consent: event.consent == .undecided ? nil : event.consent.name,
            name: event.name,
            target: event.target.map { self.mailing.origin + $0 },
            upgrade: event.isUpgrade ? true : nil,
            engaged: event.engagedMilliseconds,
            scroll: event.scrollPercent,
            fields: event.email.map { ["email": $0] }
        )
    }

    private func nonce(of event: TrafficEvent) -> String {
        String(self.salt, radix: 16) + "_" + String(event.load, radix: 16)
    }

    private func pixel(_ event: TrafficEvent) -> String {
        var parts = URLComponents()
        parts.path = "/p.gif"
        parts.queryItems = [
            URLQueryItem(name: "type", value: event.kind.name), URLQueryItem(name: "site", value: DemoSeed.siteKey),
            URLQueryItem(name: "url", value: self.mailing.origin + event.path),
            URLQueryItem(name: "id", value: "\(self.nonce(of: event)).\(event.counter)"),
        ]
        return parts.string ?? "/p.gif"
    }
}
