import Domain
import Foundation
import HTTPTypes
import Hummingbird

extension Response {
    /// What a route answered, as it goes over the wire.
    init(_ answer: Answer, live: LiveStreams) throws {
        switch answer {
        case .json(let value, let status):
            self = try Response(json: value, type: "application/json", status: status)
        case .noContent:
            self = Response(status: .noContent)
        case .text(let text, let type):
            self = Response(
                status: .ok,
                headers: [.contentType: type],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text))
            )
        case .page(let html, let policy):
            self = Response(
                status: .ok,
                headers: [.contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy],
                body: ResponseBody(byteBuffer: ByteBuffer(string: html))
            )
        case .live(let events):
            guard let body = live.open(events) else {
                throw AdministrationError.unavailable(
                    retryAfterSeconds: 30,
                    "\(Limits.liveReaders) readers watch already."
                )
            }
            self = Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
        }
    }

    /// An error as a problem (RFC 9457), under the request's id.
    init(_ error: AdministrationError, requestID: String) {
        let problem = Problem(
            type: "urn:vendange:problem:\(error.slug)",
            title: error.title,
            status: error.status,
            detail: error.detail,
            instance: "urn:vendange:request:\(requestID)",
            problems: error.problems.isEmpty ? nil : error.problems
        )
        // A problem is made of texts and numbers, which always encode.
        self =
            (try? Response(json: problem, type: "application/problem+json", status: error.status))
            ?? Response(status: .internalServerError)
        switch error {
        case .unauthenticated:
            self.headers[.wwwAuthenticate] = "Bearer realm=\"vendange\""
        case .forbidden(let needed):
            self.headers[.wwwAuthenticate] =
                "Bearer realm=\"vendange\", error=\"insufficient_scope\", scope=\"\(needed.name)\""
        case .methodNotAllowed(let methods):
            self.headers[.allow] = methods.joined(separator: ", ")
        case .unavailable(let seconds, _):
            self.headers[.retryAfter] = String(seconds)
        case .invalid, .notFound, .conflict, .tooLarge, .unsupportedMediaType, .misdirected, .failed: break
        }
    }

    private init(json value: any Encodable & Sendable, type: String, status: Int) throws {
        let data = try JSONText.encode(value)
        self.init(
            status: HTTPResponse.Status(code: status),
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data))
        )
    }

    private struct Problem: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var instance: String
        var problems: [FieldProblem]?
    }
}
