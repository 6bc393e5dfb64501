import Domain

/// A segment of good blocks, written as the input says and then damaged as the input says. Checksums and seals keep
/// plain bytes from ever being a segment.
struct SegmentScript {
    static let header = SegmentHeader(
        stream: StreamID(1),
        slotKey: SipKey(1, 2),
        salt: SipKey(3, 4),
        firstOffset: 5,
        baseTime: Timestamp(microseconds: 6)
    )

    private(set) var bytes = SegmentScript.header.encoded()
    private(set) var payloads: [[UInt8]] = []

    /// The first byte counts the blocks; each then takes a byte for its length and the bytes of its payload. What is
    /// left are changes: two bytes for a place, one for what is exclusive-ored there.
    init(_ input: UnsafeRawBufferPointer) {
        var rest = input[...]
        var chain = BlockChain(startOf: Self.header)
        for number in 0..<Int((rest.popFirst() ?? 0) % 8) {
            guard let length = rest.popFirst(), length > 0 else { break }
            let payload = Array(rest.prefix(Int(length)))
            guard !payload.isEmpty else { break }
            rest = rest.dropFirst(payload.count)
            self.append(payload, at: number, following: &chain)
        }
        self.bytes += [UInt8](repeating: 0, count: 64)
        while let low = rest.popFirst(), let high = rest.popFirst(), let mask = rest.popFirst() {
            let place = SegmentHeader.byteCount + Int(UInt16(low) | UInt16(high) << 8)
            if place < self.bytes.count { self.bytes[place] ^= mask }
        }
    }

    private mutating func append(_ payload: [UInt8], at number: Int, following chain: inout BlockChain) {
        var block = [UInt8](repeating: 0, count: BlockHeader.byteCount) + payload
        block += [UInt8](repeating: 0, count: BlockHeader.blockBytes(payload: payload.count) - block.count)
        let expected = chain
        let header = block.withUnsafeMutableBytes {
            BlockHeader.finish(
                $0,
                payloadBytes: payload.count,
                records: 1,
                following: expected,
                time: Timestamp(microseconds: 100 + Int64(number)),
                salt: Self.header.salt
            )
        }
        chain.advance(past: header)
        self.bytes += block
        self.payloads.append(payload)
    }
}

enum SegmentTarget {
    static func run(_ input: UnsafeRawBufferPointer) throws(BrokenPromise) {
        Self.readRaw(input)
        let script = SegmentScript(input)
        var found: [[UInt8]] = []
        let recovery = script.bytes.withUnsafeBytes { bytes in
            Recovery(of: bytes, header: SegmentScript.header) { found.append(Array($1)) }
        }
        let isPrefix = script.payloads.starts(with: found) && recovery.blocks == found.count
        try BrokenPromise.unless(isPrefix, "recovery finds the first blocks as they were, and no others")
    }

    /// The same readers over bytes nobody sealed.
    private static func readRaw(_ input: UnsafeRawBufferPointer) {
        _ = try? SegmentHeader(decoding: input)
        _ = Recovery(of: input, header: SegmentScript.header)
        _ = CleanMarker.end(in: Array(input))
        let chain = SealedChain(startOf: SegmentScript.header)
        if let chunk = try? chain.nextHeader(input, seal: SegmentSeal(endOffset: 1_000, fileBytes: 8_192)) {
            try? chain.check(input, is: chunk)
            _ = try? SealedContent.blocks(of: chunk, in: input)
        }
        var reader = ByteReader(input)
        _ = try? CauseTable(from: &reader)
    }
}
