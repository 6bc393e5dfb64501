import Domain
import EventLog
import ScoreStore
import Synchronization

/// The canaries: records without meaning that take the way of every event, so that somebody notices when nothing comes
/// out at its end any more.
///
/// Each round has one for every worker, in a slot of its own. A round has come back when every one of them was folded
/// and the catalog has passed them.
final class CanaryWatch: Sendable {
    /// Rounds on their way, oldest first.
    private let rounds = Mutex<[(end: UInt64, sent: Timestamp)]>([])

    /// Rounds that are remembered: with more on their way the oldest says it all.
    private static let remembered = 16

    /// The slots of a round: one of each worker.
    private static func slots(workers: Int) -> [Slot] { (0..<workers).map { Slot(UInt16($0)) } }

    /// A round's records.
    static func frames(workers: Int) -> ByteWriter {
        var frames = ByteWriter()
        for slot in Self.slots(workers: workers) { RecordFrame.append(to: &frames, kind: .canary, slot: slot) { _ in } }
        return frames
    }

    /// Notes a round that is in the log below `end`.
    func sent(below end: UInt64, at time: Timestamp) {
        self.rounds.withLock { rounds in
            if rounds.count < Self.remembered { rounds.append((end, time)) }
        }
    }

    /// Since when the oldest round that the catalog has not passed is on its way; nil if it has passed all.
    func waitingSince(applied: UInt64) -> Timestamp? {
        self.rounds.withLock { rounds in
            rounds.removeAll { $0.end <= applied }
            return rounds.first?.sent
        }
    }

    /// When the worker whose last canary is the oldest folded it.
    static func folded(in store: ScoreStore, workers: Int) -> Timestamp {
        Self.slots(workers: workers).map { slot in store.read(slot) { $0.canary } }.min() ?? .distantPast
    }
}

extension Core {
    /// Sends a round of canaries; the health answers look whether it came back.
    func sendCanaries() async throws {
        let workers = self.scorer.workers
        let end = try await self.commands.append(CanaryWatch.frames(workers: workers).bytes, records: workers)
        self.canaries.sent(below: end, at: self.clock.wallTime())
    }
}
