import Histogram
import NIOCore

/// What a run came to. Times are microseconds.
struct LoadReport: Encodable, Sendable {
    /// Beyond it the generator itself is what was measured.
    private static let largestLateness = 1_000.0

    let rate: Double
    /// Requests that were measured.
    let count: Int
    /// How many answers of each status there were, those of the warm-up included.
    private(set) var statuses: [String: Int] = [:]
    private(set) var unanswered = 0
    /// From the time a request was meant to be sent to the end of its answer.
    var answers = Latencies()
    /// The same to the arrival of the notification it led to.
    private(set) var notifications: Latencies?
    /// How much later than meant the generator looked at a request: its own share of the latencies.
    private(set) var lateness = Latencies()
    /// Whether the generator held its rate.
    private(set) var isHeld = true

    init(rate: Double, count: Int) {
        self.rate = rate
        self.count = count
    }

    /// What is wrong with the figures.
    var warning: String? {
        guard !self.isHeld else { return nil }
        return "the generator could not hold \(Int(self.rate)) requests a second: it was late itself"
    }

    mutating func note(status: Int) { self.statuses["\(status)", default: 0] += 1 }

    mutating func note(lateness: TimeAmount) { self.lateness.note(lateness) }

    mutating func noteNotification(_ time: TimeAmount) {
        if self.notifications == nil { self.notifications = Latencies() }
        self.notifications?.note(time)
    }

    mutating func seal(unanswered: Int) {
        self.unanswered = unanswered
        self.isHeld = self.lateness.microseconds(at: 99) <= Self.largestLateness
    }
}

/// Times, in a histogram with three significant digits (HdrHistogram).
struct Latencies: Encodable, Sendable {
    private enum Keys: String, CodingKey {
        case count
        case p50
        case p90
        case p99
        case p999
        case max
        case curve
    }

    /// Where the curve is read, in percent.
    private static let percentiles = [
        0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999, 100.0,
    ]

    /// Nothing takes longer: a run's end waits half a minute.
    private static let longest: UInt64 = 3_600_000_000_000

    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1_000,
        highestTrackableValue: Self.longest,
        numberOfSignificantValueDigits: .three
    )

    mutating func note(_ time: TimeAmount) {
        let wasInRange = self.histogram.record(UInt64(max(time.nanoseconds, 0)))
        precondition(wasInRange, "a run takes less than an hour")
    }

    func microseconds(at percentile: Double) -> Double {
        self.histogram.totalCount == 0 ? 0 : Double(self.histogram.valueAtPercentile(percentile)) / 1_000
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(self.histogram.totalCount, forKey: .count)
        for (key, percentile) in [(Keys.p50, 50.0), (.p90, 90), (.p99, 99), (.p999, 99.9), (.max, 100)] {
            try container.encode(self.microseconds(at: percentile), forKey: key)
        }
        try container.encode(Self.percentiles.map { [$0, self.microseconds(at: $0)] }, forKey: .curve)
    }
}
