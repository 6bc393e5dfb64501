import Domain

/// A response before it is bytes: constant parts are shared, so that the common answers allocate nothing.
struct Answer: Sendable {
    /// The statuses the public port answers with.
    enum Status: UInt16, Sendable {
        case ok = 200
        case noContent = 204
        case found = 302
        case notModified = 304
        case badRequest = 400
        case forbidden = 403
        case notFound = 404
        case methodNotAllowed = 405
        case tooLarge = 413
        case tooMany = 429
        case headTooLarge = 431
        case notImplemented = 501
        case unavailable = 503

        /// The status line.
        var line: StaticString {
            switch self {
            case .ok: "HTTP/1.1 200 OK\r\n"
            case .noContent: "HTTP/1.1 204 No Content\r\n"
            case .found: "HTTP/1.1 302 Found\r\n"
            case .notModified: "HTTP/1.1 304 Not Modified\r\n"
            case .badRequest: "HTTP/1.1 400 Bad Request\r\n"
            case .forbidden: "HTTP/1.1 403 Forbidden\r\n"
            case .notFound: "HTTP/1.1 404 Not Found\r\n"
            case .methodNotAllowed: "HTTP/1.1 405 Method Not Allowed\r\n"
            case .tooLarge: "HTTP/1.1 413 Content Too Large\r\n"
            case .tooMany: "HTTP/1.1 429 Too Many Requests\r\n"
            case .headTooLarge: "HTTP/1.1 431 Request Header Fields Too Large\r\n"
            case .notImplemented: "HTTP/1.1 501 Not Implemented\r\n"
            case .unavailable: "HTTP/1.1 503 Service Unavailable\r\n"
            }
        }

        /// Whether a body, and so its length, belongs to it (RFC 9110, section 8.6).
        var hasBody: Bool { self != .noContent && self != .notModified }

        /// The status of a rejection.
        init(_ rejection: Rejection) {
            switch rejection.status {
            case 403: self = .forbidden
            case 413: self = .tooLarge
            case 429: self = .tooMany
            default: self = .badRequest
            }
        }
    }

    /// What many answers share.
    private final class Constant: Sendable {
        let status: Status
        let fields: [UInt8]
        let body: [UInt8]
        /// The status line and all lines that never change.
        let head: [UInt8]

        init(status: Status, fields: [UInt8], body: [UInt8]) {
            self.status = status
            self.fields = fields
            self.body = body
            let length = status.hasBody ? "Content-Length: \(body.count)\r\n" : ""
            self.head = Array(status.line.description.utf8) + fields + Array(length.utf8)
        }
    }

    /// Header lines of this answer alone, each with its line end.
    var extra: [UInt8] = []
    private let constant: Constant
    /// Whether the body stays unsent (HEAD); its length is told all the same.
    var omitsBody = false

    /// An answer. `fields` are header lines, each with its line end.
    init(status: Status, fields: [UInt8] = [], body: [UInt8] = []) {
        self.constant = Constant(status: status, fields: fields, body: body)
    }

    /// The status.
    var status: Status { self.constant.status }
    /// The status line and the constant header lines, each with its line end.
    var head: [UInt8] { self.constant.head }
    /// What is sent behind the head.
    var body: [UInt8] { self.omitsBody || !self.status.hasBody ? [] : self.constant.body }

    /// Adds a header line of this answer alone. Neither part may hold a line break.
    mutating func add(_ name: StaticString, _ value: some Sequence<UInt8>) {
        self.extra.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        self.extra.append(contentsOf: ": ".utf8)
        self.extra.append(contentsOf: value)
        self.extra.append(contentsOf: "\r\n".utf8)
    }

    /// Adds a header line of this answer alone. Neither part may hold a line break.
    mutating func add(_ name: StaticString, _ value: String) { self.add(name, value.utf8) }

    /// The answer with another status.
    func with(_ status: Status) -> Answer {
        var answer = Answer(status: status, fields: self.constant.fields, body: self.constant.body)
        answer.extra = self.extra
        answer.omitsBody = self.omitsBody
        return answer
    }
}

extension Answer {
    /// A transparent image of one pixel, 43 bytes: the smallest GIF that every mail client shows.
    static let gif: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00,
        0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3b,
    ]

    private static let gifFields = Array(
        """
        Content-Type: image/gif\r
        Cache-Control: no-store\r
        Cross-Origin-Resource-Policy: cross-origin\r

        """.utf8
    )

    /// The pixel.
    static let pixel = Answer(status: .ok, fields: Self.gifFields, body: Self.gif)

    /// No content.
    static let empty = Answer(status: .noContent, fields: Array("Cache-Control: no-store\r\n".utf8))

    /// The pixel while nothing can be stored. Seconds to wait as for ``unavailable``.
    static let pixelUnavailable = Answer(
        status: .unavailable,
        fields: Self.gifFields + Array("Retry-After: 5\r\n".utf8),
        body: Self.gif
    )

    /// Nothing can be stored now; the snippet keeps its events and sends them again.
    static let unavailable = Self.text(.unavailable, "try again later", fields: "Retry-After: 5\r\n")

    /// The sender is too fast for some time; the snippet keeps its events and sends them again.
    static func tooFast(for wait: TimeSpan) -> Answer {
        let seconds = wait.microseconds / 1_000_000 + 1
        return Self.text(.tooMany, Rejection.tooFast.expectation, fields: "Retry-After: \(seconds)\r\n")
    }

    /// Nothing here.
    static let notFound = Self.text(.notFound, "not found")

    /// A short text.
    static func text(_ status: Status, _ text: String, fields: String = "") -> Answer {
        Answer(
            status: status,
            fields: Array(
                "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n\(fields)".utf8
            ),
            body: Array("\(text)\n".utf8)
        )
    }

    /// A small page of our own: it loads nothing and can be framed nowhere.
    static func page(_ html: String, status: Status = .ok) -> Answer {
        Answer(
            status: status,
            fields: Array(
                """
                Content-Type: text/html; charset=utf-8\r
                Cache-Control: no-store\r
                Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'\r
                Referrer-Policy: no-referrer\r
                X-Content-Type-Options: nosniff\r
                X-Robots-Tag: noindex\r

                """.utf8
            ),
            body: Array(html.utf8)
        )
    }
}
