import Domain
import Synchronization

/// A ``Randomness`` over ``SeededRandom``.
package final class SeededSource: Randomness {
    private let random: Mutex<SeededRandom>

    /// A source that starts from `seed`.
    package init(seed: UInt64) { self.random = Mutex(SeededRandom(seed: seed)) }

    package func next() -> UInt64 { self.random.withLock { $0.next() } }
}
