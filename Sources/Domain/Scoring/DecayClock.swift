/// How many half-lives of a group have passed: D(t), a line that bends when a model changes the half-life.
///
/// Points p granted at D(tᵢ) are worth p · 2^−(D(t) − D(tᵢ)) at t. Publishing changes the slope from that moment on
/// and nothing before, so no profile is touched by it (design, section 6).
package struct DecayClock: Equatable, Sendable {
    /// A straight part of the line.
    package struct Segment: Equatable, Sendable {
        /// Where it begins.
        package var start: Timestamp
        /// D at its beginning.
        package var reading: Double
        /// Microseconds in which D grows by 1.
        package var halfLife: Double
    }

    /// The parts, in order of time; at least one. One per change of the half-life over the service's life.
    package private(set) var segments: [Segment]

    /// A clock that reads 0 at `start`, and less before.
    package init(start: Timestamp, halfLife: TimeSpan) {
        precondition(halfLife.microseconds > 0, "a half-life is positive")
        self.segments = [Segment(start: start, reading: 0, halfLife: Double(halfLife.microseconds))]
    }

    /// The same clock in memory of its own.
    init(copying other: DecayClock) { self.segments = other.segments.map { $0 } }

    /// D(t).
    package func reading(at time: Timestamp) -> Double {
        var index = self.segments.count - 1
        while index > 0, self.segments[index].start > time { index -= 1 }
        let segment = self.segments[index]
        return segment.reading + Double(time.microseconds &- segment.start.microseconds) / segment.halfLife
    }

    /// Half-lives per microsecond from the last bend on.
    package var slope: Double { 1 / self.segments[self.segments.count - 1].halfLife }

    /// Bends the line at `time`, which is not before the last bend.
    package mutating func change(halfLife: TimeSpan, at time: Timestamp) {
        let new = Double(halfLife.microseconds)
        guard self.segments[self.segments.count - 1].halfLife != new else { return }
        self.segments.append(Segment(start: time, reading: self.reading(at: time), halfLife: new))
    }
}
