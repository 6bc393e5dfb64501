package import Domain

/// Small framed records that tests recognise again.
package enum TestRecords {
    /// A plain record whose payload is `number` and padding.
    package static func event(_ number: UInt64, padding: Int = 0, slot: UInt16 = 1) -> [UInt8] {
        var writer = ByteWriter()
        RecordFrame.append(to: &writer, kind: .event, slot: Slot(slot)) { body in
            body.write(number)
            body.bytes.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: number), count: padding))
        }
        return writer.bytes
    }

    /// A canary that takes room.
    package static func padding(_ count: Int) -> [UInt8] {
        var writer = ByteWriter()
        RecordFrame.append(to: &writer, kind: .canary, slot: Slot(0)) { body in
            body.bytes.append(contentsOf: repeatElement(0, count: count))
        }
        return writer.bytes
    }

    /// A derived record whose payload is its cause's offset.
    package static func derived(source: UInt16, offset: UInt64, ordinal: UInt16 = 0) -> [UInt8] {
        var writer = ByteWriter()
        let cause = Cause(source: Slot(source), offset: offset, ordinal: ordinal)
        RecordFrame.append(to: &writer, kind: .touch, slot: Slot(2), cause: cause) { $0.write(offset) }
        return writer.bytes
    }

    /// The numbers in the payloads of blocks, in order.
    package static func numbers(_ blocks: [CommittedBlock]) throws -> [UInt64] {
        var numbers: [UInt64] = []
        for block in blocks {
            try block.frames.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                while reader.remaining > 0 {
                    let frame = try RecordFrame.read(from: &reader)
                    var payload = ByteReader(bytes, offset: frame.payload.lowerBound)
                    numbers.append(try payload.readWord())
                }
            }
        }
        return numbers
    }

    /// Everything a stream holds from `offset` on, after checking that the blocks follow each other in offset and
    /// time.
    package static func readAll(
        _ stream: some EventStream,
        from offset: UInt64? = nil,
        maximumBytes: Int = 4_096
    )
        throws -> [CommittedBlock]
    {
        var next = offset ?? stream.start
        var blocks: [CommittedBlock] = []
        while true {
            let batch = try stream.read(from: next, maximumBytes: maximumBytes)
            for block in batch {
                let isFirst = blocks.isEmpty
                try ContractViolation.check(
                    isFirst ? block.firstOffset <= next : block.firstOffset == next,
                    "block at \(block.firstOffset) follows \(next)"
                )
                try ContractViolation.check(block.count > 0, "a block holds records")
                if let last = blocks.last { try ContractViolation.check(block.time >= last.time, "time went back") }
                blocks.append(block)
                next = block.endOffset
            }
            if batch.isEmpty { return blocks }
        }
    }
}

extension LogWriter {
    /// Appends one framed record.
    @discardableResult
    package func append(_ frame: [UInt8]) throws -> UInt64 {
        try frame.withUnsafeBytes { try self.append($0, records: 1) }
    }
}
