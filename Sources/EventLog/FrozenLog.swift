package import Domain

/// A log's files up to an offset, as a stream that no longer grows: to fold once more what was folded, beside a
/// running service too. Changes nothing; what is appended to it is dropped.
package final class FrozenLog: EventStream {
    private let storage: any LogStorage
    private let segments: [Segment]

    package let id: StreamID
    package let slotKey: SipKey
    package let end: UInt64

    /// The log in `storage`, up to `end` or to its own.
    /// - Throws: the failure of opening that log.
    package init(_ storage: any LogStorage, end limit: UInt64? = nil) throws(LogOpenFailure) {
        self.storage = storage
        do throws(StorageFailure) {
            var segments: [Segment] = []
            for offset in try storage.list().compactMap(SegmentName.firstOffset).sorted() {
                let file = try storage.open(SegmentName.name(of: offset), forWriting: false)
                let bytes = try file.bytes(at: 0, count: SegmentHeader.byteCount)
                let header = bytes.withUnsafeBytes { try? SegmentHeader(decoding: $0) }
                if let header { segments.append(Segment(header)) }
            }
            self.segments = segments
        } catch {
            throw .storage(error)
        }
        guard let last = self.segments.last else { throw .missing(from: 0, to: limit ?? 0) }
        self.id = last.header.stream
        self.slotKey = last.header.slotKey
        let whole = try Self.end(of: last, in: storage)
        self.end = min(whole, limit ?? whole)
        if let limit, limit > whole { throw .missing(from: whole, to: limit) }
    }

    private static func end(of segment: Segment, in storage: any LogStorage) throws(LogOpenFailure) -> UInt64 {
        do throws(SegmentReadFailure) {
            return try SegmentScan(segment.name, in: storage).endOffset
        } catch {
            throw LogOpenFailure(error, file: segment.name)
        }
    }

    package var start: UInt64 { self.segments[0].firstOffset }

    package func makeWriter(
        _ role: LogWriterRole,
        onProgress: @escaping @Sendable (LogProgress) -> Void
    ) -> any LogWriter {
        DroppingWriter()
    }

    package func read(from offset: UInt64, maximumBytes: Int) throws(LogReadFailure) -> [CommittedBlock] {
        guard offset >= self.start else { throw .trimmed(first: self.start) }
        guard offset < self.end else { return [] }
        let index = self.segments.lastIndex { $0.firstOffset <= offset } ?? 0
        let next = index + 1 < self.segments.count ? self.segments[index + 1].firstOffset : self.end
        do throws(SegmentReadFailure) {
            let end = min(next, self.end)
            var reader = try SegmentReader(self.segments[index], in: self.storage, from: offset, endOffset: end)
            return try reader.read(from: offset, maximumBytes: maximumBytes).map(self.cut)
        } catch {
            switch error {
            case .damaged, .header: throw .corrupt(offset: offset)
            case .storage(let failure): throw .storage(failure.code)
            }
        }
    }

    /// A block without the records at or behind the end.
    private func cut(_ block: CommittedBlock) -> CommittedBlock {
        guard block.endOffset > self.end else { return block }
        var block = block
        block.count = Int(self.end - block.firstOffset)
        var bytes = 0
        block.frames.withUnsafeBytes { raw in
            var walk = BlockFrames(raw)
            for _ in 0..<block.count { bytes = walk.next()?.upperBound ?? bytes }
        }
        block.frames.removeSubrange(bytes...)
        return block
    }

    package func wait(beyond offset: UInt64, timeout: TimeSpan) -> UInt64 { self.end }

    package func trim(below offset: UInt64) {}
}

/// Takes records and forgets them: a fold derives again what the log already holds, or what lies behind its end.
private final class DroppingWriter: LogWriter {
    func append(_ frames: UnsafeRawBufferPointer, records: Int) throws(AppendRefusal) -> UInt64 { 1 }

    func flush() {}
}
