package import Domain
import Foundation
import Synchronization

/// A simulated ``EventStream``: blocks in an array, committed by ``commit()``, or by every flush.
///
/// Nothing survives it. Progress is reported on the thread that commits, with no lock held.
package final class MemoryEventStream: EventStream {
    private struct State {
        var blocks: [CommittedBlock] = []
        var first: UInt64 = 0
        var end: UInt64 = 0
        var time = Timestamp.distantPast
        var writers: [MemoryWriter] = []
        var causes = CauseTable()
        var clock: LogClock
        var isFull = false
        var hasFailed = false
    }

    package let id: StreamID
    package let slotKey: SipKey
    private let clock: any Clock
    private let commitsOnFlush: Bool
    private let state: Mutex<State>
    private let condition = NSCondition()
    /// Held during a commit, so that two flushes do not interleave.
    private let committing = Mutex(())

    /// An empty stream. With `commitsOnFlush` every flush commits before it returns.
    package init(seed: UInt64, clock: any Clock, commitsOnFlush: Bool = true) {
        var random = SeededRandom(seed: seed)
        self.id = StreamID(random.next())
        self.slotKey = SipKey(random.next(), random.next())
        self.clock = clock
        self.commitsOnFlush = commitsOnFlush
        let logClock = LogClock(wall: clock.wallTime(), monotonic: clock.monotonicTime(), notBefore: .distantPast)
        self.state = Mutex(State(clock: logClock))
    }

    package var end: UInt64 { self.state.withLock { $0.end } }
    package var start: UInt64 { self.state.withLock { $0.first } }

    /// The causes of all committed derived records.
    package func causes() -> CauseCheckpoint {
        self.state.withLock { CauseCheckpoint(table: $0.causes, offset: $0.end) }
    }

    package func makeWriter(
        _ role: LogWriterRole,
        onProgress: @escaping @Sendable (LogProgress) -> Void
    ) -> any LogWriter {
        let writer = MemoryWriter(role, stream: self, onProgress: onProgress)
        self.state.withLock { $0.writers.append(writer) }
        return writer
    }

    /// Commits what is pending as one block.
    package func commit() {
        let reports = self.committing.withLock { _ in
            self.state.withLock { state in self.commit(&state) }
        }
        for (writer, progress) in reports { writer.onProgress(progress) }
        self.condition.lock()
        self.condition.broadcast()
        self.condition.unlock()
    }

    /// Refuses events for want of space, or takes them again.
    package func setFull(_ isFull: Bool) { self.state.withLock { $0.isFull = isFull } }

    /// Fails for good, like a log whose sync failed.
    package func fail() {
        let writers = self.state.withLock { state in
            defer { state.hasFailed = true }
            return state.hasFailed ? [] : state.writers
        }
        for writer in writers { writer.onProgress(.failed) }
    }

    package func read(from offset: UInt64, maximumBytes: Int) throws(LogReadFailure) -> [CommittedBlock] {
        try self.state.withLock { (state) throws(LogReadFailure) in
            guard offset >= state.first else { throw .trimmed(first: state.first) }
            var result: [CommittedBlock] = []
            var total = 0
            for block in state.blocks where block.endOffset > offset {
                guard result.isEmpty || total + block.frames.count <= maximumBytes else { break }
                total += block.frames.count
                result.append(block)
            }
            return result
        }
    }

    package func wait(beyond offset: UInt64, timeout: TimeSpan) -> UInt64 {
        let deadline = Date(timeIntervalSinceNow: Double(timeout.microseconds) / 1e6)
        self.condition.lock()
        defer { self.condition.unlock() }
        while self.end <= offset, self.condition.wait(until: deadline) {}
        return self.end
    }

    package func trim(below offset: UInt64) {
        self.state.withLock { state in
            // The last block stays, like the segment that is being written.
            while state.blocks.count > 1, let block = state.blocks.first, block.endOffset <= offset {
                state.first = block.endOffset
                state.blocks.removeFirst()
            }
        }
    }

    fileprivate func refusal(_ role: LogWriterRole) -> AppendRefusal? {
        self.state.withLock { state in
            if state.hasFailed { return .failed }
            return state.isFull && role == .events ? .diskFull : nil
        }
    }

    fileprivate func flushed() {
        if self.commitsOnFlush { self.commit() }
    }

    private func commit(_ state: inout State) -> [(MemoryWriter, LogProgress)] {
        guard !state.hasFailed else { return [] }
        var writer = ByteWriter()
        var records = 0
        var tickets: [(MemoryWriter, UInt64)] = []
        for source in state.writers {
            let (frames, ticket) = source.take()
            guard let ticket else { continue }
            tickets.append((source, ticket))
            frames.withUnsafeBytes { bytes in
                var walk = BlockFrames(bytes)
                while let range = walk.next() {
                    let frame = UnsafeRawBufferPointer(rebasing: bytes[range])
                    if source.role == .derived, let cause = BlockFrames.cause(of: frame) {
                        guard state.causes.store(cause) else { continue }
                    }
                    writer.bytes.append(contentsOf: frame)
                    records += 1
                }
            }
        }
        if records > 0 {
            let time = state.clock.reading(wall: self.clock.wallTime(), monotonic: self.clock.monotonicTime())
            let block = CommittedBlock(firstOffset: state.end, count: records, time: time, frames: writer.bytes)
            state.blocks.append(block)
            state.end = block.endOffset
        }
        let end = state.end
        return tickets.map { ($0, .durable(ticket: $1, end: end)) }
    }
}

/// A producer of a ``MemoryEventStream``.
private final class MemoryWriter: LogWriter {
    let role: LogWriterRole
    let onProgress: @Sendable (LogProgress) -> Void
    private unowned let stream: MemoryEventStream
    private let pending = Mutex<(bytes: [UInt8], ticket: UInt64)>(([], 0))

    init(_ role: LogWriterRole, stream: MemoryEventStream, onProgress: @escaping @Sendable (LogProgress) -> Void) {
        self.role = role
        self.stream = stream
        self.onProgress = onProgress
    }

    func append(_ frames: UnsafeRawBufferPointer, records: Int) throws(AppendRefusal) -> UInt64 {
        precondition(records > 0 && BlockFrames.count(frames) == records, "only whole framed records are appended")
        if let refusal = self.stream.refusal(self.role) { throw refusal }
        return try self.pending.withLock { (pending) throws(AppendRefusal) in
            guard pending.bytes.count + frames.count <= Limits.pendingBytes else { throw .pendingFull }
            pending.bytes.append(contentsOf: frames)
            pending.ticket += 1
            return pending.ticket
        }
    }

    func flush() { self.stream.flushed() }

    func take() -> (frames: [UInt8], ticket: UInt64?) {
        self.pending.withLock { pending in
            guard !pending.bytes.isEmpty else { return ([], nil) }
            defer { pending.bytes = [] }
            return (pending.bytes, pending.ticket)
        }
    }
}
