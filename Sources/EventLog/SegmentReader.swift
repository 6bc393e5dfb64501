import Domain

/// Why a segment's blocks could not be read.
enum SegmentReadFailure: Error {
    case storage(StorageFailure)
    /// There is not even a header.
    case header(SegmentHeaderFault)
    case damaged(String, position: Int)
}

/// Reads blocks from a segment's file, whichever form it has: the one way to records that are on disk.
///
/// What the file is says the file: a segment may be sealed between two readings. An open file stays what it is.
struct SegmentReader {
    private enum Form {
        case blocks(BlockReader)
        case sealed(SealedReader)
        /// The reader is at work: a second hold on it would have its memory copied.
        case lent
    }

    private var form: Form

    /// A reader from the block that holds `offset` on; the durable records of the segment end at `endOffset`.
    init(
        _ segment: Segment,
        in storage: any LogStorage,
        from offset: UInt64,
        endOffset: UInt64
    )
        throws(SegmentReadFailure)
    {
        let (file, header) = try Self.open(segment.name, in: storage)
        if let seal = header.seal {
            self.form = .sealed(try SealedReader(file, header: header, seal: seal, endOffset: endOffset))
        } else {
            self.form = .blocks(BlockReader(segment, file, header: header, from: offset, endOffset: endOffset))
        }
    }

    /// Opens a segment's file and reads what it is.
    static func open(
        _ name: String,
        in storage: any LogStorage
    ) throws(SegmentReadFailure) -> (file: any StorageFile, header: SegmentHeader) {
        let file: any StorageFile
        let bytes: [UInt8]
        do throws(StorageFailure) {
            file = try storage.open(name, forWriting: false)
            bytes = try file.bytes(at: 0, count: SegmentHeader.byteCount)
        } catch {
            throw .storage(error)
        }
        do throws(SegmentHeaderFault) {
            let header = try bytes.withUnsafeBufferPointer { (buffer) throws(SegmentHeaderFault) in
                try SegmentHeader(decoding: UnsafeRawBufferPointer(buffer))
            }
            return (file, header)
        } catch {
            throw .header(error)
        }
    }

    /// The blocks from the one that holds `offset` on: at least one, at most about `maximumBytes`.
    mutating func read(from offset: UInt64, maximumBytes: Int) throws(SegmentReadFailure) -> [CommittedBlock] {
        switch self.form {
        case .blocks(var reader):
            self.form = .lent
            defer { self.form = .blocks(reader) }
            return try reader.read(from: offset, maximumBytes: maximumBytes)
        case .sealed(var reader):
            self.form = .lent
            defer { self.form = .sealed(reader) }
            return try reader.read(from: offset, maximumBytes: maximumBytes)
        case .lent: preconditionFailure("a reader is given back by who lent it")
        }
    }
}
