import Domain
import Synchronization

/// What keeps the log from being trimmed while somebody copies it. A hold ends when it is given back, or by itself
/// when whoever took it is gone for so long.
final class TrimHolds: Sendable {
    private struct State {
        var last: Int64 = 0
        /// By number, when each ends on the monotonic clock.
        var ends: [Int64: TimeSpan] = [:]
    }

    private let state = Mutex(State())

    /// How long a hold lasts at most.
    static let longest = TimeSpan.hours(24)

    /// A new hold's number; nil when there are too many.
    func take(at now: TimeSpan) -> Int64? {
        self.state.withLock { state in
            state.ends = state.ends.filter { $0.value > now }
            guard state.ends.count < Limits.trimHolds else { return nil }
            state.last += 1
            state.ends[state.last] = TimeSpan(microseconds: now.microseconds + Self.longest.microseconds)
            return state.last
        }
    }

    /// Gives a hold back. False when there is none of this number.
    func end(_ number: Int64) -> Bool { self.state.withLock { $0.ends.removeValue(forKey: number) != nil } }

    /// Whether the log must stay as it is.
    func isHeld(at now: TimeSpan) -> Bool { self.state.withLock { $0.ends.values.contains { $0 > now } } }
}
