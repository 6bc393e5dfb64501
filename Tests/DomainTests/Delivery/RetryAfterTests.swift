import Domain
import Foundation
import TestSupport
import Testing

struct RetryAfterTests {
    private static let now = Timestamp(seconds: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT

    @Test(
        arguments: [
            ("0", 0), ("1", 1), ("120", 120), (" 30", 30), ("21600", 21_600), ("21601", 21_600),
            ("99999999999999999999999999", 21_600),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Sun, 06 Nov 1994 09:49:37 GMT", 3_600),
            ("Mon, 07 Nov 1994 08:49:37 GMT", 21_600),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ] as [(String, Int64)]
    )
    func isReadAndKeptWithinSixHours(value: String, seconds: Int64) {
        #expect(RetryAfter.span(from: value, at: Self.now) == .seconds(seconds))
    }

    @Test(arguments: [
        "", " ", "-5", "soon", "1.5", "12s", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    ])
    func whatCannotBeReadCountsAsAbsent(value: String) {
        #expect(RetryAfter.span(from: value, at: Self.now) == nil)
    }

    @Test func datesAgreeWithFoundation() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        var random = SeededRandom(seed: 3)
        for _ in 0..<300 {
            let seconds = Int64.random(in: 0..<7_000_000_000, using: &random)
            let text = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            let asked = RetryAfter.span(from: text, at: Timestamp(seconds: seconds - 100))
            #expect(asked == .seconds(100), "\(text)")
        }
    }
}
