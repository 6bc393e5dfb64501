import Domain
import Glibc
import NIOCore
import NIOPosix
import Synchronization

@testable import Collector

/// Who makes a port's channels: NIO, whose channels say what is expected, or we.
enum ChannelMaker: CaseIterable, Sendable {
    case nio
    case own

    /// Listens; every connection gets the handlers that `initialize` adds.
    func listen(_ initialize: @escaping @Sendable (any Channel) throws -> Void) async throws -> Listening {
        switch self {
        case .nio:
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try initialize(channel) }
                }
                .bind(host: "127.0.0.1", port: 0)
                .get()
            return Listening(port: channel.localAddress?.port ?? 0) { try await channel.close() }
        case .own:
            let loop = try SocketLoop.start(name: "test")
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
            let socket = try Socket.listen(at: address, backlog: 16)
            let listener = SocketListener(socket, loop: loop) { socket, peer in
                let channel = SocketChannel(socket, peer: peer, loop: loop)
                do {
                    try initialize(channel)
                    channel.open()
                } catch {
                    channel.close(promise: nil)
                }
            }
            try await loop.submit { try listener.open() }.get()
            return Listening(port: socket.localAddress?.port ?? 0) { try await loop.shutdownGracefully() }
        }
    }
}

/// A port that listens.
struct Listening: Sendable {
    let port: Int
    private let end: @Sendable () async throws -> Void

    init(port: Int, end: @escaping @Sendable () async throws -> Void) {
        self.port = port
        self.end = end
    }

    /// A client's end of a new connection. It reads by itself unless it is told not to.
    func connect(reads: Bool = true) async throws -> Peer {
        let recorder = Recorder()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .channelOption(ChannelOptions.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RecordingHandler(recorder))
                }
            }
            .connect(host: "127.0.0.1", port: self.port)
            .get()
        return Peer(channel: channel, recorder: recorder)
    }

    func stop() async throws { try await self.end() }
}

/// A client's end of a connection.
struct Peer: Sendable {
    let channel: any Channel
    let recorder: Recorder

    func send(_ text: String) async throws { try await self.channel.writeAndFlush(ByteBuffer(string: text)) }

    /// Sends no more, and still reads.
    func endOutput() async throws { try await self.channel.close(mode: .output) }

    /// Everything that arrived until the other end sent no more.
    func readToEnd() async -> [UInt8] {
        await self.recorder.wait { $0.contains(.inputClosed) || $0.contains(.inactive) }
        return self.recorder.bytes
    }
}

/// A client's end whose calls are through when they return, whoever makes them.
struct BlockingPeer: Sendable {
    private let descriptor: CInt

    init(port: Int) throws {
        self.descriptor = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let isConnected = address.withSockAddr { Glibc.connect(self.descriptor, $0, socklen_t($1)) == 0 }
        guard isConnected else { throw IOError(errnoCode: errno, reason: "connect") }
    }

    func send(_ text: String) { _ = Glibc.send(self.descriptor, text, text.utf8.count, 0) }

    /// Closes without waiting for anything, which tells the other end that the connection is no more.
    func breakOff() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(self.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        Glibc.close(self.descriptor)
    }
}

/// What happened to a channel, in order.
final class Recorder: Sendable {
    enum Event: Equatable, Sendable {
        case added, registered, active, read, readComplete, inputClosed, outputClosed, inactive, unregistered, removed
        case writability(Bool)
    }

    private struct Waiter {
        var isFulfilled: @Sendable ([Event]) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var events: [Event] = []
        var bytes: [UInt8] = []
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    var events: [Event] { self.state.withLock { $0.events } }
    var bytes: [UInt8] { self.state.withLock { $0.bytes } }

    func record(_ event: Event) {
        let fulfilled = self.state.withLock { state in
            state.events.append(event)
            let events = state.events
            let end = state.waiters.partition { $0.isFulfilled(events) }
            defer { state.waiters.removeSubrange(end...) }
            return Array(state.waiters[end...])
        }
        for waiter in fulfilled { waiter.continuation.resume() }
    }

    func record(_ buffer: ByteBuffer) { self.state.withLock { $0.bytes.append(contentsOf: buffer.readableBytesView) } }

    /// Waits until what happened fulfils a condition.
    func wait(until isFulfilled: @escaping @Sendable ([Event]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isNow = self.state.withLock { state in
                if isFulfilled(state.events) { return true }
                state.waiters.append(Waiter(isFulfilled: isFulfilled, continuation: continuation))
                return false
            }
            if isNow { continuation.resume() }
        }
    }
}

/// Records what happens to its channel.
final class RecordingHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let recorder: Recorder

    init(_ recorder: Recorder) { self.recorder = recorder }

    func handlerAdded(context: ChannelHandlerContext) { self.recorder.record(.added) }
    func handlerRemoved(context: ChannelHandlerContext) { self.recorder.record(.removed) }
    func channelRegistered(context: ChannelHandlerContext) {
        self.pass(.registered) { context.fireChannelRegistered() }
    }
    func channelUnregistered(context: ChannelHandlerContext) {
        self.pass(.unregistered) { context.fireChannelUnregistered() }
    }
    func channelActive(context: ChannelHandlerContext) { self.pass(.active) { context.fireChannelActive() } }
    func channelInactive(context: ChannelHandlerContext) { self.pass(.inactive) { context.fireChannelInactive() } }
    func channelReadComplete(context: ChannelHandlerContext) {
        self.pass(.readComplete) { context.fireChannelReadComplete() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.recorder.record(self.unwrapInboundIn(data))
        self.pass(.read) { context.fireChannelRead(data) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.pass(.writability(context.channel.isWritable)) { context.fireChannelWritabilityChanged() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? ChannelEvent {
        case .inputClosed: self.recorder.record(.inputClosed)
        case .outputClosed: self.recorder.record(.outputClosed)
        case nil: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    // A broken connection is told by its end.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    private func pass(_ event: Recorder.Event, on: () -> Void) {
        self.recorder.record(event)
        on()
    }
}
