import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import Collector

/// What handlers may rely on with any channel of a connection: NIO's own, which say what that is, and ours.
@Suite(.timeLimit(.minutes(5))) struct ChannelContractTests {
    /// The server's end of the one connection of a test.
    private final class End: Sendable {
        let recorder = Recorder()
        private let opened = Mutex<[any Channel]>([])

        var listening: @Sendable (any Channel) throws -> Void {
            { channel in
                try channel.pipeline.syncOperations.addHandler(RecordingHandler(self.recorder))
                self.opened.withLock { $0.append(channel) }
            }
        }

        var channel: any Channel {
            get async {
                await self.recorder.wait { $0.contains(.active) }
                return self.opened.withLock { $0[0] }
            }
        }
    }

    @Test(arguments: ChannelMaker.allCases)
    func aLifeIsToldInItsOrder(_ maker: ChannelMaker) async throws {
        let end = End()
        let listening = try await maker.listen(end.listening)
        let peer = try await listening.connect()
        let channel = await end.channel
        #expect(channel.remoteAddress == peer.channel.localAddress)
        #expect(channel.localAddress == peer.channel.remoteAddress)
        try await peer.send("hello")
        await end.recorder.wait { $0.contains(.readComplete) }
        #expect(end.recorder.bytes == Array("hello".utf8))
        try await peer.channel.close()
        await end.recorder.wait { $0.contains(.inputClosed) }
        #expect(channel.isActive)
        try await channel.close()
        try await channel.closeFuture.get()
        #expect(!channel.isActive)
        await end.recorder.wait { $0.contains(.removed) }
        let told = end.recorder.events.filter { $0 != .readComplete }
        #expect(
            told == [.added, .registered, .active, .read, .inputClosed, .inactive, .unregistered, .removed]
        )
        try await listening.stop()
    }

    @Test(arguments: ChannelMaker.allCases)
    func whatIsAnsweredAfterTheInputEndedArrives(_ maker: ChannelMaker) async throws {
        let end = End()
        let listening = try await maker.listen(end.listening)
        let peer = try await listening.connect()
        try await peer.send("question")
        try await peer.endOutput()
        await end.recorder.wait { $0.contains(.inputClosed) }
        let channel = await end.channel
        try await channel.writeAndFlush(ByteBuffer(string: "answer"))
        // Both halves are closed then, and so is the connection.
        try await channel.close(mode: .output)
        #expect(await peer.readToEnd() == Array("answer".utf8))
        try await channel.closeFuture.get()
        try await listening.stop()
    }

    @Test(arguments: ChannelMaker.allCases)
    func theOutputEndsBehindWhatWasWritten(_ maker: ChannelMaker) async throws {
        let end = End()
        let listening = try await maker.listen(end.listening)
        let peer = try await listening.connect(reads: false)
        let channel = await end.channel
        let bytes = Self.noise(count: 8_000_000, seed: 1)
        let written = Self.write(bytes, to: channel)
        let closed = channel.eventLoop.makePromise(of: Void.self)
        channel.close(mode: .output, promise: closed)
        try await peer.channel.setOption(ChannelOptions.autoRead, value: true).get()
        #expect(await peer.readToEnd() == bytes)
        try await written.get()
        try await closed.futureResult.get()
        #expect(end.recorder.events.contains(.outputClosed))
        await #expect(throws: ChannelError.outputClosed) { try await channel.writeAndFlush(ByteBuffer(string: "more")) }
        // It still reads.
        try await peer.send("thanks")
        try await peer.channel.close()
        try await channel.closeFuture.get()
        #expect(end.recorder.bytes == Array("thanks".utf8))
        try await listening.stop()
    }

    /// NIO's own channel drops what was not sent yet; ours sends it.
    @Test func whatWasWrittenIsSentThoughTheInputEndedBefore() async throws {
        let end = End()
        let listening = try await ChannelMaker.own.listen(end.listening)
        let peer = try await listening.connect(reads: false)
        try await peer.endOutput()
        await end.recorder.wait { $0.contains(.inputClosed) }
        let channel = await end.channel
        let bytes = Self.noise(count: 8_000_000, seed: 4)
        let written = Self.write(bytes, to: channel)
        channel.close(mode: .output, promise: nil)
        try await peer.channel.setOption(ChannelOptions.autoRead, value: true).get()
        #expect(await peer.readToEnd() == bytes)
        try await written.get()
        try await channel.closeFuture.get()
        try await listening.stop()
    }

    @Test(arguments: ChannelMaker.allCases)
    func aPeerThatDoesNotReadIsNoticedAndCanReadLater(_ maker: ChannelMaker) async throws {
        let end = End()
        let listening = try await maker.listen(end.listening)
        let peer = try await listening.connect(reads: false)
        let channel = await end.channel
        let done = Done()
        var expected: [UInt8] = []
        var writes: [EventLoopFuture<Void>] = []
        for index in 0..<40 {
            let bytes = Self.noise(count: 500_000, seed: UInt64(index))
            expected += bytes
            let write = Self.write(bytes, to: channel)
            write.whenSuccess { done.order.withLock { $0.append(index) } }
            writes.append(write)
        }
        await end.recorder.wait { $0.contains(.writability(false)) }
        #expect(!channel.isWritable)
        #expect(done.order.withLock { $0.count } < 40)
        try await peer.channel.setOption(ChannelOptions.autoRead, value: true).get()
        try await EventLoopFuture.andAllSucceed(writes, on: channel.eventLoop).get()
        await end.recorder.wait { $0.contains(.writability(true)) }
        #expect(done.order.withLock { $0 } == Array(0..<40))
        try await channel.close()
        #expect(await peer.readToEnd() == expected)
        try await peer.channel.close()
        try await listening.stop()
    }

    @Test(arguments: ChannelMaker.allCases)
    func whatWasNotSentWhenItClosesFails(_ maker: ChannelMaker) async throws {
        let end = End()
        let listening = try await maker.listen(end.listening)
        let peer = try await listening.connect(reads: false)
        let channel = await end.channel
        let write = Self.write(Self.noise(count: 20_000_000, seed: 2), to: channel)
        await end.recorder.wait { $0.contains(.writability(false)) }
        try await channel.close()
        await #expect(throws: (any Error).self) { try await write.get() }
        await #expect(throws: (any Error).self) { try await channel.writeAndFlush(ByteBuffer(string: "more")) }
        await #expect(throws: ChannelError.alreadyClosed) { try await channel.close() }
        try await peer.channel.close()
        try await listening.stop()
    }

    @Test(arguments: ChannelMaker.allCases)
    func aPeerThatBreaksOffEndsIt(_ maker: ChannelMaker) async throws {
        let end = End()
        let listening = try await maker.listen(end.listening)
        let peer = try await listening.connect()
        let channel = await end.channel
        let options = try #require(peer.channel as? any SocketOptionProvider)
        try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await peer.channel.close()
        await end.recorder.wait { $0.contains(.inactive) }
        try await channel.closeFuture.get()
        try await listening.stop()
    }

    @Test(arguments: ChannelMaker.allCases)
    func whatABrokenPeerSentBeforeIsReadThoughSendingFailsFirst(_ maker: ChannelMaker) async throws {
        let end = End()
        let listening = try await maker.listen(end.listening)
        let peer = try BlockingPeer(port: listening.port)
        let channel = await end.channel
        // In one task of the channel's loop, so that it sees neither the bytes nor that the peer is gone before it sends.
        let write = channel.eventLoop.flatSubmit {
            peer.send("my last words")
            peer.breakOff()
            return channel.writeAndFlush(ByteBuffer(string: "for nobody"))
        }
        await #expect(throws: (any Error).self) { try await write.get() }
        try await channel.closeFuture.get()
        #expect(end.recorder.bytes == Array("my last words".utf8))
        try await listening.stop()
    }

    @Test(arguments: ChannelMaker.allCases)
    func nothingIsReadThatNobodyWants(_ maker: ChannelMaker) async throws {
        let end = End()
        let gate = Gate()
        let listening = try await maker.listen { channel in
            try channel.pipeline.syncOperations.addHandler(GateHandler(gate))
            try end.listening(channel)
        }
        let peer = try await listening.connect()
        let channel = await end.channel
        try await channel.eventLoop.submit { gate.close() }.get()
        let bytes = Self.noise(count: 6_000_000, seed: 3)
        let sent = Self.write(bytes, to: peer.channel)
        let ended = peer.channel.eventLoop.makePromise(of: Void.self)
        peer.channel.close(mode: .output, promise: ended)
        // The one read that was under way may be told; then it is quiet, whatever arrives, for as many turns as may be.
        for _ in 0..<1_000 { try await channel.eventLoop.submit {}.get() }
        let before = end.recorder.bytes.count
        for _ in 0..<1_000 { try await channel.eventLoop.submit {}.get() }
        #expect(end.recorder.bytes.count == before)
        #expect(!end.recorder.events.contains(.inputClosed))
        try await channel.eventLoop.submit { gate.open() }.get()
        await end.recorder.wait { $0.contains(.inputClosed) }
        #expect(end.recorder.bytes == bytes)
        try await sent.get()
        try await ended.futureResult.get()
        try await channel.close()
        try await listening.stop()
    }

    @Test(arguments: ChannelMaker.allCases)
    func manyTalkAtATimeAndEachHearsItsOwn(_ maker: ChannelMaker) async throws {
        let listening = try await maker.listen { try $0.pipeline.syncOperations.addHandler(EchoHandler()) }
        try await withThrowingTaskGroup { group in
            for number in 0..<32 {
                group.addTask {
                    var random = SeededRandom(seed: UInt64(number))
                    let peer = try await listening.connect()
                    var sent: [UInt8] = []
                    for piece in 0..<20 {
                        let count = 1 + Int(random.next() % (piece % 5 == 0 ? 200_000 : 2_000))
                        let bytes = Self.noise(count: count, seed: random.next())
                        sent += bytes
                        try await peer.channel.writeAndFlush(ByteBuffer(bytes: bytes))
                    }
                    try await peer.endOutput()
                    #expect(await peer.readToEnd() == sent)
                    try await peer.channel.closeFuture.get()
                }
            }
            try await group.waitForAll()
        }
        try await listening.stop()
    }

    private static func write(_ bytes: [UInt8], to channel: any Channel) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: promise)
        return promise.futureResult
    }

    private static func noise(count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

/// Which writes are through, in order.
private final class Done: Sendable {
    let order = Mutex<[Int]>([])
}

/// Sends back what arrives, and ends when the peer does.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(self.wrapOutboundOut(self.unwrapInboundIn(data)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { context.close(mode: .output, promise: nil) }
    }
}

/// Whether a channel may be read.
private final class Gate: @unchecked Sendable {
    // Touched on the channel's event loop alone.
    var isOpen = true
    var reading: (() -> Void)?

    func close() { self.isOpen = false }

    func open() {
        self.isOpen = true
        self.reading.take()?()
    }
}

/// Holds reads back while its gate is closed.
private final class GateHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let gate: Gate

    init(_ gate: Gate) { self.gate = gate }

    func read(context: ChannelHandlerContext) {
        if self.gate.isOpen { context.read() } else { self.gate.reading = { context.read() } }
    }
}
