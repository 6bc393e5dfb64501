import Domain
import Synchronization

/// Reads the blocks of a segment that lies as it was committed.
struct BlockReader {
    private static let windowBytes = 262_144

    private let segment: Segment
    private let header: SegmentHeader
    private let file: any StorageFile
    /// The durable records of the segment end here.
    private let endOffset: UInt64
    private var chain: BlockChain
    /// Keeps its memory from one part of the file to the next: fresh memory of this size is mapped anew each time, and
    /// its pages cost more than what is read into them.
    private var window: [UInt8] = []
    private var windowStart = 0
    /// How many bytes of the window are the file's.
    private var windowCount = 0

    /// A reader from the block that holds `offset` on.
    init(_ segment: Segment, _ file: any StorageFile, header: SegmentHeader, from offset: UInt64, endOffset: UInt64) {
        self.segment = segment
        self.header = header
        self.endOffset = endOffset
        self.chain = segment.index.withLock { $0.place(before: offset) }
        self.file = file
    }

    /// The blocks from the one that holds `offset` on: at least one, at most about `maximumBytes`.
    mutating func read(from offset: UInt64, maximumBytes: Int) throws(SegmentReadFailure) -> [CommittedBlock] {
        var blocks: [CommittedBlock] = []
        var total = 0
        while self.chain.offset < self.endOffset {
            let header = try self.nextHeader()
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

    private mutating func nextHeader() throws(SegmentReadFailure) -> BlockHeader {
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
                let rest = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[start..<self.windowCount]))
                return try body(self.chain, rest, self.header.salt)
            }
        } catch {
            throw .damaged(error.description, position: self.chain.position)
        }
    }

    /// Makes the window hold `count` bytes from the chain's end on, as far as the file does.
    private mutating func fill(_ count: Int) throws(SegmentReadFailure) {
        let start = self.chain.position - self.windowStart
        if start >= 0, start + count <= self.windowCount { return }
        let wanted = max(count, Self.windowBytes)
        let (file, position) = (self.file, self.chain.position)
        do throws(StorageFailure) {
            if self.window.count < wanted {
                self.window = try file.bytes(at: position, count: wanted)
                self.windowCount = self.window.count
            } else {
                self.windowCount = try self.window.withUnsafeMutableBufferPointer { (window) throws(StorageFailure) in
                    try file.readAll(into: UnsafeMutableRawBufferPointer(window), at: position)
                }
            }
        } catch {
            self.windowCount = 0
            throw .storage(error)
        }
        self.windowStart = position
    }
}
