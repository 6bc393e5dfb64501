package import Domain
package import NIOCore
import NIOPosix
import Synchronization

/// The public port, listening.
package final class CollectorServer: Sendable {
    /// Where it listens and how wide.
    package struct Options: Sendable {
        /// The address to bind.
        package var host: String
        /// The port to bind; 0 for any.
        package var port: Int
        /// Event loops.
        package var loops: Int
        /// Connections at a time; the next one is closed at once.
        package var maximumConnections = Limits.publicConnections
        /// Makes what stands between a new connection's socket and its requests, such as ``TLSIdentity``; nil for
        /// plain HTTP.
        package var makeTransport: (@Sendable () -> any ChannelHandler)?
        /// How long a stop waits for answers that are due.
        package var stopWait = Limits.stopWait

        /// Options with the usual limits.
        package init(host: String, port: Int, loops: Int) {
            self.host = host
            self.port = port
            self.loops = loops
        }
    }

    /// The port that was bound.
    package let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let loops: LoopTable
    private let options: Options

    private init(
        port: Int,
        group: MultiThreadedEventLoopGroup,
        channel: any Channel,
        loops: LoopTable,
        options: Options
    ) {
        self.port = port
        self.group = group
        self.channel = channel
        self.loops = loops
        self.options = options
    }

    /// Binds and listens.
    package static func start(_ collector: Collector, options: Options) async throws -> CollectorServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.loops)
        let loops = LoopTable(collector: collector, group: group, options: options)
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(ChannelOptions.backlog, value: Limits.listenBacklog)
                .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try loops.open(channel) }
                }
                .bind(host: options.host, port: options.port)
                .get()
            let port = channel.localAddress?.port ?? options.port
            return CollectorServer(port: port, group: group, channel: channel, loops: loops, options: options)
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// What was counted since the start.
    package var counters: CollectorCounters { self.loops.counters }

    /// Connections open now.
    package var connections: Int { self.loops.connections }

    /// Stops listening, answers what was asked, closes: all loops at once, under one deadline. What is not answered
    /// within the options' wait is cut off; its senders saw no acknowledgement and send again.
    package func stop() async throws {
        try await self.channel.close()
        let eventLoop = self.group.next()
        let done = eventLoop.makePromise(of: Void.self)
        let limit = eventLoop.scheduleTask(in: .microseconds(self.options.stopWait.microseconds)) { done.succeed() }
        let stopped = self.loops.all.map { loop in loop.eventLoop.flatSubmit { loop.stop() } }
        EventLoopFuture.andAllComplete(stopped, on: eventLoop).cascade(to: done)
        try await done.futureResult.get()
        limit.cancel()
        try await self.group.shutdownGracefully()
    }
}

/// The collector's loops by event loop, and the count of connections over all of them.
private final class LoopTable: Sendable {
    let all: [CollectorLoop]
    private let byEventLoop: [ObjectIdentifier: CollectorLoop]
    private let maximumConnections: Int
    private let makeTransport: (@Sendable () -> any ChannelHandler)?
    private let open = Atomic(0)
    private let refused = Atomic<UInt64>(0)

    init(collector: Collector, group: MultiThreadedEventLoopGroup, options: CollectorServer.Options) {
        var all: [CollectorLoop] = []
        var byEventLoop: [ObjectIdentifier: CollectorLoop] = [:]
        for eventLoop in group.makeIterator() {
            let loop = CollectorLoop(collector: collector, eventLoop: eventLoop)
            all.append(loop)
            byEventLoop[ObjectIdentifier(eventLoop)] = loop
        }
        self.all = all
        self.byEventLoop = byEventLoop
        self.maximumConnections = options.maximumConnections
        self.makeTransport = options.makeTransport
    }

    var connections: Int { self.open.load(ordering: .relaxed) }

    var counters: CollectorCounters {
        var sum = CollectorCounters()
        for loop in self.all { sum.add(loop.counters.current) }
        sum.connectionsRefused += self.refused.load(ordering: .relaxed)
        return sum
    }

    /// Gives a new connection its handler, or closes it.
    func open(_ channel: any Channel) throws {
        let count = self.open.wrappingAdd(1, ordering: .relaxed).newValue
        channel.closeFuture.whenComplete { _ in self.open.wrappingSubtract(1, ordering: .relaxed) }
        guard count <= self.maximumConnections, let loop = self.byEventLoop[ObjectIdentifier(channel.eventLoop)] else {
            self.refused.wrappingAdd(1, ordering: .relaxed)
            channel.close(promise: nil)
            return
        }
        if let makeTransport { try channel.pipeline.syncOperations.addHandler(makeTransport()) }
        try channel.pipeline.syncOperations.addHandler(ConnectionHandler(loop: loop))
    }
}
