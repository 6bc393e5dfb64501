/// A stream of the log: 64 random bits drawn when it is created, never reused, so that a restored or rebuilt log
/// cannot be taken for the old one.
package struct StreamID: Hashable, Sendable, CustomStringConvertible {
    /// The random bits.
    package var rawValue: UInt64

    /// A stream id from its bits.
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Sixteen hexadecimal digits.
    package var description: String {
        let digits = String(self.rawValue, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// A place in the log: everything below `offset` in `stream`. Offsets count records.
package struct LogPosition: Hashable, Sendable {
    /// The stream.
    package var stream: StreamID
    /// The record's number, or the number of the next one where a position means an end.
    package var offset: UInt64

    /// A position.
    package init(stream: StreamID, offset: UInt64) {
        self.stream = stream
        self.offset = offset
    }
}

/// Why the log did not take records.
package enum AppendRefusal: Error, Equatable, Sendable {
    /// The producer's pending buffer is full (``Limits/pendingBytes``): slow down.
    case pendingFull
    /// Too little free space (``Limits/freeSpaceFloorBytes``); control records are still taken.
    case diskFull
    /// A write or sync failed: nothing is taken until the service was restarted.
    case failed
    /// The log is being closed.
    case closed
}

/// Whose records a writer carries.
package enum LogWriterRole: Sendable, Equatable {
    /// Events: refused first when space ends.
    case events
    /// Control records (contacts, consents, models, links, erasures, ticks): may use the reserve.
    case control
    /// Derived records: may use the reserve; those at or below their source's last cause are dropped as already
    /// stored, which their ticket does not tell apart from stored.
    case derived
}

/// What became of the records up to a ticket.
package enum LogProgress: Equatable, Sendable {
    /// Every record of this writer up to and including `ticket` is on disk; the log ends at `end`.
    case durable(ticket: UInt64, end: UInt64)
    /// Nothing behind the last durable ticket will ever be.
    case failed
}

/// One producer's way into the log. Its records keep their order; those of different writers interleave by block.
package protocol LogWriter: AnyObject, Sendable {
    /// Copies whole framed records (``RecordFrame``) into the pending buffer. Returns the ticket that a later
    /// ``LogProgress`` will cover. Cheap: one short lock, no system call.
    func append(_ frames: UnsafeRawBufferPointer, records: Int) throws(AppendRefusal) -> UInt64

    /// Wakes the committer. Once per read cycle, after the cycle's appends.
    func flush()
}

/// A run of committed records as one block of the log: same arrival time, consecutive offsets.
package struct CommittedBlock: Sendable {
    /// The offset of the first record.
    package var firstOffset: UInt64
    /// How many records.
    package var count: Int
    /// When they were received: never decreasing from block to block.
    package var time: Timestamp
    /// The framed records, one after the other.
    package var frames: [UInt8]

    /// A block.
    package init(firstOffset: UInt64, count: Int, time: Timestamp, frames: [UInt8]) {
        self.firstOffset = firstOffset
        self.count = count
        self.time = time
        self.frames = frames
    }

    /// The offset behind the last record.
    package var endOffset: UInt64 { self.firstOffset + UInt64(self.count) }
}

/// Why a read from the log failed.
package enum LogReadFailure: Error, Equatable, Sendable {
    /// The offset was trimmed away.
    case trimmed(first: UInt64)
    /// Stored bytes are not what was written.
    case corrupt(offset: UInt64)
    /// The storage answered with an error number.
    case storage(Int32)
}

/// The log, as the rest of the service sees it. Implementations: segment files, and a simulated one for tests; both
/// pass one contract suite. Nothing here assumes files, or that this is the only stream.
package protocol EventStream: AnyObject, Sendable {
    /// Which stream this is.
    var id: StreamID { get }
    /// The key of ``SlotMap``, drawn with the stream.
    var slotKey: SipKey { get }
    /// The offset behind the last durable record.
    var end: UInt64 { get }
    /// The offset of the oldest record still held.
    var start: UInt64 { get }

    /// Bytes a writer may have pending before it is refused.
    var pendingBytes: Int { get }

    /// A new producer. `onProgress` is called on the committer's thread after every sync that covered records of this
    /// writer, and on failure; it must return at once.
    func makeWriter(_ role: LogWriterRole, onProgress: @escaping @Sendable (LogProgress) -> Void) -> any LogWriter

    /// The blocks from the one that holds `offset` on, at most about `maximumBytes` of them but at least one if there
    /// is one. Empty at the end. The first block may begin below `offset`.
    func read(from offset: UInt64, maximumBytes: Int) throws(LogReadFailure) -> [CommittedBlock]

    /// Blocks the calling thread until the log ends behind `offset`, or is closed, or `timeout` passed. Returns the
    /// end.
    func wait(beyond offset: UInt64, timeout: TimeSpan) -> UInt64

    /// Gives up what lies below `offset`, as far as whole segments allow.
    func trim(below offset: UInt64)
}

extension EventStream {
    /// The service's own limit.
    package var pendingBytes: Int { Limits.pendingBytes }
}
