/// Where a segment's blocks end, and what the next one must fit: its place, number, time and checksum all continue
/// from here.
package struct BlockChain: Equatable, Sendable {
    /// Where the next block lies in the file.
    package private(set) var position: Int
    /// The offset of the next record.
    package private(set) var offset: UInt64
    /// The time of the last block.
    package private(set) var time: Timestamp
    /// The checksum of the last block.
    package private(set) var checksum: UInt32

    /// The chain of a segment without blocks: its first checksum starts from the salt.
    package init(startOf header: SegmentHeader) {
        self.position = SegmentHeader.byteCount
        self.offset = header.firstOffset
        self.time = header.baseTime
        let salt = [header.salt.first.littleEndian, header.salt.second.littleEndian]
        self.checksum = salt.withUnsafeBytes { CRC32C.extend(with: $0) }
    }

    /// Moves behind a block, which must be the one the chain expects.
    package mutating func advance(past header: BlockHeader) {
        self.position += header.blockBytes
        self.offset = header.endOffset
        self.time = header.time
        self.checksum = header.checksum
    }

    /// Reads the header of the next block from the bytes at ``position``, and checks that it continues the chain.
    package func nextHeader(_ bytes: UnsafeRawBufferPointer, salt: SipKey) throws(BlockFault) -> BlockHeader {
        guard bytes.count >= BlockHeader.byteCount else { throw .end }
        guard bytes.loadUnaligned(as: UInt32.self) != 0 else { throw .end }
        guard let header = BlockHeader(sealed: bytes, at: self.position, salt: salt) else { throw .header }
        guard header.firstOffset == self.offset else {
            throw .sequence(expected: self.offset, found: header.firstOffset)
        }
        guard header.time >= self.time else { throw .time }
        return header
    }

    /// Reads the next block whole: its header as in ``nextHeader(_:salt:)``, and its checksum.
    package func nextBlock(_ bytes: UnsafeRawBufferPointer, salt: SipKey) throws(BlockFault) -> BlockHeader {
        let header = try self.nextHeader(bytes, salt: salt)
        guard bytes.count >= header.blockBytes else { throw .truncated }
        let block = UnsafeRawBufferPointer(rebasing: bytes[..<header.blockBytes])
        guard BlockHeader.checksum(of: block, after: self.checksum) == header.checksum else { throw .checksum }
        return header
    }
}

/// Why the bytes at a chain's end are not its next block.
package enum BlockFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The length is zero, or no room for a header is left: nothing was written here.
    case end
    /// The header was not sealed for this place.
    case header
    /// The header counts from another offset.
    case sequence(expected: UInt64, found: UInt64)
    /// The header is dated before the block in front of it.
    case time
    /// The file ends within the block.
    case truncated
    /// The payload is not what the header's checksum covers.
    case checksum

    /// For the operator.
    package var description: String {
        switch self {
        case .end: "no block"
        case .header: "the block's header is damaged"
        case .sequence(let expected, let found): "a block counts from \(found) where \(expected) is due"
        case .time: "a block is dated before the one in front of it"
        case .truncated: "the file ends within a block"
        case .checksum: "the block's checksum does not fit"
        }
    }
}
