internal import Domain

extension Timestamp {
    /// RFC 3339 in UTC with microseconds as far as there are any: `2026-03-01T08:15:00Z`,
    /// `2026-03-01T08:15:00.250000Z`. The calendar is Howard Hinnant's `civil_from_days`.
    internal var text: String {
        let microsecondOfDay = Int64(86_400_000_000)
        let day = self.microseconds.dividedRoundingDown(by: microsecondOfDay)
        let rest = self.microseconds - day * microsecondOfDay
        // Days since 0000-03-01, in eras of 400 years.
        let shifted = day + 719_468
        let era = shifted.dividedRoundingDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let seconds = rest / 1_000_000
        let fraction = rest % 1_000_000
        return Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(dayOfMonth, 2) + "T"
            + Self.padded(seconds / 3_600, 2) + ":" + Self.padded(seconds / 60 % 60, 2) + ":"
            + Self.padded(seconds % 60, 2) + (fraction == 0 ? "" : "." + Self.padded(fraction, 6)) + "Z"
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func dividedRoundingDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
