import Domain
import Testing

/// Eight bytes at a step must find what one at a time would.
@Suite struct ByteScanTests {
    @Test func nothingSpecialIsPassedOverAndNothingOrdinaryIsHeldUpForLong() {
        for special in 0...255 as ClosedRange<UInt8> {
            for place in 0..<24 {
                for neighbour in [0x20, 0x41, 0x7e, 0x80, 0xff] as [UInt8] {
                    var bytes = [UInt8](repeating: neighbour, count: 24)
                    bytes[place] = special
                    let reached = bytes.withUnsafeBytes { ByteScan.skipVisible($0, from: 0) }
                    let isControl = special < 0x20 || special == 0x7f
                    // What is left is the word that holds the special byte, or what is no whole word.
                    #expect(reached == (isControl ? place / 8 * 8 : 24))
                }
            }
        }
    }

    @Test func aRunShorterThanAWordIsLeftToTheCaller() {
        let bytes = [UInt8](repeating: 0x41, count: 13)
        #expect(bytes.withUnsafeBytes { ByteScan.skipVisible($0, from: 2) } == 10)
        #expect(bytes.withUnsafeBytes { ByteScan.skipVisible($0, from: 8) } == 8)
    }
}
