import Domain
import TestSupport
import Testing

/// The sealed form, on bytes alone.
@Suite struct SealedFormatTests {
    private let header = SegmentHeader(
        stream: StreamID(1),
        slotKey: SipKey(1, 2),
        salt: SipKey(3, 4),
        firstOffset: 5,
        baseTime: Timestamp(microseconds: 6),
        seal: SegmentSeal(endOffset: 25, fileBytes: 5_000)
    )

    private let blocks = (0..<4 as Range<UInt64>).map { number in
        CommittedBlock(
            firstOffset: 5 + number * 2,
            count: 2,
            time: Timestamp(microseconds: 6 + Int64(number) * 1_000_000),
            frames: TestRecords.event(number) + TestRecords.event(number + 100, padding: 9)
        )
    }

    private var content: [UInt8] {
        var writer = ByteWriter()
        var time = self.header.baseTime
        for block in self.blocks {
            SealedContent.append(block, after: time, to: &writer)
            time = block.time
        }
        return writer.bytes
    }

    /// A chunk of the blocks whose content is "compressed" to itself.
    private func chunk(_ chain: inout SealedChain) -> [UInt8] {
        let content = self.content
        return SealedChunk.encoded(
            stored: content,
            contentBytes: content.count,
            records: 8,
            following: &chain,
            endTime: self.blocks[3].time
        )
    }

    @Test func `a sealed header reads as it was written, and with any byte changed not at all`() throws {
        let bytes = self.header.encoded()
        #expect(bytes[8] == 2)
        #expect(try bytes.withUnsafeBytes { try SegmentHeader(decoding: $0) } == self.header)
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x04
            #expect(throws: SegmentHeaderFault.self) {
                try changed.withUnsafeBytes { try SegmentHeader(decoding: $0) }
            }
        }
    }

    @Test(arguments: [
        SegmentSeal(endOffset: 5, fileBytes: 5_000), SegmentSeal(endOffset: 1 << 63, fileBytes: 5_000),
        SegmentSeal(endOffset: 25, fileBytes: 4_096), SegmentSeal(endOffset: 25, fileBytes: 0),
    ])
    func `an end that cannot be is refused`(_ seal: SegmentSeal) {
        var header = self.header
        header.seal = seal
        let bytes = header.encoded()
        #expect(throws: SegmentHeaderFault.seal) { try bytes.withUnsafeBytes { try SegmentHeader(decoding: $0) } }
    }

    @Test func `chunks continue each other`() throws {
        let seal = try #require(self.header.seal)
        var written = SealedChain(startOf: self.header)
        let (first, second) = (self.chunk(&written), self.chunk(&written))
        #expect(written.position == 4_096 + first.count + second.count && written.offset == 21)
        var chain = SealedChain(startOf: self.header)
        for bytes in [first, second] {
            try bytes.withUnsafeBytes { raw in
                let chunk = try chain.nextHeader(raw, seal: seal)
                try chain.check(raw, is: chunk)
                chain.advance(past: chunk)
            }
        }
        #expect(chain.offset == written.offset && chain.position == written.position)
        let start = SealedChain(startOf: self.header)
        #expect(throws: SealFault.sequence(expected: 5, found: 13)) {
            try second.withUnsafeBytes { try start.nextHeader($0, seal: seal) }
        }
    }

    @Test func `a chunk with any byte changed is refused`() throws {
        let seal = try #require(self.header.seal)
        var written = SealedChain(startOf: self.header)
        let bytes = self.chunk(&written)
        let chain = SealedChain(startOf: self.header)
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x20
            #expect(throws: SealFault.self, "byte \(position)") {
                try changed.withUnsafeBytes { raw in try chain.check(raw, is: chain.nextHeader(raw, seal: seal)) }
            }
        }
    }

    @Test func `content gives back its blocks, and other bytes are refused or give others`() throws {
        let seal = try #require(self.header.seal)
        var written = SealedChain(startOf: self.header)
        let head = try self.chunk(&written).withUnsafeBytes {
            try SealedChain(startOf: self.header).nextHeader($0, seal: seal)
        }
        let content = self.content
        let found = try content.withUnsafeBytes { try SealedContent.blocks(of: head, in: $0) }
        #expect(found.map(\.firstOffset) == self.blocks.map(\.firstOffset))
        #expect(found.map(\.time) == self.blocks.map(\.time))
        #expect(found.map(\.frames) == self.blocks.map(\.frames))
        for length in 0..<content.count {
            #expect(throws: SealFault.content, "cut at \(length)") {
                try content[..<length].withUnsafeBytes { try SealedContent.blocks(of: head, in: $0) }
            }
        }
        var random = SeededRandom(seed: 3)
        for _ in 0..<2_000 {
            let noise = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
            // Must not trap; what it says does not matter.
            _ = noise.withUnsafeBytes { try? SealedContent.blocks(of: head, in: $0) }
        }
    }
}
