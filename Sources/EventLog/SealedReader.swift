import Domain

/// Reads the blocks of a sealed segment, a chunk at a time.
struct SealedReader {
    private let file: any StorageFile
    private let seal: SegmentSeal
    /// Nothing at or behind this offset is asked for.
    private let endOffset: UInt64
    private(set) var chain: SealedChain
    /// Expanded and not handed out yet.
    private var expanded: ArraySlice<CommittedBlock> = []

    /// A reader from the first block on. `endOffset` is what the log expects of the segment.
    init(
        _ file: any StorageFile,
        header: SegmentHeader,
        seal: SegmentSeal,
        endOffset: UInt64
    ) throws(SegmentReadFailure) {
        self.file = file
        self.seal = seal
        self.endOffset = endOffset
        self.chain = SealedChain(startOf: header)
        let size: Int
        do throws(StorageFailure) {
            size = try file.size()
        } catch {
            throw .storage(error)
        }
        guard size == seal.fileBytes, seal.endOffset >= endOffset else {
            throw .damaged(SealFault.length.description, position: 72)
        }
    }

    /// As ``SegmentReader/read(from:maximumBytes:)``.
    mutating func read(from offset: UInt64, maximumBytes: Int) throws(SegmentReadFailure) -> [CommittedBlock] {
        var blocks: [CommittedBlock] = []
        var total = 0
        while true {
            while let block = self.expanded.first {
                // A reader that is to end within the segment hands out no block behind its end.
                guard block.firstOffset < self.endOffset else { return blocks }
                if block.endOffset > offset {
                    guard blocks.isEmpty || total + block.frames.count <= maximumBytes else { return blocks }
                    blocks.append(block)
                    total += block.frames.count
                }
                self.expanded.removeFirst()
            }
            guard self.chain.offset < self.endOffset, let next = try self.nextChunk(holding: offset) else {
                return blocks
            }
            self.expanded = next.blocks[...]
        }
    }

    /// The next chunk's blocks and expanded bytes; nil at the end of the file. Passes over chunks that end at or
    /// below `offset`, without reading what is in them.
    mutating func nextChunk(
        holding offset: UInt64 = 0
    ) throws(SegmentReadFailure) -> (blocks: [CommittedBlock], content: [UInt8])? {
        while self.chain.position < self.seal.fileBytes {
            let chunk = try self.header()
            guard chunk.endOffset > offset else {
                self.chain.advance(past: chunk)
                continue
            }
            let content = try self.content(of: chunk)
            let blocks = try self.inspecting { () throws(SealFault) in
                try content.withUnsafeBufferPointer { (buffer) throws(SealFault) in
                    try SealedContent.blocks(of: chunk, in: UnsafeRawBufferPointer(buffer))
                }
            }
            self.chain.advance(past: chunk)
            return (blocks, content)
        }
        guard self.chain.offset == self.seal.endOffset else {
            throw .damaged(SealFault.length.description, position: self.chain.position)
        }
        return nil
    }

    private func header() throws(SegmentReadFailure) -> SealedChunk {
        let bytes = try self.bytes(SealedChunk.byteCount)
        let (chain, seal) = (self.chain, self.seal)
        return try self.inspecting { () throws(SealFault) in
            try bytes.withUnsafeBufferPointer { (buffer) throws(SealFault) in
                try chain.nextHeader(UnsafeRawBufferPointer(buffer), seal: seal)
            }
        }
    }

    private func content(of chunk: SealedChunk) throws(SegmentReadFailure) -> [UInt8] {
        let bytes = try self.bytes(chunk.chunkBytes)
        let chain = self.chain
        return try self.inspecting { () throws(SealFault) in
            try bytes.withUnsafeBufferPointer { (buffer) throws(SealFault) in
                let raw = UnsafeRawBufferPointer(buffer)
                try chain.check(raw, is: chunk)
                let stored = UnsafeRawBufferPointer(rebasing: raw[SealedChunk.byteCount...])
                guard let content = Compression.expand(stored, to: chunk.contentBytes) else {
                    throw SealFault.content
                }
                return content
            }
        }
    }

    private func bytes(_ count: Int) throws(SegmentReadFailure) -> [UInt8] {
        do throws(StorageFailure) {
            return try self.file.bytes(at: self.chain.position, count: count)
        } catch {
            throw .storage(error)
        }
    }

    private func inspecting<Value>(_ body: () throws(SealFault) -> Value) throws(SegmentReadFailure) -> Value {
        do throws(SealFault) {
            return try body()
        } catch {
            throw .damaged(error.description, position: self.chain.position)
        }
    }
}
