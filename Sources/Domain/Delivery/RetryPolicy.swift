/// When to try again, and when to give up.
///
/// Exponential backoff with full jitter above a floor: after the n-th failure in a row the delay is drawn evenly
/// between ``shortestDelay`` and `5 s × 2ⁿ`, at most ``longestDelay``. Full jitter spreads the destinations that came
/// back together (Marc Brooker, "Exponential Backoff and Jitter"); the floor keeps a lucky draw from hammering.
///
/// | failures | delay, from 5 s to | mean   | mean time since the first attempt |
/// |---------:|-------------------:|-------:|----------------------------------:|
/// |        1 |               10 s |  7.5 s |   8 s |
/// |        2 |               20 s | 12.5 s |  20 s |
/// |        3 |               40 s | 22.5 s |  43 s |
/// |        4 |               80 s |  43 s  |  85 s |
/// |        5 |              160 s |  83 s  | 2.8 min |
/// |        6 |              320 s | 163 s  | 5.5 min |
/// |        7 |              640 s | 5.4 min |  11 min |
/// |        8 |             21 min |  11 min |  22 min |
/// |        9 |             43 min |  21 min |  43 min |
/// |       10 |             85 min |  43 min | 1.4 h |
/// |       11 |            2.8 h   | 1.4 h   | 2.8 h |
/// |       12 |            5.7 h   | 2.8 h   | 5.7 h |
/// |  13 and more |        6 h     | 3 h     | + 3 h each, given up after 3 days: about 35 attempts |
package enum RetryPolicy {
    /// No attempt follows another sooner.
    package static let shortestDelay = TimeSpan.seconds(5)
    /// No attempt waits longer, whatever the destination asks for.
    package static let longestDelay = TimeSpan.hours(6)
    /// An item is given up when its next attempt would lie this far behind its first, or behind the moment since which
    /// it could have been delivered if its destination worked: whatever is earlier.
    package static let lifetime = TimeSpan.days(3)

    /// The longest delay that may be drawn after so many failures in a row (at least 1).
    package static func ceiling(afterFailures failures: Int) -> TimeSpan {
        // Beyond 20 doublings the result lies above six hours anyway; the bound keeps the shift from overflowing.
        let doublings = Int64(max(1, min(failures, 20)))
        return min(self.longestDelay, TimeSpan(microseconds: self.shortestDelay.microseconds << doublings))
    }

    /// The delay before the next attempt, after so many failures in a row (at least 1).
    package static func delay(afterFailures failures: Int, randomness: any Randomness) -> TimeSpan {
        let width = self.ceiling(afterFailures: failures).microseconds - self.shortestDelay.microseconds
        let share = randomness.next().multipliedFullWidth(by: UInt64(width) + 1).high
        return TimeSpan(microseconds: self.shortestDelay.microseconds + Int64(share))
    }

    /// What becomes of an item that was not delivered at `now`: tried again after its own backoff but not before
    /// `earliest`, or given up.
    ///
    /// A dead destination gets one item at a time, so that most of its backlog was never tried. Such items are three
    /// days old when they have waited that long since they were decided while their destination failed: counted from
    /// its first failure, `failingSince`, or their own decision, whichever is later. What was decided long before the
    /// destination failed (the service was stopped) is not given up at its first attempt.
    /// - Parameter failingSince: since when the destination has answered nothing else; nil when the item is at fault.
    package static func verdict(
        for item: OutboxItem,
        at now: Timestamp,
        notBefore earliest: Timestamp,
        failingSince: Timestamp? = nil,
        randomness: any Randomness
    ) -> OutboxVerdict {
        let delay = self.delay(afterFailures: item.attempts + 1, randomness: randomness)
        let next = max(now.adding(delay), earliest)
        let waiting = max(item.created, failingSince ?? now)
        let first = min(item.firstAttempt, waiting, now)
        return next > first.adding(self.lifetime) ? .dead : .retry(at: next)
    }
}
