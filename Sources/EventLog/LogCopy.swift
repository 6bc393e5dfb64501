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
            let segment = try Self.read(SegmentName.name(of: offset), in: source, isLast: isLast)
            if let copied, segment.header.stream != copied {
                throw .corrupt(file: segment.name, position: 16, "the file belongs to another stream")
            }
            copied = segment.header.stream
            self.end = segment.end
            self.files.append(segment.name)
            try Self.attempt { () throws(StorageFailure) in
                try Self.write(segment, as: stream ?? segment.header.stream, to: target)
            }
        }
        self.stream = stream ?? copied ?? StreamID(0)
        try Self.attempt { () throws(StorageFailure) in try target.syncDirectory() }
    }

    private struct Content {
        var name: String
        var header: SegmentHeader
        var bytes: [UInt8]
        var length: Int
        var end: UInt64
    }

    private static func read(
        _ name: String,
        in source: any LogStorage,
        isLast: Bool
    ) throws(LogOpenFailure) -> Content {
        let bytes = try self.attempt { () throws(StorageFailure) in
            let file = try source.open(name, forWriting: false)
            return try file.bytes(at: 0, count: try file.size())
        }
        let header: SegmentHeader
        do throws(SegmentHeaderFault) {
            header = try bytes.withUnsafeBufferPointer { (buffer) throws(SegmentHeaderFault) in
                try SegmentHeader(decoding: UnsafeRawBufferPointer(buffer))
            }
        } catch {
            if case .version(let version) = error, version > SegmentHeader.version { throw .newerVersion(file: name) }
            throw .corrupt(file: name, position: 0, error.description)
        }
        let recovery = bytes.withUnsafeBytes { Recovery(of: $0, header: header) }
        let position = recovery.chain.position
        switch recovery.tail {
        case .blank: break
        case .torn(let fault):
            // At the end it is a write that is under way, or was cut short; elsewhere the segment was full.
            guard isLast else { throw .corrupt(file: name, position: position, fault.description) }
        case .corrupt(let fault, let laterBlock):
            let text = "\(fault), and an intact block follows at byte \(laterBlock)"
            throw .corrupt(file: name, position: position, text)
        }
        return Content(name: name, header: header, bytes: bytes, length: position, end: recovery.chain.offset)
    }

    private static func write(
        _ segment: Content,
        as stream: StreamID,
        to target: any LogStorage
    ) throws(StorageFailure) {
        var header = segment.header
        header.stream = stream
        let file = try target.create(segment.name)
        try header.encoded().withUnsafeBufferPointer { (buffer) throws(StorageFailure) in
            try file.writeAll(UnsafeRawBufferPointer(buffer), at: 0)
        }
        let blocks = SegmentHeader.byteCount..<segment.length
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
