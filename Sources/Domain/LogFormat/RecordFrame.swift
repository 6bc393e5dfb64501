/// A record's envelope, the only part of it the log itself reads.
///
///     u32  length of everything behind it, little-endian
///     u8   kind
///     u16  slot it is addressed to (0xffff: every slot)
///     [derived only: u16 source slot, u64 cause offset, u16 cause ordinal]
///     …    payload
package struct RecordFrame: Sendable, Equatable {
    /// What the record is.
    package var kind: RecordKind
    /// The slot that folds it.
    package var slot: Slot
    /// What it follows from, for derived kinds.
    package var cause: Cause?
    /// Where the payload lies in the buffer the frame was read from.
    package var payload: Range<Int>

    /// Bytes in front of a payload for a plain record.
    package static let plainHeaderBytes = 7
    /// Bytes in front of a payload for a derived record.
    package static let derivedHeaderBytes = 19

    /// Appends a framed record whose payload `body` writes.
    package static func append(
        to writer: inout ByteWriter,
        kind: RecordKind,
        slot: Slot,
        cause: Cause? = nil,
        _ body: (inout ByteWriter) -> Void
    ) {
        precondition(kind.isDerived == (cause != nil), "derived records, and only they, carry a cause")
        let start = writer.bytes.count
        writer.write(UInt32(0))
        writer.write(kind.rawValue)
        writer.write(slot.rawValue)
        if let cause {
            writer.write(cause.source.rawValue)
            writer.write(cause.offset)
            writer.write(cause.ordinal)
        }
        body(&writer)
        let length = UInt32(writer.bytes.count - start - 4)
        precondition(Int(length) + 4 <= Limits.recordBytes, "a record over Limits.recordBytes was built")
        withUnsafeBytes(of: length.littleEndian) { source in
            for index in 0..<4 { writer.bytes[start + index] = source[index] }
        }
    }

    /// Reads the frame at the reader's place and moves the reader behind its payload.
    package static func read(from reader: inout ByteReader) throws(DecodingFailure) -> RecordFrame {
        let length = Int(try reader.readWord(as: UInt32.self))
        guard length >= 3 else { throw .invalid("record length") }
        guard length <= reader.remaining else { throw .truncated }
        let end = reader.offset + length
        guard let kind = RecordKind(rawValue: try reader.readByte()) else { throw .invalid("record kind") }
        let slot = Slot(try reader.readWord())
        var cause: Cause?
        if kind.isDerived {
            guard length >= Self.derivedHeaderBytes - 4 else { throw .invalid("record length") }
            let source = Slot(try reader.readWord())
            let offset: UInt64 = try reader.readWord()
            cause = Cause(source: source, offset: offset, ordinal: try reader.readWord())
        }
        let payload = reader.offset..<end
        try reader.skip(payload.count)
        return RecordFrame(kind: kind, slot: slot, cause: cause, payload: payload)
    }
}
