package import Domain

/// Waiting, as a parameter: tests turn the hands of the clock themselves.
package protocol DeliveryTimer: Sendable {
    /// Returns when the wall clock shows `time`, or earlier; throws when the task is cancelled.
    func sleep(until time: Timestamp) async throws
}

/// Waits by the system's clock.
package struct SystemTimer: DeliveryTimer {
    /// No wait is longer, so that a step of the wall clock is noticed.
    private static let longestNap = TimeSpan.seconds(60)

    private let clock: any Domain.Clock

    /// A timer that follows a clock.
    package init(clock: any Domain.Clock) { self.clock = clock }

    package func sleep(until time: Timestamp) async throws {
        let rest = min(time.since(self.clock.wallTime()), Self.longestNap)
        guard rest > .seconds(0) else { return }
        try await Task.sleep(for: .microseconds(rest.microseconds))
    }
}
