import Domain
import TestSupport
import Testing

@Suite struct CRC32CTests {
    /// RFC 3720, appendix B.4, and the check value of the Rocksoft catalogue.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa), ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            (Array(0...31), 0x46dd_794e), (Array((0...31).reversed()), 0x113f_db5c),
            (Array("123456789".utf8), 0xe306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)]
    )
    func `published values come out`(_ bytes: [UInt8], _ expected: UInt32) {
        #expect(bytes.withUnsafeBytes { CRC32C.extend(with: $0) } == expected)
    }

    @Test func `a run may be cut anywhere`() {
        var random = SeededRandom(seed: 1)
        let bytes = (0..<67).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes.withUnsafeBytes { all in
            let whole = CRC32C.extend(with: all)
            for cut in 0...all.count {
                let head = CRC32C.extend(with: UnsafeRawBufferPointer(rebasing: all[..<cut]))
                #expect(CRC32C.extend(head, with: UnsafeRawBufferPointer(rebasing: all[cut...])) == whole)
            }
        }
    }

    @Test func theInstructionAndTheTablesSayTheSame() {
        var random = SeededRandom(seed: 32)
        for count in Array(0..<70) + [4_095, 4_096, 65_537] {
            let bytes = (0..<(count + 8)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            bytes.withUnsafeBytes { all in
                for start in 0..<8 {
                    let part = UnsafeRawBufferPointer(rebasing: all[start..<(start + count)])
                    let previous = UInt32(truncatingIfNeeded: random.next())
                    #expect(CRC32C.extend(previous, with: part) == CRC32C.extendByTables(previous, with: part))
                }
            }
        }
    }
}
