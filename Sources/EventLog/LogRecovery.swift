import Domain

/// Brings a directory into the state in which records can be appended: the steps of opening a log, in their order.
struct LogRecovery {
    let storage: any LogStorage
    let configuration: SegmentLogConfiguration
    let randomness: any Randomness

    /// What appending starts from.
    struct Result {
        var segments: [Segment]
        var file: any StorageFile
        var chain: BlockChain
        /// The time of the last segment's first block.
        var begun: Timestamp?
        var causes: CauseTable
        var opening: LogOpening
    }

    static let temporaryName = "recovered.tmp"

    func run(causes checkpoint: CauseCheckpoint?) throws(LogOpenFailure) -> Result {
        do throws(StorageFailure) {
            try self.storage.lock()
        } catch {
            throw error.reason == .locked ? .inUse(self.storage.location) : .storage(error)
        }
        do throws(LogOpenFailure) {
            return try self.recover(causes: checkpoint)
        } catch {
            self.storage.unlock()
            throw error
        }
    }

    private func recover(causes checkpoint: CauseCheckpoint?) throws(LogOpenFailure) -> Result {
        let names = try self.attempt { () throws(StorageFailure) in try self.storage.list() }
        let marker = try self.marker(names)
        var offsets = names.compactMap(SegmentName.firstOffset).sorted()
        let isNew = offsets.isEmpty
        if isNew {
            if let marker { throw .missing(from: 0, to: marker.offset) }
            try self.attempt { () throws(StorageFailure) in try self.createStream() }
            offsets = [0]
        }
        let segments = try self.headers(offsets)
        let earlier = try self.causes(from: checkpoint, before: segments)
        let (found, bytes) = try self.recoverLast(segments, marker: marker?.bytes, causes: earlier)
        var result = found
        if let marker {
            guard marker.offset <= result.chain.offset else {
                throw .missing(from: result.chain.offset, to: marker.offset)
            }
        }
        result.opening.wasClean = result.opening.wasClean || isNew
        guard earlier.offset <= result.chain.offset else {
            throw .endsBeforeCheckpoint(end: result.chain.offset, checkpoint: earlier.offset)
        }
        // Everything was judged before anything is changed.
        result.opening.records = result.chain.offset - segments[0].firstOffset
        try self.attempt { () throws(StorageFailure) in
            if !result.opening.wasClean { result.file = try self.rewrite(segments, bytes, to: result.chain) }
            try self.clear(names)
        }
        return result
    }

    private func marker(_ names: [String]) throws(LogOpenFailure) -> (bytes: [UInt8], offset: UInt64)? {
        guard names.contains(CleanMarker.fileName) else { return nil }
        let bytes = try self.attempt { () throws(StorageFailure) in
            try self.storage.open(CleanMarker.fileName, forWriting: false).bytes(at: 0, count: 4_096)
        }
        return CleanMarker.end(in: bytes).map { (bytes, $0.offset) }
    }

    /// A stream is born: ids and keys are drawn, the first segment is written, and only then it gets its name.
    private func createStream() throws(StorageFailure) {
        let header = SegmentHeader(
            stream: StreamID(self.randomness.next()),
            slotKey: SipKey(self.randomness.next(), self.randomness.next()),
            salt: SipKey(self.randomness.next(), self.randomness.next()),
            firstOffset: 0,
            baseTime: .distantPast
        )
        try self.place(header.encoded()[...], as: SegmentName.name(of: 0))
    }

    private func headers(_ offsets: [UInt64]) throws(LogOpenFailure) -> [Segment] {
        var segments: [Segment] = []
        for offset in offsets {
            let name = SegmentName.name(of: offset)
            let header: SegmentHeader
            do throws(SegmentReadFailure) {
                header = try SegmentReader.open(name, in: self.storage).header
            } catch {
                throw LogOpenFailure(error, file: name)
            }
            guard header.firstOffset == offset else {
                throw .corrupt(file: name, position: 56, "the file says that it begins at \(header.firstOffset)")
            }
            if let first = segments.first?.header {
                guard header.stream == first.stream, header.slotKey == first.slotKey else {
                    throw .corrupt(file: name, position: 16, "the file belongs to the stream \(header.stream)")
                }
            }
            segments.append(Segment(header))
        }
        return segments
    }

    /// Syncs and reads the last segment. Synced before it is read, because what was read decides what is folded, and
    /// must not be less durable than that.
    private func recoverLast(
        _ segments: [Segment],
        marker: [UInt8]?,
        causes earlier: CauseCheckpoint
    ) throws(LogOpenFailure) -> (Result, bytes: [UInt8]) {
        let last = segments[segments.count - 1]
        // Only what is full is sealed, so that another segment followed it.
        if let seal = last.header.seal { throw .missing(from: seal.endOffset, to: seal.endOffset + 1) }
        let (file, bytes) = try self.attempt { () throws(StorageFailure) in
            let file = try self.storage.open(last.name, forWriting: true)
            try file.sync()
            return (file, try file.bytes(at: 0, count: try file.size()))
        }
        var begun: Timestamp?
        var causes = earlier.table
        let recovery = bytes.withUnsafeBytes {
            Recovery(of: $0, header: last.header) { block, payload in
                begun = begun ?? block.time
                if block.endOffset > earlier.offset { causes.storeAll(in: payload) }
            }
        }
        var opening = LogOpening()
        switch recovery.tail {
        case .blank: break
        case .torn: opening.hadTornWrite = true
        case .corrupt(let fault, let laterBlock):
            throw .corrupt(
                file: last.name,
                position: recovery.chain.position,
                "\(fault), and an intact block follows at byte \(laterBlock)"
            )
        }
        let expected = CleanMarker(
            stream: last.header.stream,
            segment: last.firstOffset,
            chain: recovery.chain
        )
        opening.wasClean = !opening.hadTornWrite && bytes.count == self.configuration.segmentBytes
        opening.wasClean = opening.wasClean && marker.map(expected.matches) ?? false
        let result = Result(
            segments: segments,
            file: file,
            chain: recovery.chain,
            begun: begun,
            causes: causes,
            opening: opening
        )
        return (result, bytes)
    }

    /// The causes of all records before the last segment, whose own are noted when it is read.
    private func causes(
        from checkpoint: CauseCheckpoint?,
        before segments: [Segment]
    ) throws(LogOpenFailure) -> CauseCheckpoint {
        let start = segments[0].firstOffset
        var seen = checkpoint ?? CauseCheckpoint(table: CauseTable(), offset: start)
        guard seen.offset >= start else { throw .beginsBehindCheckpoint(start: start, checkpoint: seen.offset) }
        for (segment, next) in zip(segments, segments.dropFirst()) where seen.offset < next.firstOffset {
            do throws(SegmentReadFailure) {
                let end = next.firstOffset
                var reader = try SegmentReader(segment, in: self.storage, from: seen.offset, endOffset: end)
                while seen.offset < end {
                    for block in try reader.read(from: seen.offset, maximumBytes: 1_048_576) {
                        block.frames.withUnsafeBytes { seen.table.storeAll(in: $0) }
                        seen.offset = block.endOffset
                    }
                }
            } catch {
                throw LogOpenFailure(error, file: segment.name)
            }
            guard seen.offset == next.firstOffset else { throw .missing(from: next.firstOffset, to: seen.offset) }
        }
        return seen
    }

    /// Replaces the last segment by a fresh copy of its good blocks. The page cache of the old file may show bytes
    /// that a failed sync never brought to the disk, and behind its end may lie a torn write; the copy has neither.
    private func rewrite(
        _ segments: [Segment],
        _ bytes: [UInt8],
        to chain: BlockChain
    ) throws(StorageFailure) -> any StorageFile {
        try self.place(bytes[..<chain.position], as: segments[segments.count - 1].name)
    }

    @discardableResult
    private func place(_ content: ArraySlice<UInt8>, as name: String) throws(StorageFailure) -> any StorageFile {
        let file = try self.storage.create(Self.temporaryName)
        try content.withUnsafeBufferPointer { (buffer) throws(StorageFailure) in
            try file.writeAll(UnsafeRawBufferPointer(buffer), at: 0)
        }
        try file.fillWithZeros(from: content.count, to: self.configuration.segmentBytes)
        try file.sync()
        try self.storage.rename(Self.temporaryName, to: name)
        try self.storage.syncDirectory()
        return file
    }

    /// Removes the marker, so that the next stop counts as unclean until it proves otherwise, and what an earlier run
    /// left half done.
    private func clear(_ names: [String]) throws(StorageFailure) {
        let left = names.filter { $0 == CleanMarker.fileName || $0.hasSuffix(".tmp") && $0 != Self.temporaryName }
        for name in left { try self.storage.remove(name) }
        if !left.isEmpty { try self.storage.syncDirectory() }
    }

    private func attempt<Value>(_ body: () throws(StorageFailure) -> Value) throws(LogOpenFailure) -> Value {
        do throws(StorageFailure) {
            return try body()
        } catch {
            throw .storage(error)
        }
    }
}
