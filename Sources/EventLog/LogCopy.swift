package import Domain

/// Copies a log's good blocks to another directory: for a backup, also beside a running service, and for the way back.
///
/// What is copied is what the recovery rule counts (docs/log-format.md), so that the copy opens like a log after an
/// unclean stop; zeros behind the last block stay behind. Blocks are the same bytes: their checksums and seals rest on
/// the segment's salt, which stays. The stream is named by the header alone, so that a copy can be another stream.
package struct LogCopy: Equatable, Sendable {
    /// The stream the copy belongs to.
    package var stream: StreamID
    /// The offset of the first record.
    package var start: UInt64
    /// The offset behind the last record.
    package var end: UInt64
    /// The copy's files.
    package var files: [String]

    /// Copies the log in `source` to `target`, as the stream `stream` if one is given. While it is copied, the log may
    /// grow but must not be trimmed.
    /// - Throws: the failure of opening that log, when a segment is damaged or missing.
    package init(
        of source: any LogStorage,
        to target: any LogStorage,
        stream: StreamID? = nil
    ) throws(LogOpenFailure) {
        let offsets = try Self.attempt { () throws(StorageFailure) in
            try source.list().compactMap(SegmentName.firstOffset).sorted()
        }
        guard let first = offsets.first else { throw .missing(from: 0, to: 0) }
        var copied: StreamID?
        self.start = first
        self.end = first
        self.files = []
        for (index, offset) in offsets.enumerated() {
            guard offset == self.end else { throw .missing(from: self.end, to: offset) }
            let isLast = index + 1 == offsets.count
            let name = SegmentName.name(of: offset)
            let segment = try Self.read(name, in: source, isLast: isLast)
            if let copied, segment.header.stream != copied {
                throw .corrupt(file: name, position: 16, "the file belongs to another stream")
            }
            copied = segment.header.stream
            self.end = segment.endOffset
            self.files.append(name)
            try Self.attempt { () throws(StorageFailure) in
                try Self.write(segment, name, as: stream ?? segment.header.stream, to: target)
            }
        }
        self.stream = stream ?? copied ?? StreamID(0)
        try Self.attempt { () throws(StorageFailure) in try target.syncDirectory() }
    }

    private static func read(
        _ name: String,
        in source: any LogStorage,
        isLast: Bool
    ) throws(LogOpenFailure) -> SegmentScan {
        let scan: SegmentScan
        do throws(SegmentReadFailure) {
            scan = try SegmentScan(name, in: source)
        } catch {
            throw LogOpenFailure(error, file: name)
        }
        switch scan.tail {
        case .blank: break
        case .torn(let text):
            // At the end it is a write that is under way, or was cut short; elsewhere the segment was full.
            guard isLast else { throw .corrupt(file: name, position: scan.position, text) }
        case .corrupt(let text): throw .corrupt(file: name, position: scan.position, text)
        }
        return scan
    }

    private static func write(
        _ segment: SegmentScan,
        _ name: String,
        as stream: StreamID,
        to target: any LogStorage
    ) throws(StorageFailure) {
        var header = segment.header
        header.stream = stream
        let file = try target.create(name)
        try header.encoded().withUnsafeBufferPointer { (buffer) throws(StorageFailure) in
            try file.writeAll(UnsafeRawBufferPointer(buffer), at: 0)
        }
        let blocks = SegmentHeader.byteCount..<segment.position
        try segment.bytes.withUnsafeBufferPointer { (all) throws(StorageFailure) in
            let part = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[blocks]))
            try file.writeAll(part, at: SegmentHeader.byteCount)
        }
        try file.sync()
    }

    private static func attempt<Value>(_ body: () throws(StorageFailure) -> Value) throws(LogOpenFailure) -> Value {
        do throws(StorageFailure) {
            return try body()
        } catch {
            throw .storage(error)
        }
    }
}
