import Domain
import ScoreStore
import Synchronization

/// One producer's pending records, until the committer takes them.
final class PendingWriter: LogWriter {
    private struct Pending {
        var bytes: [UInt8] = []
        var records = 0
        var ticket: UInt64 = 0
        /// Why nothing is taken any more, once nothing is.
        var ended: AppendRefusal?
    }

    let role: LogWriterRole
    let onProgress: @Sendable (LogProgress) -> Void
    private let limit: Int
    private let gate: AppendGate
    private let pending = Mutex(Pending())

    init(
        _ role: LogWriterRole,
        limit: Int,
        gate: AppendGate,
        ended: AppendRefusal?,
        onProgress: @escaping @Sendable (LogProgress) -> Void
    ) {
        self.role = role
        self.limit = limit
        self.gate = gate
        self.onProgress = onProgress
        self.pending.withLock { $0.ended = ended }
    }

    func append(_ frames: UnsafeRawBufferPointer, records: Int) throws(AppendRefusal) -> UInt64 {
        // The count becomes offsets, so it is checked before anything is stored.
        precondition(records > 0 && BlockFrames.count(frames) == records, "only whole framed records are appended")
        let isRefused = self.role == .events ? self.gate.refusesEvents : self.gate.refusesEverything
        return try self.pending.withLock { (pending) throws(AppendRefusal) in
            if let ended = pending.ended { throw ended }
            guard !isRefused else { throw .diskFull }
            guard pending.bytes.count + frames.count <= self.limit else { throw .pendingFull }
            pending.bytes.append(contentsOf: frames)
            pending.records += records
            pending.ticket += 1
            self.gate.added(records)
            return pending.ticket
        }
    }

    /// A command waits for nobody; events and what follows from them may be gathered.
    func flush() { self.role == .control ? self.gate.urge() : self.gate.wake() }

    /// Exchanges what is pending for the empty `buffer`, if it is no longer than `limit`. Returns how many records
    /// were taken, and the last ticket; nil if nothing was.
    func take(into buffer: inout [UInt8], limit: Int) -> (records: Int, ticket: UInt64)? {
        self.pending.withLock { pending in
            guard !pending.bytes.isEmpty, pending.bytes.count <= limit else { return nil }
            swap(&pending.bytes, &buffer)
            self.gate.took(pending.records)
            defer { pending.records = 0 }
            return (pending.records, pending.ticket)
        }
    }

    /// Whether anything is pending.
    var hasPending: Bool { self.pending.withLock { !$0.bytes.isEmpty } }

    /// Refuses whatever is appended from now on. Returns false if that was so already.
    func end(_ reason: AppendRefusal) -> Bool {
        self.pending.withLock { pending in
            guard pending.ended == nil else { return false }
            pending.ended = reason
            return true
        }
    }
}
