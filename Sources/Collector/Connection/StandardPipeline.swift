import Domain
import NIOCore
import NIOHTTP1

/// The way of every request that the collector's own codec does not take: NIOHTTP1 judges whether it is HTTP, and the
/// same endpoints answer it.
enum StandardPipeline {
    /// Adds the handlers behind a connection's own.
    static func add(behind connection: ConnectionHandler, loop: CollectorLoop, context: ChannelHandlerContext) throws {
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
        try context.pipeline.syncOperations.addHandlers(
            [decoder, StandardRequestHandler(connection: connection, loop: loop)],
            position: .after(connection)
        )
    }
}

/// Gathers a request's parts, spells them as one buffer and asks the endpoints.
private final class StandardRequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let connection: ConnectionHandler
    private let loop: CollectorLoop
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(connection: ConnectionHandler, loop: CollectorLoop) {
        self.connection = connection
        self.loop = loop
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.body.removeAll(keepingCapacity: true)
            self.isTooLarge = false
            let expects = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            if expects, head.version == .http1_1 { self.connection.writeInterim("HTTP/1.1 100 Continue\r\n\r\n") }
        case .body(let part):
            guard !self.isTooLarge else { return }
            if self.body.count + part.readableBytes > Limits.eventBodyBytes {
                self.isTooLarge = true
                if let head { self.refuse(head, .text(.tooLarge, Rejection.tooLarge.expectation)) }
            } else {
                self.body.append(contentsOf: part.readableBytesView)
            }
        case .end:
            guard let head, !self.isTooLarge else { return }
            self.head = nil
            self.answer(head)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            context.fireErrorCaught(error)
            return
        }
        let status: Answer.Status = error == .headerOverflow ? .headTooLarge : .badRequest
        guard self.connection.takesRequests else { return }
        self.connection.take(Reply(.text(status, "not a request this server understands")), closes: true)
    }

    /// An answer behind which the connection closes. The page that asked may read it, so that its script knows not to
    /// ask again.
    private func refuse(_ head: HTTPRequestHead, _ answer: Answer) {
        guard self.connection.takesRequests else { return }
        var answer = answer
        let spelled = SpelledRequest(head, body: [])
        self.loop.beginCycle()
        spelled.bytes.withUnsafeBytes { bytes in
            self.loop.allowReading(Request(head: spelled.head, bytes: bytes, route: .unknown), &answer)
        }
        self.connection.take(Reply(answer), closes: true)
    }

    private func answer(_ head: HTTPRequestHead) {
        // Nothing behind a closing answer is recorded: it would never be answered.
        guard self.connection.takesRequests else { return }
        let isHTTP11 = head.version == .http1_1
        let hosts = head.headers[canonicalForm: "host"]
        // RFC 9112, section 3.2: exactly one, unless the request is older than the rule.
        guard head.version.major == 1, hosts.count == 1 || hosts.isEmpty && !isHTTP11 else {
            return self.refuse(head, .text(.badRequest, "a request names one host"))
        }
        let closes = !head.isKeepAlive
        let spelled = SpelledRequest(head, body: self.body)
        let reply = spelled.bytes.withUnsafeBytes { bytes in
            let route = self.loop.collector.routes.route(of: spelled.head.path, in: bytes)
            let request = Request(head: spelled.head, bytes: bytes, route: route)
            return self.loop.answer(request, peer: self.connection.peer)
        }
        self.connection.take(reply, closes: closes)
    }
}

/// A request of NIOHTTP1's as places in one buffer, the form the endpoints read.
private struct SpelledRequest {
    var head = RequestHead()
    var bytes: [UInt8] = []

    init(_ source: HTTPRequestHead, body: [UInt8]) {
        switch source.method {
        case .GET: self.head.method = .get
        case .HEAD: self.head.method = .head
        case .POST: self.head.method = .post
        case .OPTIONS: self.head.method = .options
        default: self.head.method = .other
        }
        self.head.keepsAlive = source.isKeepAlive
        let target = Self.originForm(source.uri)
        let question = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        self.head.path = self.append(target[..<question])
        self.head.query = self.append(target[question...].dropFirst())
        for field in RequestField.allCases {
            let values = source.headers["\(field.name)"].map { Self.withoutTrailingBlanks($0) }
            guard !values.isEmpty else { continue }
            let separator = field == .cookie ? "; " : ", "
            _ = self.head.add(field, at: self.append(Array(values.joined(separator: Array(separator.utf8)))))
        }
        self.head.body = self.append(body)
    }

    /// The path and query of an absolute form (RFC 9112, section 3.2.2); other targets as they are.
    private static func originForm(_ uri: String) -> ArraySlice<UInt8> {
        let bytes = Array(uri.utf8)[...]
        for scheme in ["http://", "https://"] where bytes.starts(with: scheme.utf8) {
            let rest = bytes.dropFirst(scheme.utf8.count)
            return rest.firstIndex(of: Octets.slash).map { rest[$0...] } ?? ArraySlice("/".utf8)
        }
        return bytes
    }

    /// NIOHTTP1 leaves the white space behind a value, which is no part of it (RFC 9112, section 5).
    private static func withoutTrailingBlanks(_ value: String) -> ArraySlice<UInt8> {
        var bytes = Array(value.utf8)[...]
        while let last = bytes.last, last == Octets.space || last == Octets.tab { bytes.removeLast() }
        return bytes
    }

    private mutating func append(_ run: some Collection<UInt8>) -> TextRange {
        let start = self.bytes.count
        self.bytes.append(contentsOf: run)
        return TextRange(start: start, count: self.bytes.count - start)
    }
}
