import Domain
import EventLog
import NIOCore
import NIOEmbedded
import ScoreStore
import Server
import TestSupport

@testable import Collector

/// The public port on an embedded event loop, and the browsers in front of it.
final class SimulatedPort {
    /// A request whose answer is awaited.
    private struct Exchange {
        let channel: EmbeddedChannel
        /// Whose cookie the answer may set; nil for a mail client.
        var browser: Int?
        /// Titles of the events that a 2xx acknowledges.
        var marks: [String]
    }

    static let site = SiteID(1)
    static let signer = SimulatedSigner()

    private let loop: CollectorLoop
    private let eventLoop = EmbeddedEventLoop()
    private var exchanges: [Exchange] = []
    private var acknowledged: [String] = []
    private let memory: BrowserMemory

    init(_ pipeline: Pipeline, memory: BrowserMemory, clock: any Domain.Clock, randomness: any Randomness) {
        self.memory = memory
        let site = Site(id: Self.site, key: "shop", name: "Shop", hostnames: ["site.example"])
        pipeline.directory.replace(
            DirectorySnapshot(
                sites: [site],
                links: (1...3).map { LinkTarget(id: $0, url: "https://site.example/tarifs", site: Self.site) },
                quotes: [QuoteTarget(id: 1, title: "Q", url: "", contact: Workload.contacts[0])]
            )
        )
        let collector = Collector(
            settings: Collector.Settings(),
            directory: pipeline.directory,
            stream: pipeline.log,
            signer: Self.signer,
            clock: clock,
            randomness: randomness
        )
        self.loop = CollectorLoop(collector: collector, eventLoop: self.eventLoop)
    }

    var counters: CollectorCounters { self.loop.counters.current }

    /// Titles of events that were answered with 2xx since the last call.
    func takeAcknowledged() -> [String] {
        defer { self.acknowledged = [] }
        return self.acknowledged
    }

    /// Whether every request was answered.
    var isIdle: Bool { self.exchanges.isEmpty }

    /// A request on a connection of its own.
    func send(_ request: SimulatedRequest) throws {
        let handler = ConnectionHandler(loop: self.loop)
        let channel = EmbeddedChannel(handler: nil, loop: self.eventLoop)
        channel.connect(to: try SocketAddress(ipAddress: request.address, port: 4_000), promise: nil)
        try channel.pipeline.syncOperations.addHandler(handler)
        var buffer = channel.allocator.buffer(capacity: request.text.utf8.count)
        buffer.writeString(request.text)
        try channel.writeInbound(buffer)
        self.exchanges.append(Exchange(channel: channel, browser: request.browser, marks: request.marks))
        self.turn()
    }

    /// Lets the event loop do what it has to, and reads the answers.
    func turn(after span: TimeSpan = .milliseconds(0)) {
        self.eventLoop.advanceTime(by: .microseconds(span.microseconds))
        self.exchanges.removeAll { exchange in
            var answer = ""
            while let part = try? exchange.channel.readOutbound(as: ByteBuffer.self) { answer += String(buffer: part) }
            guard answer.hasPrefix("HTTP/1.1 ") else { return false }
            self.read(answer, of: exchange)
            exchange.channel.close(promise: nil)
            return true
        }
        self.eventLoop.run()
    }

    private func read(_ answer: String, of exchange: Exchange) {
        let status = Int(answer.dropFirst(9).prefix(3)) ?? 0
        if (200..<300).contains(status) { self.acknowledged += exchange.marks }
        for line in answer.split(separator: "\r\n") {
            if let browser = exchange.browser, let cookie = Self.value(of: "Set-Cookie: ", in: line) {
                self.memory.cookies[browser] = cookie.contains("Max-Age=0") ? nil : String(cookie.prefix { $0 != ";" })
            }
            if let click = Self.value(of: "Location: https://site.example/tarifs?vdg=", in: line) {
                self.memory.clicks.append(String(click))
            }
        }
    }

    private static func value(of name: String, in line: Substring) -> Substring? {
        line.hasPrefix(name) ? line.dropFirst(name.count) : nil
    }

    /// The process ends: nobody is answered any more. An event loop must not be released with timers.
    func end() {
        for exchange in self.exchanges { exchange.channel.close(promise: nil) }
        self.exchanges = []
        self.eventLoop.run()
        try? self.eventLoop.syncShutdownGracefully()
    }
}

/// What browsers were told and keep, also when the service dies: cookies, and clicks handed to landing pages.
final class BrowserMemory {
    var cookies: [Int: String] = [:]
    var clicks: [String] = []
}

/// What a browser or mail client sends.
struct SimulatedRequest {
    var text: String
    var address: String
    var browser: Int?
    /// Titles of the events that a 2xx acknowledges.
    var marks: [String] = []
}

/// A code that is no cryptography but differs for every message.
struct SimulatedSigner: TokenSigner {
    let currentKey: UInt8 = 1

    func code(of message: UnsafeRawBufferPointer, key: UInt8) -> TokenCode? {
        guard key == self.currentKey else { return nil }
        let key = UInt64(key)
        return TokenCode(SipHash.hash(message, key: SipKey(1, key)), SipHash.hash(message, key: SipKey(2, key)))
    }
}
