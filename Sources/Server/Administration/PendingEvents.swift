import Domain
import EventLog
import ScoreStore

/// How accepted events ended, with those whose end is to come: all from one reading (promise 4).
///
/// Each slot is read once under its lock, with the offset up to which it has folded. An event of the log is pending
/// exactly if its offset is not below that of its slot as it was read; everything below the offset that all slots
/// had reached before is not even looked at. So the sum is exact although the fold goes on meanwhile.
struct PendingEvents {
    private(set) var outcomes = Outcomes()
    private(set) var pending: UInt64 = 0
    /// When the oldest record that is not folded was received; nil for none.
    private(set) var oldest: Timestamp?
    private(set) var provisionalEntries = 0
    private(set) var visitors = 0
    private(set) var contacts = 0

    /// Bytes of backlog that are read. Behind them every record counts as an event, which can only overstate.
    private static let readBytes = 64 << 20
    private static let batchBytes = 1 << 20

    /// - Parameter countsProvisional: whether ``provisionalEntries`` is asked for, which looks at every contact.
    init(_ core: Core, countsProvisional: Bool) {
        let start = core.scorer.folded
        var offsets: [UInt64] = []
        offsets.reserveCapacity(Int(Limits.slotCount))
        for number in 0..<Limits.slotCount {
            let slot = core.store.read(Slot(number)) { state in
                let contacts = countsProvisional ? state.consents : []
                let provisional = contacts.reduce(0) { sum, contact in
                    sum + (state.contact(contact.contact)?.provisional.count ?? 0)
                }
                return (offset: state.offset, outcomes: state.outcomes, counts: state.counts, provisional: provisional)
            }
            offsets.append(slot.offset)
            self.outcomes.add(slot.outcomes)
            self.visitors += slot.counts.visitors
            self.contacts += slot.counts.contacts
            self.provisionalEntries += slot.provisional
        }
        (self.pending, self.oldest) = Self.backlog(of: core.log, from: start, folded: offsets)
    }

    /// The events of the log from `start` on that are not below the offset of their slot, and when the oldest record
    /// there was received.
    static func backlog(
        of log: any EventStream,
        from start: UInt64,
        folded: [UInt64]
    ) -> (pending: UInt64, oldest: Timestamp?) {
        let end = log.end
        var cursor = start
        var bytes = 0
        var pending: UInt64 = 0
        var oldest: Timestamp?
        while cursor < end, bytes < Self.readBytes {
            guard let blocks = try? log.read(from: cursor, maximumBytes: Self.batchBytes), !blocks.isEmpty else {
                break
            }
            for block in blocks where block.endOffset > cursor && block.firstOffset < end {
                oldest = oldest ?? block.time
                LogFrames.forEach(in: block, from: cursor) { frame, offset, _ in
                    guard frame.kind == .event, offset < end else { return }
                    if offset >= folded[Int(frame.slot.rawValue)] { pending += 1 }
                }
                cursor = block.endOffset
                bytes += block.frames.count
            }
        }
        return (cursor < end ? pending + (end - cursor) : pending, oldest)
    }
}
