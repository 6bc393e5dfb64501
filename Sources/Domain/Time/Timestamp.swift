/// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// `Domain` never reads a clock: times come in with the records, so that a replay sees the times of the first run.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since the epoch.
    package var microseconds: Int64

    /// A time from microseconds since the epoch.
    @inlinable
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// A time from whole seconds since the epoch.
    @inlinable
    package init(seconds: Int64) {
        self.microseconds = seconds * 1_000_000
    }

    /// Whole seconds since the epoch, rounded down.
    @inlinable
    package var seconds: Int64 { (self.microseconds - (self.microseconds < 0 ? 999_999 : 0)) / 1_000_000 }

    /// Before everything the service ever records.
    package static let distantPast = Timestamp(microseconds: 0)

    /// After everything the service ever records; "never" for due times.
    package static let never = Timestamp(microseconds: .max)

    @inlinable
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// This time moved by a span; saturates at ``never``.
    @inlinable
    package func adding(_ span: TimeSpan) -> Timestamp {
        let (sum, overflow) = self.microseconds.addingReportingOverflow(span.microseconds)
        return overflow ? .never : Timestamp(microseconds: sum)
    }

    /// The span from `earlier` to this time; negative when `earlier` is later.
    @inlinable
    package func since(_ earlier: Timestamp) -> TimeSpan {
        TimeSpan(microseconds: self.microseconds &- earlier.microseconds)
    }
}

/// A length of time in microseconds.
package struct TimeSpan: Hashable, Comparable, Sendable {
    /// The length in microseconds.
    package var microseconds: Int64

    /// A span of so many microseconds.
    @inlinable
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// A span of so many milliseconds.
    package static func milliseconds(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: count * 1_000) }
    /// A span of so many seconds.
    package static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: count * 1_000_000) }
    /// A span of so many minutes.
    package static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
    /// A span of so many hours.
    package static func hours(_ count: Int64) -> TimeSpan { .seconds(count * 3_600) }
    /// A span of so many days of 24 hours.
    package static func days(_ count: Int64) -> TimeSpan { .seconds(count * 86_400) }

    @inlinable
    package static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.microseconds < right.microseconds
    }
}
