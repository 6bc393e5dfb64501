internal import Domain
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// From host names to addresses.
protocol AddressLookup: Sendable {
    /// One address of a host, within a time.
    ///
    /// - Throws: `unresolvedHost`; `timeout` if it took longer than `timeLimit`.
    func address(of host: String, port: Int, timeLimit: TimeAmount) async throws(DeliveryFailure) -> SocketAddress

    /// Gives up what it holds. Nothing is looked up afterwards.
    func close()
}

/// From host names to addresses, by the system's resolver.
///
/// The resolver blocks its thread, for half a minute if a name server is silent. It therefore has threads of its own,
/// and one host never occupies more than one of them: whoever asks for a host that is being looked up waits for that
/// lookup. With as many threads as there are destinations, none waits for another's.
final class AddressResolver: AddressLookup {
    private let threads: NIOThreadPool
    private let underWay = Mutex<[String: EventLoopFuture<SocketAddress>]>([:])

    /// A resolver with so many threads, started.
    init(threadCount: Int) {
        self.threads = NIOThreadPool(numberOfThreads: max(1, threadCount))
        self.threads.start()
    }

    /// The first address of a host, in the system's order of preference.
    func address(
        of host: String,
        port: Int,
        timeLimit: TimeAmount
    ) async throws(DeliveryFailure) -> SocketAddress {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = loop.makePromise(of: SocketAddress.self)
        let alarm = loop.scheduleTask(in: timeLimit) { answer.fail(DeliveryFailure.timeout) }
        // Whichever comes second finds the promise fulfilled and does nothing.
        self.lookup(host, port: port, on: loop).cascade(to: answer)
        defer { alarm.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await answer.futureResult.get()
            } onCancel: {
                answer.fail(DeliveryFailure.interrupted)
            }
        } catch {
            throw error as? DeliveryFailure ?? .unresolvedHost
        }
    }

    /// Ends the threads, without waiting for lookups that still block one.
    func close() {
        self.threads.shutdownGracefully { _ in }
    }

    private func lookup(_ host: String, port: Int, on loop: any EventLoop) -> EventLoopFuture<SocketAddress> {
        let key = "\(host):\(port)"
        return self.underWay.withLock { underWay in
            if let running = underWay[key] { return running }
            let future = self.threads.runIfActive(eventLoop: loop) {
                try SocketAddress.makeAddressResolvingHost(host, port: port)
            }
            underWay[key] = future
            // A pool that was closed answers at once; attached from the loop, the completion never runs under this
            // lock.
            loop.execute {
                future.whenComplete { _ in self.underWay.withLock { $0[key] = nil } }
            }
            return future
        }
    }
}
