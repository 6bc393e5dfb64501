import Domain
import NIOCore

/// Takes the connections that arrive at an address.
///
/// `@unchecked Sendable`: touched on its loop alone, which it is opened and closed on.
final class SocketListener: SocketWatcher, @unchecked Sendable {
    private let socket: Socket
    private let loop: SocketLoop
    private let take: (Socket, SocketAddress?) -> Void
    private var key: UInt64?
    private var isPausing = false

    /// Listens on a socket, on a loop; gives every connection to `take`.
    init(_ socket: Socket, loop: SocketLoop, take: @escaping @Sendable (Socket, SocketAddress?) -> Void) {
        self.socket = socket
        self.loop = loop
        self.take = take
    }

    /// Begins. On the loop.
    func open() throws(IOError) { self.key = try self.loop.watch(self.socket, self) }

    /// Ends; whoever is not taken by now is turned away by the system. On the loop; once or more often.
    func close() {
        guard let key = self.key.take() else { return }
        self.loop.forget(key)
        self.socket.close()
    }

    func ready(_ readiness: Poller.Readiness) { self.accept() }

    func loopEnds() { self.close() }

    private func accept() {
        guard self.key != nil, !self.isPausing else { return }
        for _ in 0..<Limits.connectionsAtOnce {
            switch self.socket.accept() {
            case .connection(let socket, let peer): self.take(socket, peer)
            case .none: return
            // Nothing tells when there is room again.
            case .noRoom: return self.pause(for: .microseconds(Limits.acceptPause.microseconds))
            }
        }
        self.pause(for: .zero)
    }

    private func pause(for time: TimeAmount) {
        self.isPausing = true
        _ = self.loop.scheduleTask(in: time) {
            self.isPausing = false
            self.accept()
        }
    }
}
