import Domain
import Foundation
import TestSupport
import Testing

@testable import Catalog

@Suite struct TimestampTextTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00Z"),
        (1_709_251_199_000_001, "2024-02-29T23:59:59.000001Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
    ])
    func textIsRFC3339(_ microseconds: Int64, _ text: String) {
        #expect(Timestamp(microseconds: microseconds).text == text)
    }

    @Test func textAgreesWithFoundation() {
        // From 1600 on: before 1582 Foundation counts in the Julian calendar.
        var numbers = SeededRandom(seed: 3)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -11_670_000_000...200_000_000_000, using: &numbers)
            let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
            #expect(Timestamp(seconds: seconds).text == text)
        }
    }
}
