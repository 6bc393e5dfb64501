/// The 40 bytes in front of a block's payload (docs/log-format.md).
package struct BlockHeader: Equatable, Sendable {
    /// Bytes of the payload, without padding: 1 ... ``Limits/blockBytes``.
    package var payloadBytes: Int
    /// Records in the payload, at least one.
    package var records: Int
    /// The offset of the first record.
    package var firstOffset: UInt64
    /// When the block was committed.
    package var time: Timestamp
    /// CRC-32C of the first 24 bytes and the padded payload, continued from the checksum of the block before.
    package var checksum: UInt32

    /// Bytes of a header.
    package static let byteCount = 40
    /// Bytes of the header that the checksum covers.
    private static let checkedBytes = 24
    /// Bytes of the header that the seal covers.
    private static let sealedBytes = 32

    /// Bytes of a block with a payload of `payloadBytes`: header, payload, padding to eight bytes.
    package static func blockBytes(payload payloadBytes: Int) -> Int {
        self.byteCount + (payloadBytes + 7) / 8 * 8
    }

    /// Bytes of the whole block.
    package var blockBytes: Int { Self.blockBytes(payload: self.payloadBytes) }

    /// Where the payload lies within the block.
    package var payload: Range<Int> { Self.byteCount..<(Self.byteCount + self.payloadBytes) }

    /// The offset behind the last record.
    package var endOffset: UInt64 { self.firstOffset + UInt64(self.records) }

    /// Reads the header at `position` of a segment under `salt`, from its first 40 bytes. Nil unless it was sealed
    /// for exactly this place: a header that reads was written there, whatever lies around it.
    package init?(sealed bytes: UnsafeRawBufferPointer, at position: Int, salt: SipKey) {
        guard bytes.count >= Self.byteCount else { return nil }
        let payloadBytes = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        let records = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard payloadBytes > 0, payloadBytes <= Limits.blockBytes, records > 0, records <= payloadBytes else {
            return nil
        }
        let seal = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: Self.sealedBytes, as: UInt64.self))
        guard seal == Self.seal(bytes, at: position, salt: salt) else { return nil }
        let time = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self))
        self.payloadBytes = Int(payloadBytes)
        self.records = Int(records)
        self.firstOffset = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        self.time = Timestamp(microseconds: time)
        self.checksum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
        // Offsets near 2^64 cannot be reached by counting; refusing them here keeps every later sum from trapping.
        guard self.firstOffset < 1 << 63 else { return nil }
    }

    /// Completes a block whose payload and zero padding already stand behind 40 free bytes: writes its header, with
    /// checksum and seal, and returns it.
    package static func finish(
        _ block: UnsafeMutableRawBufferPointer,
        payloadBytes: Int,
        records: Int,
        following chain: BlockChain,
        time: Timestamp,
        salt: SipKey
    ) -> BlockHeader {
        precondition(payloadBytes > 0 && payloadBytes <= Limits.blockBytes, "a block's payload is within its limit")
        precondition(block.count == self.blockBytes(payload: payloadBytes), "a block is exactly as long as it says")
        block.storeBytes(of: UInt32(payloadBytes).littleEndian, toByteOffset: 0, as: UInt32.self)
        block.storeBytes(of: UInt32(records).littleEndian, toByteOffset: 4, as: UInt32.self)
        block.storeBytes(of: chain.offset.littleEndian, toByteOffset: 8, as: UInt64.self)
        block.storeBytes(of: time.microseconds.littleEndian, toByteOffset: 16, as: Int64.self)
        let checksum = self.checksum(of: UnsafeRawBufferPointer(block), after: chain.checksum)
        block.storeBytes(of: checksum.littleEndian, toByteOffset: 24, as: UInt32.self)
        block.storeBytes(of: 0, toByteOffset: 28, as: UInt32.self)
        let seal = self.seal(UnsafeRawBufferPointer(block), at: chain.position, salt: salt)
        block.storeBytes(of: seal.littleEndian, toByteOffset: self.sealedBytes, as: UInt64.self)
        return BlockHeader(
            payloadBytes: payloadBytes,
            records: records,
            firstOffset: chain.offset,
            time: time,
            checksum: checksum
        )
    }

    private init(payloadBytes: Int, records: Int, firstOffset: UInt64, time: Timestamp, checksum: UInt32) {
        self.payloadBytes = payloadBytes
        self.records = records
        self.firstOffset = firstOffset
        self.time = time
        self.checksum = checksum
    }

    /// The checksum of a whole block behind one with the checksum `previous`.
    package static func checksum(of block: UnsafeRawBufferPointer, after previous: UInt32) -> UInt32 {
        let head = CRC32C.extend(previous, with: UnsafeRawBufferPointer(rebasing: block[..<self.checkedBytes]))
        return CRC32C.extend(head, with: UnsafeRawBufferPointer(rebasing: block[self.byteCount...]))
    }

    /// The keyed hash that ties the header's first 32 bytes to its place in this use of this file. Keyed, because an
    /// attacker chooses payloads and must not be able to write something in them that passes for a header.
    private static func seal(_ bytes: UnsafeRawBufferPointer, at position: Int, salt: SipKey) -> UInt64 {
        let content = SipHash.hash(UnsafeRawBufferPointer(rebasing: bytes[..<self.sealedBytes]), key: salt)
        return SipHash.hash(content, UInt64(position), key: salt)
    }
}
