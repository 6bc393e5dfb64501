import Domain
import ScoreStore
import Synchronization

/// What writers and the committer tell each other without touching the log's locks: whether there is room, how much
/// is pending, and when the committer gets up.
///
/// A sync costs some 100 µs of a core whatever it carries, so what it carries decides what an event costs. While one
/// sync runs the next block fills; on a fast disk that alone makes small blocks. So the committer *gathers*: it waits
/// until as many records are pending as the last block carried, but for ``Limits/commitGathering`` at most. Under load
/// the blocks grow until they carry what arrives in that time; an event before which nothing was committed for a while, like
/// a command, is committed at once.
final class AppendGate: Sendable {
    private let eventsRefused = Atomic(false)
    private let everythingRefused = Atomic(false)
    private let isUrged = Atomic(false)
    /// Records appended and not taken.
    private let pending = Atomic(0)
    /// How many of them are worth a wake-up.
    private let wanted = Atomic(1)
    private let committer = Monitor(false)

    /// Blocks that carried fewer records are not waited for: the disk, not the core, is then what there is too much of.
    private static let leastGathered = 4

    /// Whether events are refused for want of space.
    var refusesEvents: Bool { self.eventsRefused.load(ordering: .relaxed) }
    /// Whether even control records are: the reserve is used up.
    var refusesEverything: Bool { self.everythingRefused.load(ordering: .relaxed) }

    func set(refusesEvents: Bool) { self.eventsRefused.store(refusesEvents, ordering: .relaxed) }
    func set(refusesEverything: Bool) { self.everythingRefused.store(refusesEverything, ordering: .relaxed) }

    /// Records were appended.
    func added(_ records: Int) { self.pending.wrappingAdd(records, ordering: .sequentiallyConsistent) }

    /// Records were taken.
    func took(_ records: Int) { self.pending.wrappingSubtract(records, ordering: .sequentiallyConsistent) }

    /// Wakes the committer if it waits for no more than there is.
    func wake() {
        let isEnough =
            self.pending.load(ordering: .sequentiallyConsistent) >= self.wanted.load(ordering: .sequentiallyConsistent)
        if isEnough { self.signal() }
    }

    /// Wakes the committer whatever it waits for.
    func urge() {
        // Once is enough until the committer has looked.
        if !self.isUrged.exchange(true, ordering: .sequentiallyConsistent) { self.signal() }
    }

    // Passing through the lock puts the signal behind a committer that is about to wait.
    private func signal() { self.committer.withLock { _ in true } }

    /// Waits, on the committer's thread, until there is something to commit, or somebody urges. `last` is what the
    /// last block carried; nil when what is pending cannot be committed anyway, so that only an urge counts.
    ///
    /// It gathers first, and only then waits for a single record: to get up for the first of many just to lie down
    /// again would take the core from the loop that is bringing the others.
    func waitForWork(last: Int?) {
        if let last, last >= Self.leastGathered { self.wait(for: last, atMost: Limits.commitGathering) }
        self.wait(for: last == nil ? .max : 1, atMost: nil)
        self.isUrged.store(false, ordering: .sequentiallyConsistent)
        // While it commits nobody needs to wake it: it looks again before it sleeps.
        self.wanted.store(.max, ordering: .sequentiallyConsistent)
    }

    // What is wanted is told before pending is looked at, and writers add before they ask what is wanted: so one of
    // the two sees the other, and no wake-up is missed.
    private func wait(for records: Int, atMost time: TimeSpan?) {
        self.wanted.store(records, ordering: .sequentiallyConsistent)
        self.committer.wait(
            microseconds: time?.microseconds,
            until: { _ in
                self.pending.load(ordering: .sequentiallyConsistent) >= records
                    || self.isUrged.load(ordering: .sequentiallyConsistent)
            },
            { _ in }
        )
    }
}
