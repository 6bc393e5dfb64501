extension Timestamp {
    /// RFC 3339 in UTC, with microseconds as far as there are any: `2026-03-01T08:15:00Z`,
    /// `2026-03-01T08:15:00.250000Z`.
    package var rfc3339: String {
        let dayLength: Int64 = 86_400_000_000
        let day = CalendarDay.quotient(self.microseconds, dayLength)
        let rest = self.microseconds - day * dayLength
        let seconds = rest / 1_000_000
        let fraction = rest % 1_000_000
        return CalendarDay.text(ofDay: day) + "T" + CalendarDay.padded(seconds / 3_600, 2) + ":"
            + CalendarDay.padded(seconds / 60 % 60, 2) + ":" + CalendarDay.padded(seconds % 60, 2)
            + (fraction == 0 ? "" : "." + CalendarDay.padded(fraction, 6)) + "Z"
    }

    /// The time as text, or nil for ``distantPast`` and ``never``, which mean that there is none.
    package var rfc3339IfAny: String? {
        self == .distantPast || self == .never ? nil : self.rfc3339
    }

    /// The time of a text in RFC 3339: `T` or a space between day and time, up to nine digits of a second (those
    /// beyond microseconds are dropped), `Z` or an offset from UTC. Nil for anything else, for leap seconds, and for
    /// years outside 1970…9999.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 35,
            let day = CalendarDay.number(ofText: String(decoding: bytes[..<10], as: UTF8.self)), day >= 0,
            [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(bytes[10]),
            let hour = Self.twoDigits(bytes, at: 11, below: 24), bytes[13] == UInt8(ascii: ":"),
            let minute = Self.twoDigits(bytes, at: 14, below: 60), bytes[16] == UInt8(ascii: ":"),
            let second = Self.twoDigits(bytes, at: 17, below: 60)
        else { return nil }
        var at = 19
        var fraction: Int64 = 0
        if bytes[at] == UInt8(ascii: ".") {
            let digits = bytes[(at + 1)...].prefix(while: ASCII.isDigit)
            guard (1...9).contains(digits.count) else { return nil }
            for digit in digits.prefix(6) { fraction = fraction * 10 + Int64(digit - UInt8(ascii: "0")) }
            for _ in digits.count..<max(6, digits.count) { fraction *= 10 }
            at += 1 + digits.count
        }
        guard let offset = Self.offsetSeconds(bytes[at...]) else { return nil }
        let seconds = Int64(day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
        guard seconds >= 0 else { return nil }
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    private static func twoDigits(_ bytes: [UInt8], at index: Int, below limit: Int64) -> Int64? {
        guard index + 1 < bytes.count, ASCII.isDigit(bytes[index]), ASCII.isDigit(bytes[index + 1]) else { return nil }
        let value = Int64(bytes[index] - UInt8(ascii: "0")) * 10 + Int64(bytes[index + 1] - UInt8(ascii: "0"))
        return value < limit ? value : nil
    }

    private static func offsetSeconds(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let rest = Array(bytes)
        if rest == [UInt8(ascii: "Z")] || rest == [UInt8(ascii: "z")] { return 0 }
        guard rest.count == 6, rest[3] == UInt8(ascii: ":"), let hours = Self.twoDigits(rest, at: 1, below: 24),
            let minutes = Self.twoDigits(rest, at: 4, below: 60)
        else { return nil }
        switch rest[0] {
        case UInt8(ascii: "+"): return hours * 3_600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3_600 + minutes * 60)
        default: return nil
        }
    }
}

/// Days of the Gregorian calendar, counted from 1970-01-01, and their text. The arithmetic is Howard Hinnant's
/// `civil_from_days` and `days_from_civil` ("chrono-Compatible Low-Level Date Algorithms").
package enum CalendarDay {
    /// `2026-03-01` for the day of that number.
    package static func text(of day: Int32) -> String { Self.text(ofDay: Int64(day)) }

    /// The number of a day written `2026-03-01`; nil for anything else.
    package static func number(ofText text: String) -> Int32? {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            parts.allSatisfy({ $0.allSatisfy(ASCII.isDigit) }), let year = Int64(Substring(parts[0])),
            let month = Int64(Substring(parts[1])), let day = Int64(Substring(parts[2])), (1...12).contains(month),
            day >= 1
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = Self.quotient(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let number = era * 146_097 + dayOfEra - 719_468
        // A day behind its month's end comes back as another one.
        return Self.text(ofDay: number) == text ? Int32(number) : nil
    }

    fileprivate static func text(ofDay day: Int64) -> String {
        // Days since 0000-03-01, in eras of 400 years.
        let shifted = day + 719_468
        let era = Self.quotient(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(dayOfMonth, 2)
    }

    fileprivate static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Division rounding down.
    fileprivate static func quotient(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
