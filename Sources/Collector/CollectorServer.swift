package import Domain
package import NIOCore
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
    private let listener: SocketListener
    private let loops: LoopTable
    private let options: Options

    private init(port: Int, listener: SocketListener, loops: LoopTable, options: Options) {
        self.port = port
        self.listener = listener
        self.loops = loops
        self.options = options
    }

    /// Binds and listens.
    package static func start(_ collector: Collector, options: Options) async throws -> CollectorServer {
        let address = try SocketAddress.makeAddressResolvingHost(options.host, port: options.port)
        let socket = try Socket.listen(at: address, backlog: Limits.listenBacklog)
        let loops: LoopTable
        do {
            loops = try LoopTable(collector: collector, options: options)
        } catch {
            socket.close()
            throw error
        }
        let listener = SocketListener(socket, loop: loops.first) { loops.open($0, peer: $1) }
        do {
            try await loops.first.submit { try listener.open() }.get()
        } catch {
            socket.close()
            try await loops.end()
            throw error
        }
        let port = socket.localAddress?.port ?? options.port
        return CollectorServer(port: port, listener: listener, loops: loops, options: options)
    }

    /// What was counted since the start.
    package var counters: CollectorCounters { self.loops.counters }

    /// Connections open now.
    package var connections: Int { self.loops.connections }

    /// Stops listening, answers what was asked, closes: all loops at once, under one deadline. What is not answered
    /// within the options' wait is cut off; its senders saw no acknowledgement and send again.
    package func stop() async throws {
        let eventLoop = self.loops.first
        try await eventLoop.submit { self.listener.close() }.get()
        let done = eventLoop.makePromise(of: Void.self)
        let limit = eventLoop.scheduleTask(in: .microseconds(self.options.stopWait.microseconds)) { done.succeed() }
        let stopped = self.loops.all.map { loop in loop.eventLoop.flatSubmit { loop.stop() } }
        EventLoopFuture.andAllComplete(stopped, on: eventLoop).cascade(to: done)
        try await done.futureResult.get()
        limit.cancel()
        try await self.loops.end()
    }
}

/// The collector's loops, each on its own thread, and the count of connections over all of them.
private final class LoopTable: Sendable {
    let first: SocketLoop
    let all: [CollectorLoop]
    private let sockets: [SocketLoop]
    private let maximumConnections: Int
    private let makeTransport: (@Sendable () -> any ChannelHandler)?
    private let open = Atomic(0)
    private let opened = Atomic(0)
    private let refused = Atomic<UInt64>(0)

    init(collector: Collector, options: CollectorServer.Options) throws(IOError) {
        let first = try SocketLoop.start(name: "vdg-loop-0")
        var sockets = [first]
        do throws(IOError) {
            for index in 1..<max(1, options.loops) { sockets.append(try SocketLoop.start(name: "vdg-loop-\(index)")) }
        } catch {
            for loop in sockets { loop.shutdownGracefully { _ in } }
            throw error
        }
        self.first = first
        self.sockets = sockets
        self.all = sockets.map { CollectorLoop(collector: collector, eventLoop: $0) }
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

    /// Gives a new connection to the loops in turn, or closes it.
    func open(_ socket: Socket, peer: SocketAddress?) {
        let index = self.opened.wrappingAdd(1, ordering: .relaxed).oldValue % self.sockets.count
        guard self.open.wrappingAdd(1, ordering: .relaxed).newValue <= self.maximumConnections else {
            self.open.wrappingSubtract(1, ordering: .relaxed)
            self.refused.wrappingAdd(1, ordering: .relaxed)
            socket.close()
            return
        }
        let (loop, sockets) = (self.all[index], self.sockets[index])
        let channel = SocketChannel(socket, peer: peer, loop: sockets)
        channel.closeFuture.whenComplete { _ in self.open.wrappingSubtract(1, ordering: .relaxed) }
        sockets.execute {
            do {
                let pipeline = channel.pipeline.syncOperations
                if let transport = self.makeTransport?() {
                    try pipeline.addHandlers([transport, ConnectionHandler(loop: loop)])
                } else {
                    let connection = ConnectionHandler(loop: loop, socket: channel)
                    try pipeline.addHandler(connection)
                    channel.connection = connection
                }
                channel.open()
            } catch {
                channel.close(promise: nil)
            }
        }
    }

    /// Ends the loops' threads.
    func end() async throws {
        for loop in self.sockets { try await loop.shutdownGracefully() }
    }
}
