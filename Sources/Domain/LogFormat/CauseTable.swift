/// The last cause the log holds from each slot: what makes writing a derived record idempotent.
package struct CauseTable: Equatable, Sendable {
    /// One more than the cause's offset; 0 where nothing was stored.
    private var offsets: [UInt64]
    private var ordinals: [UInt16]

    /// A table in which nothing was stored.
    package init() {
        self.offsets = Array(repeating: 0, count: Int(Limits.slotCount))
        self.ordinals = Array(repeating: 0, count: Int(Limits.slotCount))
    }

    /// The last stored cause of a slot.
    package func last(of source: Slot) -> Cause? {
        let index = Int(source.rawValue)
        guard index < self.offsets.count, self.offsets[index] > 0 else { return nil }
        return Cause(source: source, offset: self.offsets[index] - 1, ordinal: self.ordinals[index])
    }

    /// Notes a cause and says whether it was new: beyond the last of its source. Causes of slots that do not exist
    /// are always new and never noted.
    package mutating func store(_ cause: Cause) -> Bool {
        let index = Int(cause.source.rawValue)
        guard index < self.offsets.count, cause.offset < .max else { return true }
        if let last = self.last(of: cause.source), cause <= last { return false }
        self.offsets[index] = cause.offset + 1
        self.ordinals[index] = cause.ordinal
        return true
    }

    /// Notes the causes of all derived records in a block's frames.
    package mutating func storeAll(in frames: UnsafeRawBufferPointer) {
        var walk = BlockFrames(frames)
        while let range = walk.next() {
            guard let cause = BlockFrames.cause(of: UnsafeRawBufferPointer(rebasing: frames[range])) else { continue }
            _ = self.store(cause)
        }
    }

    /// Appends the table to a checkpoint.
    package func encode(to writer: inout ByteWriter) {
        for index in self.offsets.indices {
            writer.writeVarint(self.offsets[index])
            if self.offsets[index] > 0 { writer.write(self.ordinals[index]) }
        }
    }

    /// Reads a table that ``encode(to:)`` wrote.
    package init(from reader: inout ByteReader) throws(DecodingFailure) {
        self.init()
        for index in self.offsets.indices {
            self.offsets[index] = try reader.readVarint()
            if self.offsets[index] > 0 { self.ordinals[index] = try reader.readWord() }
        }
    }
}

/// A ``CauseTable`` together with the offset below which it has seen every record.
package struct CauseCheckpoint: Equatable, Sendable {
    /// The causes.
    package var table: CauseTable
    /// The offset behind the last record the table has seen.
    package var offset: UInt64

    /// A table as of `offset`.
    package init(table: CauseTable, offset: UInt64) {
        self.table = table
        self.offset = offset
    }
}
