package import Domain
import Synchronization

/// A clock that stands still until it is moved.
package final class ManualClock: Clock {
    private let now: Mutex<(wall: Timestamp, monotonic: TimeSpan)>

    /// A clock at `wall`.
    package init(_ wall: Timestamp = Timestamp(seconds: 1_800_000_000)) {
        self.now = Mutex((wall, TimeSpan.seconds(1_000)))
    }

    package func wallTime() -> Timestamp { self.now.withLock { $0.wall } }

    package func monotonicTime() -> TimeSpan { self.now.withLock { $0.monotonic } }

    /// Lets time pass.
    package func advance(_ span: TimeSpan) {
        self.now.withLock { now in
            now.wall = now.wall.adding(span)
            now.monotonic = TimeSpan(microseconds: now.monotonic.microseconds + span.microseconds)
        }
    }

    /// Sets the wall clock forward or, with a negative span, back, without time passing.
    package func stepWall(_ span: TimeSpan) {
        self.now.withLock { $0.wall = $0.wall.adding(span) }
    }
}
