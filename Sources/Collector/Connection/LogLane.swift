import Domain
import NIOCore
import Synchronization

/// One event loop's way into the log with one role, and the connections that wait for it.
///
/// `@unchecked Sendable`: everything but ``mailbox`` is touched on the event loop alone; the committer's thread only
/// posts into the mailbox, which has its lock, and hands the lane itself to the event loop.
final class LogLane: @unchecked Sendable {
    /// Progress for the loop to see.
    private struct Mailbox {
        var durable: UInt64 = 0
        var hasFailed = false
        var isScheduled = false
    }

    private struct Waiting {
        var ticket: UInt64
        var connection: ConnectionHandler
    }

    /// Accepted events that are not on disk yet.
    private struct Uncommitted {
        var ticket: UInt64
        var events: AcceptedEvents
    }

    private let eventLoop: any EventLoop
    private let counters: LoopCounters
    private let mailbox = Mutex(Mailbox())
    private var writer: (any LogWriter)?
    // Exchanged with each other by every commit, so that both keep their room.
    private var waiting: [Waiting] = []
    private var released: [Waiting] = []
    // As long as the log's pending bytes at most.
    private var uncommitted = CircularBuffer<Uncommitted>()
    private var needsFlush = false
    private var hasFailed = false

    /// Whose records it carries.
    let role: LogWriterRole

    init(role: LogWriterRole, stream: any EventStream, eventLoop: any EventLoop, counters: LoopCounters) {
        self.role = role
        self.eventLoop = eventLoop
        self.counters = counters
        self.writer = stream.makeWriter(role) { [weak self] progress in self?.post(progress) }
    }

    /// Appends whole frames; returns their ticket. `events` are taken back from the counters should the log lose them.
    func append(
        _ frames: [UInt8],
        records: Int,
        of events: AcceptedEvents = AcceptedEvents()
    ) throws(AppendRefusal) -> UInt64 {
        guard !self.hasFailed, let writer else { throw .failed }
        let result: Result<UInt64, AppendRefusal> = frames.withUnsafeBytes { bytes in
            do throws(AppendRefusal) {
                return .success(try writer.append(bytes, records: records))
            } catch {
                return .failure(error)
            }
        }
        let ticket = try result.get()
        self.needsFlush = true
        if events.count > 0 { self.uncommitted.append(Uncommitted(ticket: ticket, events: events)) }
        return ticket
    }

    /// Wakes the committer, if there is anything for it.
    func flush() {
        guard self.needsFlush else { return }
        self.needsFlush = false
        self.writer?.flush()
    }

    /// Tells a connection when a ticket is durable. Of one connection's tickets in a row, the last is enough.
    func await(ticket: UInt64, for connection: ConnectionHandler) {
        if let last = self.waiting.indices.last, self.waiting[last].connection === connection {
            self.waiting[last].ticket = ticket
        } else {
            self.waiting.append(Waiting(ticket: ticket, connection: connection))
        }
    }

    // MARK: Progress

    /// On the committer's thread: one task per loop, however many commits pass before it runs.
    private func post(_ progress: LogProgress) {
        let isFirst = self.mailbox.withLock { mailbox in
            switch progress {
            case .durable(let ticket, _): mailbox.durable = max(mailbox.durable, ticket)
            case .failed: mailbox.hasFailed = true
            }
            defer { mailbox.isScheduled = true }
            return !mailbox.isScheduled
        }
        if isFirst { self.eventLoop.execute { self.collect() } }
    }

    private func collect() {
        let (durable, hasFailed) = self.mailbox.withLock { mailbox in
            mailbox.isScheduled = false
            return (mailbox.durable, mailbox.hasFailed)
        }
        self.release(through: durable)
        if hasFailed { self.fail() }
    }

    private func release(through ticket: UInt64) {
        while let first = self.uncommitted.first, first.ticket <= ticket { self.uncommitted.removeFirst() }
        // Connections that are told may ask again at once, so the list is another one by then.
        swap(&self.waiting, &self.released)
        let count = self.released.firstIndex { $0.ticket > ticket } ?? self.released.count
        if count < self.released.count { self.waiting.append(contentsOf: self.released[count...]) }
        for index in 0..<count { self.released[index].connection.committed(through: ticket, on: self.role) }
        self.released.removeAll(keepingCapacity: true)
        // The last entry's ticket may have grown past what is durable while the first of its answers waits.
        self.waiting.first?.connection.committed(through: ticket, on: self.role)
    }

    private func fail() {
        self.hasFailed = true
        for lost in self.uncommitted { self.counters.takeBack(lost.events) }
        self.uncommitted.removeAll()
        let waiting = self.waiting
        self.waiting.removeAll()
        for entry in waiting { entry.connection.failed(on: self.role) }
    }
}
