import Domain
import Synchronization

/// A segment file of the log, full or being written.
final class Segment: Sendable {
    let header: SegmentHeader
    let index: Mutex<SegmentIndex>

    init(_ header: SegmentHeader) {
        self.header = header
        self.index = Mutex(SegmentIndex(header))
    }

    var firstOffset: UInt64 { self.header.firstOffset }
    var name: String { SegmentName.name(of: self.header.firstOffset) }
}

/// A zero-filled, synced file that waits to become a segment.
struct Spare: Sendable {
    let name: String
    let file: any StorageFile
}

/// Why a segment's blocks could not be read.
enum SegmentReadFailure: Error {
    case storage(StorageFailure)
    case damaged(BlockFault, position: Int)
}

/// Reads blocks from a segment's file.
struct SegmentReader {
    private static let windowBytes = 262_144

    private let segment: Segment
    private let file: any StorageFile
    /// The durable records of the segment end here.
    private let endOffset: UInt64
    private var chain: BlockChain
    private var window: [UInt8] = []
    private var windowStart = 0

    /// A reader from the block that holds `offset` on.
    init(
        _ segment: Segment,
        in storage: any LogStorage,
        from offset: UInt64,
        endOffset: UInt64
    )
        throws(SegmentReadFailure)
    {
        self.segment = segment
        self.endOffset = endOffset
        self.chain = segment.index.withLock { $0.place(before: offset) }
        do throws(StorageFailure) {
            self.file = try storage.open(segment.name, forWriting: false)
        } catch {
            throw .storage(error)
        }
    }

    /// The blocks from the one that holds `offset` on: at least one, at most about `maximumBytes`.
    mutating func read(from offset: UInt64, maximumBytes: Int) throws(SegmentReadFailure) -> [CommittedBlock] {
        var blocks: [CommittedBlock] = []
        var total = 0
        while self.chain.offset < self.endOffset {
            let header = try self.header()
            if header.endOffset > offset {
                guard blocks.isEmpty || total + header.payloadBytes <= maximumBytes else { break }
                blocks.append(try self.block(header))
                total += header.payloadBytes
            }
            self.chain.advance(past: header)
            self.segment.index.withLock { $0.note(self.chain) }
        }
        self.segment.index.withLock { $0.noteResumption(self.chain) }
        return blocks
    }

    private mutating func header() throws(SegmentReadFailure) -> BlockHeader {
        try self.fill(BlockHeader.byteCount)
        return try self.inspect { (chain, bytes, salt) throws(BlockFault) in
            try chain.nextHeader(bytes, salt: salt)
        }
    }

    private mutating func block(_ header: BlockHeader) throws(SegmentReadFailure) -> CommittedBlock {
        try self.fill(header.blockBytes)
        _ = try self.inspect { (chain, bytes, salt) throws(BlockFault) in
            try chain.nextBlock(bytes, salt: salt)
        }
        let start = self.chain.position - self.windowStart
        return CommittedBlock(
            firstOffset: header.firstOffset,
            count: header.records,
            time: header.time,
            frames: Array(self.window[(start + header.payload.lowerBound)..<(start + header.payload.upperBound)])
        )
    }

    private func inspect(
        _ body: (BlockChain, UnsafeRawBufferPointer, SipKey) throws(BlockFault) -> BlockHeader
    ) throws(SegmentReadFailure) -> BlockHeader {
        let start = self.chain.position - self.windowStart
        do throws(BlockFault) {
            return try self.window.withUnsafeBufferPointer { (buffer) throws(BlockFault) in
                let rest = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[start...]))
                return try body(self.chain, rest, self.segment.header.salt)
            }
        } catch {
            throw .damaged(error, position: self.chain.position)
        }
    }

    /// Makes the window hold `count` bytes from the chain's end on, as far as the file does.
    private mutating func fill(_ count: Int) throws(SegmentReadFailure) {
        let start = self.chain.position - self.windowStart
        if start >= 0, start + count <= self.window.count { return }
        do throws(StorageFailure) {
            self.window = try self.file.bytes(at: self.chain.position, count: max(count, Self.windowBytes))
        } catch {
            throw .storage(error)
        }
        self.windowStart = self.chain.position
    }
}
