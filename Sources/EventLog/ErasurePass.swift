import Domain

/// A full segment and where it ends.
struct SegmentSpan: Sendable {
    let segment: Segment
    let endOffset: UInt64
}

/// One walk over the sealed log for what was erased: reads first who was, then looks through every segment, oldest
/// first, for what they left.
///
/// The records that say who was erased lie behind everything these left, and go when the walk comes to them. So as long
/// as something is left to forget, the log says so itself; a walk that is broken off is simply done again.
struct ErasurePass: Sendable {
    /// What a step came to.
    enum Outcome {
        case goesOn
        /// The segment holds what is to be forgotten: it is to be written anew before the next step.
        case found(SegmentSpan)
        case done
    }

    /// Who was erased, as far as was read.
    private(set) var erasures = Erasures()
    private var unread: ArraySlice<SegmentSpan>
    private var unseen: ArraySlice<SegmentSpan>
    private var reader: SegmentReader?
    private var offset: UInt64 = 0

    /// A walk that reads who was erased in `noticed` and looks through `spans`, both oldest first.
    init(noticed: [SegmentSpan], through spans: [SegmentSpan]) {
        self.unread = noticed[...]
        self.unseen = spans[...]
    }

    /// Passes over segments that were trimmed meanwhile.
    mutating func forget(below start: UInt64) {
        if let span = self.unread.first ?? self.unseen.first, span.segment.firstOffset < start { self.reader = nil }
        self.unread = self.unread.drop { $0.segment.firstOffset < start }
        self.unseen = self.unseen.drop { $0.segment.firstOffset < start }
    }

    /// Reads one chunk.
    mutating func step(in storage: any LogStorage) throws(SegmentReadFailure) -> Outcome {
        if let span = self.unread.first {
            let blocks = try self.blocks(of: span, in: storage)
            for block in blocks { block.visitFrames { self.erasures.note($0, at: $1) } }
            if blocks.isEmpty {
                self.unread.removeFirst()
                self.reader = nil
            }
            return .goesOn
        }
        guard let span = self.unseen.first else { return .done }
        let blocks = try self.blocks(of: span, in: storage)
        var isFound = false
        for block in blocks {
            block.visitFrames { isFound = isFound || self.erasures.replacement(for: $0, at: $1) != nil }
        }
        if isFound || blocks.isEmpty {
            self.unseen.removeFirst()
            self.reader = nil
        }
        return isFound ? .found(span) : .goesOn
    }

    private mutating func blocks(
        of span: SegmentSpan,
        in storage: any LogStorage
    ) throws(SegmentReadFailure) -> [CommittedBlock] {
        let first = span.segment.firstOffset
        var reader: SegmentReader
        if let opened = self.reader.take() {
            reader = opened
        } else {
            reader = try SegmentReader(span.segment, in: storage, from: first, endOffset: span.endOffset)
            self.offset = first
        }
        let blocks = try reader.read(from: self.offset, maximumBytes: Limits.chunkBytes)
        self.reader = reader
        self.offset = blocks.last?.endOffset ?? self.offset
        return blocks
    }
}

extension CommittedBlock {
    /// Hands each framed record, with its offset, to `body`.
    func visitFrames(_ body: (UnsafeRawBufferPointer, UInt64) -> Void) {
        self.frames.withUnsafeBytes { bytes in
            var walk = BlockFrames(bytes)
            var offset = self.firstOffset
            while let range = walk.next() {
                body(UnsafeRawBufferPointer(rebasing: bytes[range]), offset)
                offset += 1
            }
        }
    }
}
