package import Domain

/// Durations and limits as people write them.
package enum DurationText {
    static let expected = "a duration such as 10s, 5m, 24h, 30d or 2w"
    static let expectedLimit = #""N per day|week|month|hour|DURATION""#

    private static let units: [(suffix: Character, seconds: Int64)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    /// The span of a text: a whole number and one of `s`, `m`, `h`, `d`, `w`; nil for anything else.
    package static func parse(_ text: some StringProtocol) -> TimeSpan? {
        guard let unit = self.units.first(where: { $0.suffix == text.last }) else { return nil }
        let digits = text.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits) else {
            return nil
        }
        let (seconds, overflows) = count.multipliedReportingOverflow(by: unit.seconds)
        // A century is beyond every use and far from overflowing in microseconds.
        guard !overflows, seconds <= 36_525 * 86_400 else { return nil }
        return .seconds(seconds)
    }

    /// The shortest text that means a span of whole seconds.
    package static func text(_ span: TimeSpan) -> String {
        let seconds = span.microseconds / 1_000_000
        guard seconds != 0, let unit = self.units.first(where: { seconds % $0.seconds == 0 }) else { return "0s" }
        return "\(seconds / unit.seconds)\(unit.suffix)"
    }

    /// The limit of a text such as `2 per day` or `1 per 12h`. A month has 30 days.
    static func parseLimit(_ text: String) -> ScoringModel.Limit? {
        let words = text.split(separator: " ")
        guard words.count == 3, words[1] == "per", let count = UInt32(words[0]) else { return nil }
        let window: TimeSpan? =
            switch words[2] {
            case "hour": .hours(1)
            case "day": .days(1)
            case "week": .days(7)
            case "month": .days(30)
            default: self.parse(words[2])
            }
        return window.map { ScoringModel.Limit(count: count, window: $0) }
    }
}
