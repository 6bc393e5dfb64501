package import Domain
import Glibc

/// The machine's clocks.
package struct SystemClock: Clock {
    /// The machine's clocks.
    package init() {}

    package func wallTime() -> Timestamp { Timestamp(microseconds: Self.read(CLOCK_REALTIME)) }

    package func monotonicTime() -> TimeSpan { TimeSpan(microseconds: Self.read(CLOCK_MONOTONIC)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

/// The system's generator: fit for ids and keys.
package struct SystemRandomness: Randomness {
    /// The system's generator.
    package init() {}

    package func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
