package import Domain
import Glibc

/// The machine's clocks.
///
/// Here, in a module without Foundation: with Swift's runtime linked statically, Foundation brings a second module that
/// claims `timespec`.
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
