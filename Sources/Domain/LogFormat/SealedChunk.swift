/// The 32 bytes in front of a chunk of a sealed segment (docs/log-format.md). A chunk is a run of blocks, compressed
/// together.
package struct SealedChunk: Equatable, Sendable {
    /// Bytes of the chunk's content as it is stored, compressed.
    package var storedBytes: Int
    /// Bytes of the content when it is expanded, at most ``contentLimit``.
    package var contentBytes: Int
    /// The offset of the first record.
    package var firstOffset: UInt64
    /// The time of the block before the chunk.
    package var baseTime: Timestamp
    /// Records in the chunk, at least one.
    package var records: Int
    /// CRC-32C of the first 28 bytes and the stored content, continued from the checksum of the chunk before.
    package var checksum: UInt32

    /// Bytes of a chunk's header.
    package static let byteCount = 32
    private static let checkedBytes = 28
    /// Bytes that a chunk's content can have: blocks up to the size of a chunk, one block as large as one may be, and
    /// what stands in front of each.
    package static let contentLimit = 2 * (Limits.chunkBytes + Limits.blockBytes)

    /// The offset behind the last record.
    package var endOffset: UInt64 { self.firstOffset + UInt64(self.records) }

    /// Bytes of the whole chunk.
    package var chunkBytes: Int { Self.byteCount + self.storedBytes }

    fileprivate init(decoding bytes: UnsafeRawBufferPointer) throws(SealFault) {
        guard bytes.count >= Self.byteCount else { throw .truncated }
        self.storedBytes = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)))
        self.contentBytes = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        self.firstOffset = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let time = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self))
        self.baseTime = Timestamp(microseconds: time)
        self.records = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self)))
        self.checksum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 28, as: UInt32.self))
        guard self.contentBytes <= Self.contentLimit, self.records > 0, self.records <= self.contentBytes else {
            throw .header
        }
    }

    fileprivate static func checksum(of chunk: UnsafeRawBufferPointer, after previous: UInt32) -> UInt32 {
        let head = CRC32C.extend(previous, with: UnsafeRawBufferPointer(rebasing: chunk[..<self.checkedBytes]))
        return CRC32C.extend(head, with: UnsafeRawBufferPointer(rebasing: chunk[self.byteCount...]))
    }

    /// The bytes of a chunk whose content was compressed to `stored`, and the chain behind it.
    package static func encoded(
        stored: [UInt8],
        contentBytes: Int,
        records: Int,
        following chain: inout SealedChain,
        endTime: Timestamp
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes.reserveCapacity(self.byteCount + stored.count)
        writer.write(UInt32(stored.count))
        writer.write(UInt32(contentBytes))
        writer.write(chain.offset)
        writer.write(chain.time.microseconds)
        writer.write(UInt32(records))
        let head = writer.bytes.withUnsafeBytes { CRC32C.extend(chain.checksum, with: $0) }
        let checksum = stored.withUnsafeBytes { CRC32C.extend(head, with: $0) }
        writer.write(checksum)
        writer.bytes.append(contentsOf: stored)
        chain.position += writer.bytes.count
        chain.offset += UInt64(records)
        chain.time = endTime
        chain.checksum = checksum
        return writer.bytes
    }
}

/// Where the chunks read or written so far end, and what the next one must fit.
package struct SealedChain: Equatable, Sendable {
    /// Where the next chunk lies in the file.
    package fileprivate(set) var position: Int
    /// The offset of the next record.
    package fileprivate(set) var offset: UInt64
    /// The time of the last block; known where chunks are written or were expanded.
    package fileprivate(set) var time: Timestamp
    fileprivate var checksum: UInt32

    /// The chain of a sealed segment without chunks.
    package init(startOf header: SegmentHeader) {
        // A chain of blocks and one of chunks start alike; a form is never read as the other.
        let start = BlockChain(startOf: header)
        self.position = start.position
        self.offset = start.offset
        self.time = start.time
        self.checksum = start.checksum
    }

    /// Reads the header of the next chunk from the bytes at ``position``, and checks that it continues the chain and
    /// lies within the file. What it says of its content is unproven until ``check(_:is:)``.
    package func nextHeader(_ bytes: UnsafeRawBufferPointer, seal: SegmentSeal) throws(SealFault) -> SealedChunk {
        let chunk = try SealedChunk(decoding: bytes)
        guard chunk.firstOffset == self.offset else {
            throw .sequence(expected: self.offset, found: chunk.firstOffset)
        }
        let rest = seal.fileBytes - self.position
        guard chunk.chunkBytes <= rest, UInt64(chunk.records) <= seal.endOffset - self.offset else { throw .header }
        return chunk
    }

    /// Checks the whole chunk against its header's checksum.
    package func check(_ bytes: UnsafeRawBufferPointer, is chunk: SealedChunk) throws(SealFault) {
        guard bytes.count == chunk.chunkBytes else { throw .truncated }
        guard SealedChunk.checksum(of: bytes, after: self.checksum) == chunk.checksum else { throw .checksum }
    }

    /// Moves behind a chunk.
    package mutating func advance(past chunk: SealedChunk) {
        self.position += chunk.chunkBytes
        self.offset = chunk.endOffset
        self.checksum = chunk.checksum
    }
}

/// Why a sealed segment's bytes are not what was written. A sealed file is whole before it gets its name, so that
/// every one of these is damage.
package enum SealFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file ends within a chunk.
    case truncated
    /// A chunk's header tells what cannot be.
    case header
    /// A chunk counts from another offset.
    case sequence(expected: UInt64, found: UInt64)
    /// A chunk is not what its checksum covers.
    case checksum
    /// A chunk does not expand to the blocks that its header counts.
    case content
    /// The file does not have the length, or the records, that its header tells.
    case length

    /// For the operator.
    package var description: String {
        switch self {
        case .truncated: "the file ends within a chunk"
        case .header: "the chunk's header is damaged"
        case .sequence(let expected, let found): "a chunk counts from \(found) where \(expected) is due"
        case .checksum: "the chunk's checksum does not fit"
        case .content: "the chunk does not expand to its records"
        case .length: "the file is not as long as its header tells"
        }
    }
}
