import Domain
import NIOCore
import NIOEmbedded
import ScoreStore
import Testing

@testable import Collector

/// A clock that stands still until it is told otherwise.
struct StandingClock: Clock {
    var now = Timestamp(seconds: 1_800_000_000)

    func wallTime() -> Timestamp { self.now }
    func monotonicTime() -> TimeSpan { TimeSpan(microseconds: self.now.microseconds) }
}

/// The same bits every time.
struct ConstantRandomness: Randomness {
    func next() -> UInt64 { 0x0123_4567_89ab_cdef }
}

/// A code that is no cryptography but differs for every message and key.
struct TestSigner: TokenSigner {
    let currentKey: UInt8 = 1

    func code(of message: UnsafeRawBufferPointer, key: UInt8) -> TokenCode? {
        guard key == self.currentKey else { return nil }
        let key = UInt64(key)
        return TokenCode(SipHash.hash(message, key: SipKey(1, key)), SipHash.hash(message, key: SipKey(2, key)))
    }
}

/// The public port on an embedded event loop, with a fake log behind it.
final class Port {
    static let contact = ContactID(77)
    static let site = SiteID(1)

    let log: FakeLog
    let directory = Directory()
    let loop: CollectorLoop
    let eventLoop = EmbeddedEventLoop()
    let signer = TestSigner()
    let clock = StandingClock()

    init(
        commits: Bool = true,
        site configure: (inout Site) -> Void = { _ in },
        settings configureSettings: (inout Collector.Settings) -> Void = { _ in }
    ) {
        self.log = FakeLog(commitsOnFlush: commits)
        var site = Site(id: Self.site, key: "shop", name: "Shop", hostnames: ["shop.example", "*.shop.example"])
        configure(&site)
        self.directory.replace(
            DirectorySnapshot(
                sites: [site],
                links: [
                    LinkTarget(id: 5, url: "https://shop.example/offer?a=1#top", message: 9, site: Self.site),
                    LinkTarget(id: 6, url: "https://elsewhere.example/", message: 9),
                ],
                quotes: [
                    QuoteTarget(id: 3, title: "Devis <3>", url: "https://shop.example/d", contact: Self.contact)
                ]
            )
        )
        self.directory.setConsents([.clicks, .opens], of: Self.contact)
        var settings = Collector.Settings()
        settings.trackerScript = Array("track()".utf8)
        settings.formsScript = Array("forms()".utf8)
        configureSettings(&settings)
        let collector = Collector(
            settings: settings,
            directory: self.directory,
            stream: self.log,
            signer: self.signer,
            clock: self.clock,
            randomness: ConstantRandomness()
        )
        self.loop = CollectorLoop(collector: collector, eventLoop: self.eventLoop)
    }

    /// A new connection.
    func connect(from peer: String = "203.0.113.7") throws -> Connection {
        let handler = ConnectionHandler(loop: self.loop)
        let channel = EmbeddedChannel(handler: nil, loop: self.eventLoop)
        try channel.connect(to: SocketAddress(ipAddress: peer, port: 4_000)).wait()
        try channel.pipeline.syncOperations.addHandler(handler)
        return Connection(channel: channel, handler: handler)
    }

    /// The answers to one request on a connection of its own.
    func ask(_ request: String, from peer: String = "203.0.113.7") throws -> Response {
        let connection = try self.connect(from: peer)
        try connection.send(request)
        let responses = try connection.responses(omittingBodies: request.hasPrefix("HEAD "))
        return try #require(responses.first)
    }

    /// The answer to a GET.
    func get(_ path: String, _ fields: String...) throws -> Response {
        try self.ask(Self.request("GET", path, fields))
    }

    /// The answer to a POST.
    func post(_ path: String, _ body: String, _ fields: String...) throws -> Response {
        try self.ask(Self.request("POST", path, fields + ["Content-Length: \(body.utf8.count)"]) + body)
    }

    static func request(_ method: String, _ path: String, _ fields: [String] = []) -> String {
        "\(method) \(path) HTTP/1.1\r\n" + (["Host: t.example"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
    }

    var counters: CollectorCounters { self.loop.counters.current }
    var today: UInt16 { UInt16(self.clock.now.seconds / 86_400) }

    func token(
        _ purpose: TokenPayload.Purpose,
        contact: ContactID = Port.contact,
        object: UInt32 = 0,
        nonce: UInt64 = 0,
        age: UInt16 = 0
    ) -> String {
        let payload = TokenPayload(
            purpose: purpose,
            issueDay: self.today - age,
            contact: contact,
            object: object,
            nonce: nonce
        )
        return Token.encode(payload, signer: self.signer)
    }
}

/// The client's end of a connection.
struct Connection {
    let channel: EmbeddedChannel
    let handler: ConnectionHandler

    /// The client sends no more, and still reads.
    func endInput() {
        self.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        self.channel.embeddedEventLoop.run()
    }

    func send(_ text: String) throws { try self.send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var buffer = self.channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        try self.channel.writeInbound(buffer)
        self.channel.embeddedEventLoop.run()
    }

    /// What was written so far and not read before.
    func output() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try self.channel.readOutbound(as: ByteBuffer.self) {
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }

    func responses(omittingBodies: Bool = false) throws -> [Response] {
        Response.read(try self.output(), omittingBodies: omittingBodies)
    }
}

/// A response, taken apart.
struct Response: Equatable {
    var status = 0
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []

    subscript(name: String) -> String? { self.fields.first { $0.name == name.lowercased() }?.value }

    var text: String { String(decoding: self.body, as: UTF8.self) }

    func all(_ name: String) -> [String] { self.fields.filter { $0.name == name.lowercased() }.map(\.value) }

    static func == (left: Response, right: Response) -> Bool {
        left.status == right.status && left.body == right.body
            && left.fields.map(\.name) == right.fields.map(\.name)
            && left.fields.map(\.value) == right.fields.map(\.value)
    }

    /// The responses in what a server wrote.
    static func read(_ bytes: [UInt8], omittingBodies: Bool = false) -> [Response] {
        var responses: [Response] = []
        var rest = bytes[...]
        while let end = Self.headEnd(rest) {
            let lines = String(decoding: rest[..<end], as: UTF8.self).split(separator: "\r\n")
            var response = Response()
            response.status = lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
            response.fields = lines.dropFirst().map { line in
                let colon = line.firstIndex(of: ":") ?? line.endIndex
                let value = line[colon...].dropFirst().drop { $0 == " " }
                return (line[..<colon].lowercased(), String(value))
            }
            rest = rest[end...]
            let length = omittingBodies ? 0 : response["content-length"].flatMap { Int($0) } ?? 0
            response.body = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            responses.append(response)
        }
        return responses
    }

    private static func headEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= 4 else { return nil }
        for index in bytes.startIndex...(bytes.endIndex - 4) where bytes[index..<(index + 4)].elementsEqual(end) {
            return index + 4
        }
        return nil
    }
}
