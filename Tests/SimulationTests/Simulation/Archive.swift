import Domain
import ScoreStore
import TestSupport

/// Every block that was ever published as durable, kept outside the machine: what must still be there after any
/// crash, and what a replay from the log's beginning reads, also when the log was trimmed.
final class Archive {
    private(set) var blocks: [CommittedBlock] = []
    /// Who was erased so far: what they left may be gone from the log.
    private var erasures = Erasures()

    var end: UInt64 { self.blocks.last?.endOffset ?? 0 }

    /// Takes what the log published since. Returns what is wrong, if anything is.
    func absorb(_ log: some EventStream) throws {
        while self.end < log.end {
            for block in try log.read(from: self.end, maximumBytes: 1 << 20) {
                guard block.firstOffset == self.end else {
                    throw BrokenPromise("1: a block at \(block.firstOffset) follows \(self.end)")
                }
                self.blocks.append(block)
                Self.visit(block.frames, from: block.firstOffset) { self.erasures.note($0, at: $1) }
            }
        }
    }

    private static func visit(
        _ frames: [UInt8],
        from offset: UInt64,
        _ body: (UnsafeRawBufferPointer, UInt64) -> Void
    ) {
        frames.withUnsafeBytes { bytes in
            var walk = BlockFrames(bytes)
            var offset = offset
            while let range = walk.next() {
                body(UnsafeRawBufferPointer(rebasing: bytes[range]), offset)
                offset += 1
            }
        }
    }

    /// A log that was opened again must hold everything that was published, as it was, but for what was erased.
    func check(_ log: some EventStream) throws {
        guard log.end >= self.end else {
            throw BrokenPromise("1: the log ends at \(log.end), and had published \(self.end)")
        }
        try self.checkBlocks(of: log)
    }

    /// A log whose files were damaged holds what was published, but for the last block, which may be gone.
    func checkServed(_ log: some EventStream) throws {
        guard log.end >= self.blocks.last?.firstOffset ?? 0 else {
            throw BrokenPromise("1: the log ends at \(log.end), and tells nobody")
        }
        try self.checkBlocks(of: log)
    }

    private func checkBlocks(of log: some EventStream) throws {
        for block in try TestRecords.readAll(log) where block.firstOffset < self.end {
            guard let kept = self.block(at: block.firstOffset), kept.time == block.time, kept.count == block.count,
                kept.frames == block.frames || self.isWithoutErased(block, kept)
            else { throw BrokenPromise("1: the block at \(block.firstOffset) is not what was published") }
        }
    }

    /// Whether every record is what was published, or what stands for one that was to be erased.
    private func isWithoutErased(_ block: CommittedBlock, _ kept: CommittedBlock) -> Bool {
        var published: [(bytes: [UInt8], replacement: [UInt8]?)] = []
        Self.visit(kept.frames, from: kept.firstOffset) { frame, offset in
            published.append((Array(frame), self.erasures.replacement(for: frame, at: offset)))
        }
        var found: [[UInt8]] = []
        Self.visit(block.frames, from: block.firstOffset) { frame, _ in found.append(Array(frame)) }
        return found.count == published.count
            && zip(found, published).allSatisfy { $0 == $1.bytes || $0 == $1.replacement }
    }

    private func block(at offset: UInt64) -> CommittedBlock? {
        var low = 0
        var high = self.blocks.count
        while low < high {
            let middle = (low + high) / 2
            if self.blocks[middle].firstOffset < offset { low = middle + 1 } else { high = middle }
        }
        return low < self.blocks.count && self.blocks[low].firstOffset == offset ? self.blocks[low] : nil
    }

    /// Calls `body` with every record.
    func visitRecords(_ body: (RecordFrame, UnsafeRawBufferPointer) throws -> Void) throws {
        for block in self.blocks {
            try block.frames.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                while reader.remaining > 0 {
                    let start = reader.offset
                    let frame = try RecordFrame.read(from: &reader)
                    let payload = frame.payload
                    let whole = UnsafeRawBufferPointer(rebasing: bytes[start..<payload.upperBound])
                    try body(frame, whole)
                }
            }
        }
    }
}

/// An archive as a finished stream: a replay reads it, and what it derives must be in there already.
final class ArchiveStream: EventStream {
    let id: StreamID
    let slotKey: SipKey
    let end: UInt64
    let start: UInt64 = 0
    private let blocks: [CommittedBlock]
    private let causes: CauseTable

    init(_ archive: Archive, like log: some EventStream) {
        self.id = log.id
        self.slotKey = log.slotKey
        self.blocks = archive.blocks
        self.end = archive.end
        var causes = CauseTable()
        for block in archive.blocks { block.frames.withUnsafeBytes { causes.storeAll(in: $0) } }
        self.causes = causes
    }

    func makeWriter(_ role: LogWriterRole, onProgress: @escaping @Sendable (LogProgress) -> Void) -> any LogWriter {
        ArchiveWriter(self.causes)
    }

    func read(from offset: UInt64, maximumBytes: Int) throws(LogReadFailure) -> [CommittedBlock] {
        guard let first = self.blocks.firstIndex(where: { $0.endOffset > offset }) else { return [] }
        return Array(self.blocks[first..<min(self.blocks.count, first + 16)])
    }

    func wait(beyond offset: UInt64, timeout: TimeSpan) -> UInt64 { self.end }

    func trim(below offset: UInt64) {}
}

private final class ArchiveWriter: LogWriter {
    private let causes: CauseTable

    init(_ causes: CauseTable) { self.causes = causes }

    func append(_ frames: UnsafeRawBufferPointer, records: Int) throws(AppendRefusal) -> UInt64 {
        var walk = BlockFrames(frames)
        while let range = walk.next() {
            guard let cause = BlockFrames.cause(of: UnsafeRawBufferPointer(rebasing: frames[range])),
                let last = self.causes.last(of: cause.source), cause <= last
            else { throw .closed }
        }
        return 1
    }

    func flush() {}
}

/// What went wrong, beginning with the promise's number.
struct BrokenPromise: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
