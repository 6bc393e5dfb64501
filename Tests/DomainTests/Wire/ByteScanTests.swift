import Testing

@testable import Domain

/// Eight bytes at a step must find what one at a time would.
@Suite struct ByteScanTests {
    private struct Scan: Sendable {
        var name: String
        var skip: @Sendable (UnsafeRawBufferPointer, Int) -> Int
        var isOrdinary: @Sendable (UInt8) -> Bool
    }

    private static let scans = [
        Scan(name: "visible", skip: ByteScan.skipVisible) { $0 >= 0x20 && $0 != 0x7f },
        Scan(name: "name", skip: ByteScan.skipName) {
            ASCII.lowercased($0) &- UInt8(ascii: "a") < 26 || $0 == ASCII.minus
        },
        Scan(name: "target", skip: ByteScan.skipTarget) {
            0x21..<0x7f ~= $0 && $0 != ASCII.hash && $0 != ASCII.question
        },
        Scan(name: "plain text", skip: ByteScan.skipPlainText) {
            0x20..<0x80 ~= $0 && $0 != ASCII.quote && $0 != ASCII.backslash
        },
        Scan(name: "plain address", skip: ByteScan.skipPlainAddress) { $0 >= 0x20 && $0 != ASCII.hash },
        Scan(name: "ASCII", skip: ByteScan.skipASCII) { $0 < 0x80 },
    ]

    @Test func theFirstSpecialByteOfAWordIsFound() {
        for scan in Self.scans {
            let neighbours = [0x41, 0x61, 0x7a, 0x2d, 0x20, 0x7e, 0x80, 0xff].filter { scan.isOrdinary($0) }
            for special in 0...255 as ClosedRange<UInt8> {
                for place in 0..<24 {
                    for neighbour in neighbours {
                        var bytes = [UInt8](repeating: neighbour, count: 24)
                        bytes[place] = special
                        let reached = bytes.withUnsafeBytes { scan.skip($0, 0) }
                        let expected = scan.isOrdinary(special) ? 24 : place
                        if reached != expected {
                            Issue.record("\(scan.name): \(special) at \(place) among \(neighbour): \(reached)")
                        }
                    }
                }
            }
        }
    }

    @Test func whatStandsForItselfIsMarkedRightly() {
        for byte in 0...255 as ClosedRange<UInt8> {
            for place in 0..<8 {
                let word =
                    UInt64(0x4141_4141_4141_4141) & ~(0xff << UInt64(8 * place)) | UInt64(byte) << UInt64(8 * place)
                let isCoded = byte == ASCII.percent || byte == ASCII.plus
                #expect(ByteScan.plainBytes(before: ByteScan.codedInForm(word)) == (isCoded ? place : 8))
                let isPlain = ASCII.isLetterOrDigit(byte) || ASCII.minus...ASCII.slash ~= byte
                #expect(ByteScan.plainBytes(before: ByteScan.notPlainInAddress(word)) == (isPlain ? 8 : place))
            }
        }
    }

    @Test func aRunShorterThanAWordIsLeftToTheCaller() {
        let bytes = [UInt8](repeating: 0x41, count: 13)
        #expect(bytes.withUnsafeBytes { ByteScan.skipVisible($0, from: 2) } == 10)
        #expect(bytes.withUnsafeBytes { ByteScan.skipVisible($0, from: 8) } == 8)
    }

    @Test func aByteIsFoundWhereverItStands() {
        for place in 0..<20 {
            var bytes = [UInt8](repeating: 0x41, count: 20)
            bytes[place] = ASCII.equals
            #expect(bytes.withUnsafeBytes { ByteScan.skip(to: ASCII.equals, $0, from: 0) } == place)
            #expect(bytes.withUnsafeBytes { ByteScan.skip(to: ASCII.ampersand, $0, from: place) } == 20)
        }
    }
}
