import Domain
import NIOCore
import NIOHTTP1

/// The way of every request that the collector's own codec does not take: NIOHTTP1 judges whether it is HTTP, and the
/// same endpoints answer it.
enum StandardPipeline {
    /// Adds the handlers behind a connection's own.
    static func add(behind connection: ConnectionHandler, loop: CollectorLoop, context: ChannelHandlerContext) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = Limits.requestFieldBytes
        limits.maxHeaderListSize = Limits.requestFieldBytes
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .dropBytes,
                informationalResponseStrategy: .drop,
                limitConfiguration: limits
            )
        )
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
    /// Whether the request at hand was answered before its end; the rest of it is read over.
    private var isRefused = false

    init(connection: ConnectionHandler, loop: CollectorLoop) {
        self.connection = connection
        self.loop = loop
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.body.removeAll(keepingCapacity: true)
            self.isRefused = false
            if let fault = Self.fault(of: head) {
                self.isRefused = true
                return self.refuse(head, fault)
            }
            let expects = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            if expects, head.version == .http1_1 { self.connection.writeInterim("HTTP/1.1 100 Continue\r\n\r\n") }
        case .body(let part):
            guard !self.isRefused else { return }
            if self.body.count + part.readableBytes > Limits.eventBodyBytes {
                self.isRefused = true
                if let head { self.refuse(head, .text(.tooLarge, Rejection.tooLarge.expectation)) }
            } else {
                self.body.append(contentsOf: part.readableBytesView)
            }
        case .end:
            guard let head, !self.isRefused else { return }
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

    /// What NIOHTTP1 lets pass and we do not: whatever a proxy in front of us may read differently.
    private static func fault(of head: HTTPRequestHead) -> Answer? {
        let isHTTP11 = head.version == .http1_1
        let hosts = head.headers["host"]
        // RFC 9112, section 3.2: exactly one, unless the request is older than the rule.
        let host = hosts.first.map { SpelledRequest.withoutTrailingBlanks($0) } ?? []
        let isHostRight = hosts.count == 1 && HostField.isValid(host) || hosts.isEmpty && !isHTTP11
        guard head.version.major == 1, isHostRight else { return .text(.badRequest, "a request names one host") }
        // Section 3.2: a fragment is no part of any target's form.
        guard !head.uri.utf8.contains(UInt8(ascii: "#")) else { return .text(.badRequest, "a target has no fragment") }
        let codings = head.headers["transfer-encoding"]
        guard !codings.isEmpty else { return nil }
        // Section 6.1: chunks under HTTP/1.0, or beside a length, are a framing somebody got wrong.
        guard isHTTP11, !head.headers.contains(name: "content-length") else {
            return .text(.badRequest, "a body is framed in one way")
        }
        let isChunked = codings.count == 1 && Self.isChunked(codings[0])
        return isChunked ? nil : .text(.notImplemented, "chunked is the only coding understood")
    }

    private static func isChunked(_ coding: String) -> Bool {
        Array(SpelledRequest.withoutTrailingBlanks(coding)).withUnsafeBytes {
            Octets.equals($0, ignoringCase: "chunked")
        }
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
        // NIOHTTP1 reads nothing behind a request that would switch protocols, which none does here.
        let switches = head.method == .CONNECT || head.headers.contains(name: "upgrade")
        let closes = !head.isKeepAlive || switches
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

    /// The path and query of an absolute form (RFC 9112, section 3.2.2); other targets as they are. An absolute form
    /// without a path means the root.
    private static func originForm(_ uri: String) -> [UInt8] {
        let bytes = Array(uri.utf8)
        for scheme: StaticString in ["http://", "https://"] {
            guard bytes.withUnsafeBytes({ Octets.hasPrefix($0, ignoringCase: scheme) }) else { continue }
            let rest = bytes[scheme.utf8CodeUnitCount...]
            let end = rest.firstIndex { $0 == Octets.slash || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            let target = Array(rest[end...])
            return target.first == Octets.slash ? target : [Octets.slash] + target
        }
        return bytes
    }

    /// NIOHTTP1 leaves the white space behind a value, which is no part of it (RFC 9112, section 5).
    static func withoutTrailingBlanks(_ value: String) -> ArraySlice<UInt8> {
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
