import CSockets
import Glibc
import NIOCore

/// Waits for sockets to become ready, and for other threads to call.
///
/// Everything is told once, when it changes (epoll(7), edge-triggered): a connection is registered when it opens and
/// needs no other call for it until it closes. Who is told remembers it.
///
/// `@unchecked Sendable`: the events' memory is touched by ``wait(milliseconds:_:)`` alone, which one thread calls; the
/// descriptors do not change until ``close()``, which is called when that thread waits no more and none calls.
final class Poller: @unchecked Sendable {
    /// What is told of a socket.
    struct Readiness: OptionSet {
        let rawValue: UInt32

        static let readable = Readiness(rawValue: EPOLLIN.rawValue)
        static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
        /// The peer sends no more.
        static let ended = Readiness(rawValue: EPOLLRDHUP.rawValue | EPOLLHUP.rawValue)
        static let broken = Readiness(rawValue: EPOLLERR.rawValue)
    }

    /// What a call from another thread is told as; no socket's key.
    private static let callKey = UInt64.max
    /// As many as are told at once. The rest is told by the next wait.
    private static let eventCount = 512

    private let descriptor: CInt
    private let callDescriptor: CInt
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Poller.eventCount)

    init() throws(IOError) {
        self.descriptor = epoll_create1(CInt(EPOLL_CLOEXEC))
        self.callDescriptor = eventfd(0, CInt(EFD_NONBLOCK | EFD_CLOEXEC))
        do throws(IOError) {
            guard self.descriptor >= 0, self.callDescriptor >= 0 else {
                throw IOError(errnoCode: errno, reason: "epoll")
            }
            try self.add(self.callDescriptor, key: Self.callKey)
        } catch {
            self.close()
            throw error
        }
    }

    deinit { self.events.deallocate() }

    func close() {
        if self.descriptor >= 0 { _ = Glibc.close(self.descriptor) }
        if self.callDescriptor >= 0 { _ = Glibc.close(self.callDescriptor) }
    }

    /// Has a socket's changes told under a key, beginning with what it is ready for now. Ends when the socket is closed.
    func add(_ socket: Socket, key: UInt64) throws(IOError) { try self.add(socket.descriptor, key: key) }

    private func add(_ descriptor: CInt, key: UInt64) throws(IOError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        event.data.u64 = key
        guard epoll_ctl(self.descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw IOError(errnoCode: errno, reason: "epoll_ctl")
        }
    }

    /// Ends a wait, or the next one. From any thread.
    func call() {
        // It is told whenever its count changes, so that nobody has to read it.
        var one: UInt64 = 1
        _ = write(self.callDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits until something has changed, or for so long (nil: for ever), and tells what.
    func wait(milliseconds: CInt?, _ tell: (UInt64, Readiness) -> Void) {
        let count = epoll_wait(self.descriptor, self.events, CInt(Self.eventCount), milliseconds ?? -1)
        guard count > 0 else { return }
        for index in 0..<Int(count) where self.events[index].data.u64 != Self.callKey {
            tell(self.events[index].data.u64, Readiness(rawValue: self.events[index].events))
        }
    }
}
