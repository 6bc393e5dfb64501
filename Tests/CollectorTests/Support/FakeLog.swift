import Domain
import Synchronization

/// A log in memory whose commits and refusals a test decides.
final class FakeLog: EventStream {
    private struct State {
        var writers: [FakeWriter] = []
        var records: [(frame: RecordFrame, bytes: [UInt8])] = []
        var refusal: AppendRefusal?
    }

    private let state = Mutex(State())
    let id = StreamID(1)
    let slotKey = SipKey(11, 22)
    /// Whether a flush commits at once.
    let commitsOnFlush: Bool

    init(commitsOnFlush: Bool = true) { self.commitsOnFlush = commitsOnFlush }

    var end: UInt64 { UInt64(self.state.withLock { $0.records.count }) }
    var start: UInt64 { 0 }

    /// What appends are refused with; nil takes them.
    var refusal: AppendRefusal? {
        get { self.state.withLock { $0.refusal } }
        set { self.state.withLock { $0.refusal = newValue } }
    }

    func makeWriter(_ role: LogWriterRole, onProgress: @escaping @Sendable (LogProgress) -> Void) -> any LogWriter {
        let writer = FakeWriter(log: self, role: role, onProgress: onProgress)
        self.state.withLock { $0.writers.append(writer) }
        return writer
    }

    func read(from offset: UInt64, maximumBytes: Int) throws(LogReadFailure) -> [CommittedBlock] { [] }
    func wait(beyond offset: UInt64, timeout: TimeSpan) -> UInt64 { self.end }
    func trim(below offset: UInt64) {}

    /// Makes everything appended durable.
    func commit() {
        for writer in self.state.withLock({ $0.writers }) { writer.commit() }
    }

    /// Loses everything not yet durable, and says so.
    func fail() {
        self.refusal = .failed
        for writer in self.state.withLock({ $0.writers }) { writer.onProgress(.failed) }
    }

    fileprivate func take(_ frames: UnsafeRawBufferPointer, role: LogWriterRole) throws(AppendRefusal) {
        let refusal: AppendRefusal? = self.state.withLock { state in
            if let refusal = state.refusal, role == .events || refusal == .failed { return refusal }
            var reader = ByteReader(frames)
            while reader.remaining > 0, let frame = try? RecordFrame.read(from: &reader) {
                state.records.append((frame, Array(frames[frame.payload])))
            }
            return nil
        }
        if let refusal { throw refusal }
    }

    /// The events appended so far, with the slot they are addressed to.
    var events: [LoggedEvent] {
        self.state.withLock { $0.records }.compactMap { frame, bytes in
            guard frame.kind == .event,
                let record = bytes.withUnsafeBytes({ try? EventRecord(decoding: $0) })
            else { return nil }
            return LoggedEvent(slot: frame.slot, record: record, bytes: bytes)
        }
    }

    /// The visitors whose erasure was appended.
    var erasures: [ErasureRecord] { self.commands(.erasure) { try ErasureRecord(decoding: &$0) } }

    /// What people withdrew.
    var withdrawals: [WithdrawalRecord] { self.commands(.withdrawal) { try WithdrawalRecord(decoding: &$0) } }

    /// What salespeople answered.
    var answers: [LeadAnswerRecord] { self.commands(.leadAnswer) { try LeadAnswerRecord(decoding: &$0) } }

    private func commands<Record>(_ kind: RecordKind, _ decode: (inout ByteReader) throws -> Record) -> [Record] {
        self.state.withLock { $0.records }.compactMap { frame, bytes in
            guard frame.kind == kind else { return nil }
            return bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                return try? decode(&reader)
            }
        }
    }
}

/// An event as it lies in the fake log.
struct LoggedEvent {
    var slot: Slot
    var record: EventRecord
    var bytes: [UInt8]

    func text(_ range: KeyPath<EventRecord, TextRange>) -> String { self.record[keyPath: range].string(in: self.bytes) }
}

final class FakeWriter: LogWriter {
    private struct State {
        var last: UInt64 = 0
        var durable: UInt64 = 0
    }

    private let log: FakeLog
    private let role: LogWriterRole
    private let state = Mutex(State())
    let onProgress: @Sendable (LogProgress) -> Void

    init(log: FakeLog, role: LogWriterRole, onProgress: @escaping @Sendable (LogProgress) -> Void) {
        self.log = log
        self.role = role
        self.onProgress = onProgress
    }

    func append(_ frames: UnsafeRawBufferPointer, records: Int) throws(AppendRefusal) -> UInt64 {
        try self.log.take(frames, role: self.role)
        return self.state.withLock { state in
            state.last += UInt64(records)
            return state.last
        }
    }

    func flush() {
        if self.log.commitsOnFlush { self.commit() }
    }

    func commit() {
        let ticket: UInt64? = self.state.withLock { state in
            guard state.last > state.durable else { return nil }
            state.durable = state.last
            return state.last
        }
        if let ticket { self.onProgress(.durable(ticket: ticket, end: self.log.end)) }
    }
}
