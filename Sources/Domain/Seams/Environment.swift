/// The clock. Read at the rim, once per cycle; passed down as values.
package protocol Clock: Sendable {
    /// The wall clock, which may step.
    func wallTime() -> Timestamp
    /// A clock that only moves forward, from an arbitrary start.
    func monotonicTime() -> TimeSpan
}

/// A source of random bits.
package protocol Randomness: Sendable {
    /// 64 bits fit for ids, keys and salts.
    func next() -> UInt64
}

/// Time for the log: follows the monotonic clock, so that it never runs backwards and a step of the wall clock
/// changes nothing that is already under way.
///
/// The wall clock is taken at the start and, as long as it drifts at most 60 s away, followed forward; a larger step
/// is reported and not followed (design, section 5).
package struct LogClock: Sendable {
    /// A step this large is an operator's matter.
    package static let largestFollowedStep = TimeSpan.seconds(60)

    private var last: Timestamp
    private var lastMonotonic: TimeSpan

    /// Whether the wall clock is away by more than ``largestFollowedStep`` as of the last reading.
    package private(set) var isAdrift = false

    /// A clock that starts at the wall time, or just behind what the log already holds.
    package init(wall: Timestamp, monotonic: TimeSpan, notBefore: Timestamp) {
        self.last = max(wall, notBefore)
        self.lastMonotonic = monotonic
    }

    /// The time of the next block.
    package mutating func reading(wall: Timestamp, monotonic: TimeSpan) -> Timestamp {
        let elapsed = max(0, monotonic.microseconds - self.lastMonotonic.microseconds)
        let expected = self.last.adding(TimeSpan(microseconds: elapsed))
        let step = wall.since(expected)
        self.isAdrift = abs(step.microseconds) > Self.largestFollowedStep.microseconds
        self.last = step.microseconds > 0 && !self.isAdrift ? wall : expected
        self.lastMonotonic = monotonic
        return self.last
    }
}
