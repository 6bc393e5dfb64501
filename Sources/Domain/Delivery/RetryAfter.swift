/// The `Retry-After` header (RFC 9110, section 10.2.3): seconds, or a date.
///
/// Of the three date forms only the one that servers have to send (IMF-fixdate) is read. What cannot be read counts
/// as absent: the policy's own delay holds.
package enum RetryAfter {
    /// The span a destination asks for, between 0 and ``RetryPolicy/longestDelay``; nil if the value says nothing.
    package static func span(from value: String, at now: Timestamp) -> TimeSpan? {
        let text = value.utf8.drop { $0 == UInt8(ascii: " ") }
        guard let first = text.first else { return nil }
        let asked: TimeSpan?
        if first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") {
            asked = self.seconds(Array(text))
        } else {
            asked = self.date(Array(text))?.since(now)
        }
        return asked.map { min(max($0, .seconds(0)), RetryPolicy.longestDelay) }
    }

    private static func seconds(_ text: [UInt8]) -> TimeSpan? {
        guard let value = self.number(text[...]) else { return nil }
        return .seconds(min(value, 86_400))
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`: every field at its place.
    private static func date(_ text: [UInt8]) -> Timestamp? {
        guard text.count == 29, Array(text[25...]) == Array(" GMT".utf8),
            text[19] == UInt8(ascii: ":"), text[22] == UInt8(ascii: ":"),
            let month = self.months.firstIndex(of: String(decoding: text[8..<11], as: UTF8.self)),
            let day = self.number(text[5..<7]), let year = self.number(text[12..<16]),
            let hour = self.number(text[17..<19]), let minute = self.number(text[20..<22]),
            let second = self.number(text[23..<25]),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = self.daysSinceEpoch(year: year, month: Int64(month) + 1, day: day)
        return Timestamp(seconds: days * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Up to 18 decimal digits, which is what fits without overflow; longer numbers saturate.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = min(value * 10 + Int64(digit - UInt8(ascii: "0")), 1_000_000_000_000)
        }
        return digits.isEmpty ? nil : value
    }

    /// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
    /// Algorithms", `days_from_civil`): years begin in March, so that the leap day is the last of its year.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
