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

    /// Sends bytes in pieces, then no more; returns what came back.
    private func exchange(_ pieces: [[UInt8]], port: Int) async throws -> [Response] {
        let peer = try await Listening(port: port) {}.connect()
        // In one go, as a server ends what comes too slowly. One that closes at once may do so before.
        try await peer.channel.eventLoop.submit {
            for piece in pieces { peer.channel.writeAndFlush(ByteBuffer(bytes: piece), promise: nil) }
            peer.channel.close(mode: .output, promise: nil)
        }.get()
        let bytes = await peer.readToEnd()
        try? await peer.channel.close()
        return Response.read(bytes, omittingBodies: pieces.joined().starts(with: "HEAD ".utf8))
    }

    private func exchange(_ text: String, port: Int) async throws -> [Response] {
        try await self.exchange([Array(text.utf8)], port: port)
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

    @Test func theCorpusHasTheSameVerdictsOnSockets() async throws {
        let log = FakeLog()
        let server = try await self.server(log: log)
        for sample in HTTPCase.all {
            for (number, pieces) in sample.cuts(seed: 12).prefix(3).enumerated() {
                let before = log.end
                let responses = try await self.exchange(pieces, port: server.port)
                #expect(responses.map(\.status) == sample.answers, "\(sample.testDescription), cut \(number)")
                #expect(log.end - before == UInt64(sample.logged.count), "\(sample.testDescription), cut \(number)")
            }
        }
        try await server.stop()
    }

    @Test func aPipelineIsAnsweredWholeAlsoToAPeerThatReadsLate() async throws {
        let server = try await self.server()
        // More than the system holds for one connection, in requests that one read does not take.
        let count = 60_000
        let peer = try await Listening(port: server.port) {}.connect(reads: false)
        async let sent: Void = peer.send(String(repeating: Port.request("GET", "/t.js"), count: count))
        while server.counters.requests < 1_000, peer.channel.isActive { await Task.yield() }
        try await peer.channel.setOption(ChannelOptions.autoRead, value: true).get()
        try await sent
        try await peer.endOutput()
        let responses = Response.read(await peer.readToEnd())
        #expect(responses.count == count)
        #expect(responses.allSatisfy { $0.status == 200 })
        #expect(server.counters.requests == UInt64(count))
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
