import Domain
import NIOCore
import NIOPosix
import ScoreStore
import Synchronization
import Testing

@testable import Collector

/// The port on real sockets.
@Suite struct CollectorServerTests {
    private func server(
        log: FakeLog = FakeLog(),
        _ configure: (inout CollectorServer.Options) -> Void = { _ in }
    ) async throws -> CollectorServer {
        let directory = Directory()
        let site = Site(id: SiteID(1), key: "shop", name: "Shop", hostnames: ["shop.example"])
        directory.replace(DirectorySnapshot(sites: [site]))
        let collector = Collector(
            settings: Collector.Settings(),
            directory: directory,
            stream: log,
            signer: TestSigner(),
            clock: StandingClock(),
            randomness: ConstantRandomness()
        )
        var options = CollectorServer.Options(host: "127.0.0.1", port: 0, loops: 2)
        configure(&options)
        return try await CollectorServer.start(collector, options: options)
    }

    /// Sends bytes and returns what came back by the time the server closed.
    private func exchange(_ text: String, port: Int) async throws -> [Response] {
        let collecting = CollectingHandler.Box()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CollectingHandler(collecting))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        var buffer = channel.allocator.buffer(capacity: text.utf8.count)
        buffer.writeString(text)
        // A server that closes at once may do so before the bytes are written.
        try? await channel.writeAndFlush(buffer)
        try await channel.closeFuture.get()
        return Response.read(collecting.bytes.withLock { $0 })
    }

    @Test func pipelinedRequestsAreAnsweredInOrderAndTheConnectionCloses() async throws {
        let log = FakeLog()
        let server = try await self.server(log: log)
        let pixel = "/p.gif?site=shop&url=https://shop.example/"
        let responses = try await self.exchange(
            Port.request("GET", pixel) + Port.request("GET", "/nowhere")
                + Port.request("GET", pixel, ["Connection: close"]),
            port: server.port
        )
        #expect(responses.map(\.status) == [200, 404, 200])
        #expect(log.events.count == 2)
        #expect(server.counters.accepted == 2)
        try await server.stop()
    }

    @Test func aConnectionOverTheLimitIsClosedAtOnce() async throws {
        let server = try await self.server { $0.maximumConnections = 0 }
        #expect(try await self.exchange(Port.request("GET", "/t.js"), port: server.port).isEmpty)
        #expect(server.counters.connectionsRefused == 1)
        try await server.stop()
    }

    @Test(.timeLimit(.minutes(10))) func aStopEndsEveryLoopsConnectionsWhileOneStillWaitsForTheLog() async throws {
        let log = FakeLog(commitsOnFlush: false)
        let server = try await self.server(log: log) { $0.stopWait = .minutes(10) }
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        // Connections go to the loops in turn: one that waits and one that idles on each.
        var waiting: [any Channel] = []
        for _ in 0..<2 {
            let channel = try await bootstrap.connect(host: "127.0.0.1", port: server.port).get()
            let request = Port.request("GET", "/p.gif?site=shop&url=https://shop.example/")
            try await channel.writeAndFlush(ByteBuffer(string: request))
            waiting.append(channel)
        }
        var idle: [any Channel] = []
        for _ in 0..<2 { idle.append(try await bootstrap.connect(host: "127.0.0.1", port: server.port).get()) }
        while log.events.count < 2 || server.connections < 4 { await Task.yield() }
        async let stopped: Void = server.stop()
        for channel in idle { try await channel.closeFuture.get() }
        #expect(server.connections >= 2)
        log.commit()
        for channel in waiting { try await channel.closeFuture.get() }
        try await stopped
    }

    @Test func aStopEndsIdleConnections() async throws {
        let server = try await self.server()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: server.port)
            .get()
        try await server.stop()
        try await channel.closeFuture.get()
    }
}

private final class CollectingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    final class Box: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }

    private let box: Box

    init(_ box: Box) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = self.unwrapInboundIn(data)
        self.box.bytes.withLock { $0.append(contentsOf: buffer.readableBytesView) }
    }
}
