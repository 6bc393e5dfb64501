import Domain

/// Why a segment was not sealed. The segment is as it was.
enum SealingFailure: Error {
    case reading(SegmentReadFailure)
    case writing(StorageFailure)
    /// What was written does not read back.
    case unreadable
    case noMemory

    /// Whether it is for want of space, so that it may succeed later.
    var isForSpace: Bool { if case .writing(let failure) = self { failure.reason == .noSpace } else { false } }

    /// For the operator.
    var text: String {
        switch self {
        case .reading(.storage(let failure)), .writing(let failure): failure.description
        case .reading(.header(let fault)): fault.description
        case .reading(.damaged(let fault, let position)): "\(fault), at byte \(position)"
        case .unreadable: "the sealed file does not read back as it was written"
        case .noMemory: "there is no memory to compress it"
        }
    }
}

/// Writes a segment anew in its sealed form, a chunk at a time: under a temporary name, synced, read back, and then
/// renamed over the segment. So whoever opens the segment finds one form or the other, whole, whenever the machine
/// stops.
struct SegmentSealer {
    static let temporaryName = "sealed.tmp"

    let segment: Segment
    let endOffset: UInt64
    private let storage: any LogStorage
    private let file: any StorageFile
    private let header: SegmentHeader
    private var source: SegmentReader
    private var chain: SealedChain
    /// Whose records are left out; nil where a segment is sealed as it is.
    private let erasures: Erasures?
    /// Records written that say that somebody is erased.
    private(set) var notices = 0
    /// CRC-32C of the chunks' content, one behind the other.
    private var digest: UInt32 = 0

    /// Begins to seal a segment that ends at `endOffset`, without what `erasures` cover. The chunks' checksums start
    /// from a new `salt`.
    init(
        _ segment: Segment,
        endOffset: UInt64,
        in storage: any LogStorage,
        salt: SipKey,
        erasing erasures: Erasures? = nil
    ) throws(SealingFailure) {
        self.segment = segment
        self.endOffset = endOffset
        self.storage = storage
        self.erasures = erasures
        var header = segment.header
        header.salt = salt
        self.header = header
        self.chain = SealedChain(startOf: header)
        do throws(SegmentReadFailure) {
            self.source = try SegmentReader(segment, in: storage, from: segment.firstOffset, endOffset: endOffset)
        } catch {
            throw .reading(error)
        }
        self.file = try Self.writing { () throws(StorageFailure) in try storage.create(Self.temporaryName) }
    }

    /// Whether this is a segment's second time, for what was erased since.
    var isErasing: Bool { self.erasures != nil }

    /// Seals the next blocks. Returns false when there are none.
    mutating func step() throws(SealingFailure) -> Bool {
        var blocks: [CommittedBlock]
        do throws(SegmentReadFailure) {
            blocks = try self.source.read(from: self.chain.offset, maximumBytes: Limits.chunkBytes)
        } catch {
            throw .reading(error)
        }
        guard let last = blocks.last else { return false }
        for index in blocks.indices { self.review(&blocks[index]) }
        var content = ByteWriter()
        var time = self.chain.time
        for block in blocks {
            SealedContent.append(block, after: time, to: &content)
            time = block.time
        }
        guard let stored = Compression.compress(content.bytes) else { throw .noMemory }
        self.digest = content.bytes.withUnsafeBytes { CRC32C.extend(self.digest, with: $0) }
        let position = self.chain.position
        let chunk = SealedChunk.encoded(
            stored: stored,
            contentBytes: content.bytes.count,
            records: blocks.reduce(0) { $0 + $1.count },
            following: &self.chain,
            endTime: last.time
        )
        try Self.write(chunk, to: self.file, at: position)
        // A commit that comes meanwhile does not wait for more than that.
        if position / Limits.syncBytes < self.chain.position / Limits.syncBytes {
            try Self.writing { () throws(StorageFailure) in try self.file.sync() }
        }
        return true
    }

    /// Leaves out of a block what is to be forgotten, and counts who is still to be.
    private mutating func review(_ block: inout CommittedBlock) {
        var frames: [UInt8] = []
        block.visitFrames { frame, offset in
            if let replacement = self.erasures?.replacement(for: frame, at: offset) {
                frames.append(contentsOf: replacement)
            } else {
                frames.append(contentsOf: frame)
                if Erasures.isNotice(frame) { self.notices += 1 }
            }
        }
        block.frames = frames
    }

    /// Makes what was written the segment.
    func finish() throws(SealingFailure) {
        var header = self.header
        let seal = SegmentSeal(endOffset: self.chain.offset, fileBytes: self.chain.position, notices: self.notices)
        header.seal = seal
        guard seal.endOffset == self.endOffset else { throw .unreadable }
        try Self.write(header.encoded(), to: self.file, at: 0)
        try Self.writing { () throws(StorageFailure) in try self.file.sync() }
        guard try self.isWhole() else { throw .unreadable }
        try Self.writing { () throws(StorageFailure) in
            try self.storage.rename(Self.temporaryName, to: self.segment.name)
            try self.storage.syncDirectory()
        }
    }

    /// Takes back what was begun.
    func abandon() throws(StorageFailure) { try self.storage.remove(Self.temporaryName) }

    /// Whether the file reads back as what was to be written.
    private func isWhole() throws(SealingFailure) -> Bool {
        do throws(SegmentReadFailure) {
            let (file, header) = try SegmentReader.open(Self.temporaryName, in: self.storage)
            guard let seal = header.seal else { return false }
            var reader = try SealedReader(file, header: header, seal: seal, endOffset: self.endOffset)
            var digest: UInt32 = 0
            while let chunk = try reader.nextChunk() {
                digest = chunk.content.withUnsafeBytes { CRC32C.extend(digest, with: $0) }
            }
            return digest == self.digest
        } catch {
            guard case .storage = error else { return false }
            throw .reading(error)
        }
    }

    private static func write(
        _ bytes: [UInt8],
        to file: any StorageFile,
        at position: Int
    ) throws(SealingFailure) {
        try self.writing { () throws(StorageFailure) in
            try bytes.withUnsafeBufferPointer { (buffer) throws(StorageFailure) in
                try file.writeAll(UnsafeRawBufferPointer(buffer), at: position)
            }
        }
    }

    private static func writing<Value>(_ body: () throws(StorageFailure) -> Value) throws(SealingFailure) -> Value {
        do throws(StorageFailure) {
            return try body()
        } catch {
            throw .writing(error)
        }
    }
}
