import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Calls the private port's API.
struct ServiceClient: Sendable {
    private let address: String
    private let key: String

    /// A client of the port at `address`.
    init(address: String, key: String) {
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.key = key
    }

    /// How long an answer may take: an import of many contacts is the longest.
    private static let patience = TimeAmount.seconds(120)
    /// Tells at once that nobody listens, where the shared one would try again until its time is over.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(configuration: configuration)
    }()
    private static let largestAnswer = 64 * 1_024 * 1_024

    /// Calls a route below `/api/v1` and returns its answer.
    func call(_ method: String, _ path: String, body: JSON? = nil, text: String? = nil) async throws -> JSON {
        let bytes = try await self.bytes(method, "/api/v1" + path, body: body, text: text)
        guard !bytes.isEmpty else { return .null }
        return try JSONDecoder().decode(JSON.self, from: Data(bytes))
    }

    /// Calls a route and returns its answer's bytes; problems become failures with their exit code.
    func bytes(_ method: String, _ path: String, body: JSON? = nil, text: String? = nil) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: self.address + path)
        request.method = .init(rawValue: method)
        request.headers.add(name: "authorization", value: "Bearer " + self.key)
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(try JSONEncoder().encode(body))
        } else if let text {
            request.headers.add(name: "content-type", value: "application/yaml")
            request.body = .bytes(ByteBuffer(string: text))
        }
        let response = try await self.execute(request, until: .now() + Self.patience)
        let buffer = try await response.body.collect(upTo: Self.largestAnswer)
        let bytes = Array(buffer.readableBytesView)
        guard (200..<300).contains(response.status.code) else {
            throw Self.failure(status: Int(response.status.code), bytes)
        }
        return bytes
    }

    private func execute(_ request: HTTPClientRequest, until deadline: NIODeadline) async throws -> HTTPClientResponse {
        do {
            return try await Self.http.execute(request, deadline: deadline)
        } catch {
            throw CommandFailure(
                .unavailable,
                "\(self.address) does not answer: is `vendange serve` running? (\(error))"
            )
        }
    }

    /// The lines of a stream that has no end, as they come; its end is a failure.
    func lines(_ path: String, _ line: (Substring) -> Void) async throws {
        var request = HTTPClientRequest(url: self.address + path)
        request.headers.add(name: "authorization", value: "Bearer " + self.key)
        let response = try await self.execute(request, until: .distantFuture)
        guard response.status == .ok else {
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            throw Self.failure(status: Int(response.status.code), Array(body.readableBytesView))
        }
        var rest = ""
        for try await chunk in response.body {
            rest += String(buffer: chunk)
            while let end = rest.firstIndex(of: "\n") {
                line(rest[..<end])
                rest.removeSubrange(...end)
            }
        }
        throw CommandFailure(.unavailable, "\(self.address) ended the stream: the service has stopped")
    }

    private static func failure(status: Int, _ bytes: [UInt8]) -> CommandFailure {
        let problem = (try? JSONDecoder().decode(JSON.self, from: Data(bytes))) ?? .null
        var lines = [problem["title"].text ?? "The service answered \(status)."]
        if let detail = problem["detail"].text { lines.append(detail) }
        for field in problem["problems"].list {
            let got = field["got"].text.map { ", got \($0)" } ?? ""
            lines.append("  \(field["field"].text ?? ""): expected \(field["expected"].text ?? "")\(got)")
        }
        let code: CommandFailure.Code =
            switch status {
            case 401, 403, 421: .notAllowed
            case 404: .noInput
            case 500: .defect
            case 502...504: .unavailable
            default: .badData
            }
        return CommandFailure(code, lines.joined(separator: "\n"))
    }
}
