import Domain
import TestSupport
import Testing

@Suite struct SegmentFormatTests {
    private let header = SegmentHeader(
        stream: StreamID(0x0123_4567_89ab_cdef),
        slotKey: SipKey(1, 2),
        salt: SipKey(3, 4),
        firstOffset: 5,
        baseTime: Timestamp(microseconds: 6)
    )

    /// A segment of `count` blocks with one record each, and where each block begins.
    private func segment(_ count: Int, size: Int = 8_192) -> (bytes: [UInt8], starts: [Int]) {
        var bytes = self.header.encoded()
        var chain = BlockChain(startOf: self.header)
        var starts: [Int] = []
        for number in 0..<count {
            let frame = TestRecords.event(UInt64(number))
            var block = [UInt8](repeating: 0, count: BlockHeader.byteCount) + frame
            block += [UInt8](repeating: 0, count: BlockHeader.blockBytes(payload: frame.count) - block.count)
            let header = block.withUnsafeMutableBytes {
                BlockHeader.finish(
                    $0,
                    payloadBytes: frame.count,
                    records: 1,
                    following: chain,
                    time: Timestamp(microseconds: 100 + Int64(number)),
                    salt: self.header.salt
                )
            }
            starts.append(chain.position)
            chain.advance(past: header)
            bytes += block
        }
        return (bytes + [UInt8](repeating: 0, count: size - bytes.count), starts)
    }

    private func recover(_ bytes: [UInt8]) -> Recovery {
        bytes.withUnsafeBytes { Recovery(of: $0, header: self.header) }
    }

    @Test func `a header reads as it was written`() throws {
        let bytes = self.header.encoded()
        #expect(bytes.count == 4_096)
        #expect(Array(bytes[0..<8]) == Array("vendange".utf8))
        #expect(try bytes.withUnsafeBytes { try SegmentHeader(decoding: $0) } == self.header)
    }

    @Test func `a header with any byte changed is refused`() {
        let bytes = self.header.encoded()
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x10
            #expect(throws: SegmentHeaderFault.self, "byte \(position)") {
                try changed.withUnsafeBytes { try SegmentHeader(decoding: $0) }
            }
        }
    }

    @Test func `names sort like offsets, and other names are none`() {
        #expect(SegmentName.name(of: 0) == "00000000000000000000.seg")
        #expect(SegmentName.name(of: .max) == "18446744073709551615.seg")
        for offset in [0, 1, 99, .max] as [UInt64] {
            #expect(SegmentName.firstOffset(of: SegmentName.name(of: offset)) == offset)
        }
        for name in ["", "1.seg", "0000000000000000000x.seg", "00000000000000000000.tmp", "99999999999999999999.seg"] {
            #expect(SegmentName.firstOffset(of: name) == nil)
        }
    }

    @Test func `blocks lie where the format says`() throws {
        let (bytes, starts) = self.segment(2)
        #expect(starts == [4_096, 4_096 + 40 + 16])
        let words = Array(bytes[4_096..<4_136])
        #expect(Array(words[0..<16]) == [15, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0])
        #expect(Array(words[16..<24]) == [100, 0, 0, 0, 0, 0, 0, 0])
        let recovery = self.recover(bytes)
        #expect(recovery.blocks == 2)
        #expect(recovery.chain.offset == 7)
        #expect(recovery.tail == .blank)
    }

    @Test func `a changed bit before the last block is corruption, in the last a tear, behind it a tear`() {
        let (bytes, starts) = self.segment(4)
        for position in SegmentHeader.byteCount..<bytes.count {
            for bit in [0, 7] {
                var changed = bytes
                changed[position] ^= UInt8(1 << bit)
                let recovery = self.recover(changed)
                let end = starts[3] + 56
                let blocks = starts.count { $0 + 56 <= position }
                #expect(recovery.blocks == min(blocks, 4), "byte \(position)")
                switch recovery.tail {
                case .blank: Issue.record("byte \(position) went unnoticed")
                case .torn: #expect(position >= starts[3])
                case .corrupt(_, let laterBlock):
                    #expect(position < starts[3])
                    #expect(starts.contains(laterBlock))
                }
                if position >= end { #expect(recovery.chain.position == end) }
            }
        }
    }

    @Test func `a block moved to another place, or of another salt, is none`() {
        let (bytes, starts) = self.segment(2)
        var moved = bytes
        moved.replaceSubrange(starts[1]..<(starts[1] + 56), with: bytes[starts[0]..<(starts[0] + 56)])
        #expect(self.recover(moved).tail == .torn(.header))
        var other = self.header
        other.salt.first = 9
        let recovery = bytes.withUnsafeBytes { Recovery(of: $0, header: other) }
        #expect(recovery.blocks == 0)
        #expect(recovery.tail == .torn(.header))
    }

    @Test func `any bytes at all are read without trapping`() {
        var random = SeededRandom(seed: 7)
        let (bytes, _) = self.segment(3)
        for _ in 0..<2_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                let position = Int.random(in: 4_096..<4_300, using: &random)
                changed[position] = UInt8.random(in: 0...255, using: &random)
            }
            changed.removeLast(Int.random(in: 0...8_192, using: &random))
            #expect(self.recover(changed).blocks <= 3)
        }
    }

    @Test func `a clean marker reads as it was written, and not otherwise`() throws {
        let marker = CleanMarker(stream: self.header.stream, segment: 5, chain: BlockChain(startOf: self.header))
        var bytes = marker.encoded()
        #expect(marker.matches(bytes))
        let end = try #require(CleanMarker.end(in: bytes))
        #expect(end.segment == 5 && end.offset == 5)
        for position in bytes.indices {
            bytes[position] ^= 1
            #expect(CleanMarker.end(in: bytes) == nil)
            #expect(!marker.matches(bytes))
            bytes[position] ^= 1
        }
    }
}
