import Foundation
import Testing

@testable import Domain

struct TimestampTextTests {
    static let times: [(microseconds: Int64, text: String)] = [
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (951_782_399_000_000, "2000-02-28T23:59:59Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00Z"),
        (1_772_352_900_250_000, "2026-03-01T08:15:00.250000Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ]

    @Test(arguments: times)
    func writesAndReads(microseconds: Int64, text: String) {
        let time = Timestamp(microseconds: microseconds)
        #expect(time.rfc3339 == text)
        #expect(Timestamp(rfc3339: text) == time)
    }

    @Test(arguments: [
        ("2026-03-01T09:15:00+01:00", "2026-03-01T08:15:00Z"), ("2026-03-01t08:15:00z", "2026-03-01T08:15:00Z"),
        ("2026-03-01 03:15:00.5-05:00", "2026-03-01T08:15:00.500000Z"),
        ("2026-03-01T08:15:00.123456789Z", "2026-03-01T08:15:00.123456Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
    ])
    func readsOtherSpellings(text: String, same: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == same)
    }

    @Test(arguments: [
        "", "2026-03-01", "2026-03-01T08:15:00", "2026-02-29T08:15:00Z", "2026-13-01T08:15:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T08:60:00Z", "2026-03-01T08:15:60Z", "2026-03-01T08:15:00.Z", "2026-03-01T08:15:00.1234567890Z",
        "2026-03-01T08:15:00+0100", "2026-03-01T08:15:00+24:00", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01",
        "2026-03-01X08:15:00Z", "2026-03-01T8:15:00Z", "+026-03-01T08:15:00Z", "2026-03-01T08:15:00ZZ",
    ])
    func readsNothingElse(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func agreesWithTheCalendarOnEveryDayOfFourCenturies() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var date = Date(timeIntervalSince1970: 0)
        for day in Int32(0)..<146_097 {
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let text = CalendarDay.text(of: day)
            #expect(text == String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0))
            #expect(CalendarDay.number(ofText: text) == day)
            date += 86_400
        }
    }

    @Test func saysNothingForNoTime() {
        #expect(Timestamp.never.rfc3339IfAny == nil)
        #expect(Timestamp.distantPast.rfc3339IfAny == nil)
        #expect(Timestamp(seconds: 1).rfc3339IfAny == "1970-01-01T00:00:01Z")
    }
}
