/// The head of a checkpoint file: which stream, from where to where, and what all slots share.
///
///     8    magic "VNDCKPT1"
///     u32  length of the head behind this field
///     …    head: u64 stream, u64 low offset, u64 high offset, models, causes (each counted), u16 slots
///     u32  CRC32C of the head
///     then per slot: u32 length, bytes (``SlotState``), u32 CRC32C of the bytes
///
/// A checkpoint counts only when it is complete, under its final name, and the catalog and the log have reached its
/// high offset: then every slot may skip what lies below its own offset.
package struct CheckpointHead: Sendable {
    /// The stream the slots were folded from.
    package var stream: StreamID
    /// The lowest offset of any slot: where reading starts again.
    package var low: UInt64
    /// The highest: what must be applied and derived before the checkpoint counts.
    package var high: UInt64
    /// ``ModelHistory`` as encoded.
    package var models: [UInt8]
    /// ``CauseTable`` as encoded, complete at least up to ``causesOffset``.
    package var causes: [UInt8]
    /// The log's end when the causes were taken.
    package var causesOffset: UInt64
    /// How many slots follow.
    package var slots: UInt16

    /// A head.
    package init(
        stream: StreamID,
        low: UInt64,
        high: UInt64,
        models: [UInt8],
        causes: [UInt8],
        causesOffset: UInt64,
        slots: UInt16
    ) {
        self.stream = stream
        self.low = low
        self.high = high
        self.models = models
        self.causes = causes
        self.causesOffset = causesOffset
        self.slots = slots
    }

    /// The magic bytes; the last is the version of the form.
    package static let magic = Array("VNDCKPT1".utf8)

    /// Whether a file that begins with these bytes is a checkpoint in a later form than this one.
    package static func isNewer(_ file: [UInt8]) -> Bool {
        guard file.count >= self.magic.count, file.starts(with: self.magic.dropLast()) else { return false }
        // A digit: anything else there is damage.
        let version = file[self.magic.count - 1]
        return version > self.magic[self.magic.count - 1] && version <= UInt8(ascii: "9")
    }

    /// Bytes in front of a head that tell how long it is.
    package static let prefixBytes = Self.magic.count + 4
    /// Bytes in front of a slot that tell how long it is.
    package static let slotPrefixBytes = 4

    /// How many bytes a file's head takes, magic and checksum included, by its first ``prefixBytes``; nil if these
    /// are none of a checkpoint.
    package static func byteCount(prefix: [UInt8]) -> Int? {
        guard prefix.count == Self.prefixBytes, prefix.starts(with: Self.magic) else { return nil }
        return Self.length(prefix[Self.magic.count...]) + Self.prefixBytes + 4
    }

    /// How many bytes a slot takes, length and checksum included, by its first ``slotPrefixBytes``; nil at the end of
    /// the file.
    package static func slotByteCount(prefix: [UInt8]) -> Int? {
        guard prefix.count == Self.slotPrefixBytes else { return nil }
        return Self.length(prefix[...]) + Self.slotPrefixBytes + 4
    }

    private static func length(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// The head's bytes, with magic, length and checksum.
    package var bytes: [UInt8] {
        var head = ByteWriter()
        head.write(self.stream.rawValue)
        head.write(self.low)
        head.write(self.high)
        head.writeCounted(self.models)
        head.writeCounted(self.causes)
        head.write(self.causesOffset)
        head.write(self.slots)
        var file = ByteWriter(Self.magic)
        file.write(UInt32(head.bytes.count))
        file.bytes.append(contentsOf: head.bytes)
        file.write(head.bytes.withUnsafeBytes { CRC32C.extend(with: $0) })
        return file.bytes
    }

    /// Reads a head from the beginning of a file; the reader then stands at the first slot.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let magic = reader.offset..<(reader.offset + Self.magic.count)
        try reader.skip(Self.magic.count)
        guard reader.bytes[magic].elementsEqual(Self.magic) else { throw .invalid("checkpoint magic") }
        let length = Int(try reader.readWord(as: UInt32.self))
        guard length <= reader.remaining else { throw .truncated }
        let head = UnsafeRawBufferPointer(rebasing: reader.bytes[reader.offset..<(reader.offset + length)])
        try reader.skip(length)
        guard try reader.readWord(as: UInt32.self) == CRC32C.extend(with: head) else {
            throw .invalid("checkpoint checksum")
        }
        var inner = ByteReader(head)
        self.stream = StreamID(try inner.readWord())
        self.low = try inner.readWord()
        self.high = try inner.readWord()
        let models = try inner.readCountedRange()
        self.models = Array(head[models])
        let causes = try inner.readCountedRange()
        self.causes = Array(head[causes])
        self.causesOffset = try inner.readWord()
        self.slots = try inner.readWord()
        try inner.expectEnd()
    }

    /// Appends a slot's bytes as they stand in the file.
    package static func append(slot: [UInt8], to writer: inout ByteWriter) {
        writer.write(UInt32(slot.count))
        writer.bytes.append(contentsOf: slot)
        writer.write(slot.withUnsafeBytes { CRC32C.extend(with: $0) })
    }

    /// The range of the next slot's bytes, whose checksum is right.
    package static func readSlot(from reader: inout ByteReader) throws(DecodingFailure) -> Range<Int> {
        let length = Int(try reader.readWord(as: UInt32.self))
        let range = reader.offset..<(reader.offset + length)
        try reader.skip(length)
        let checksum: UInt32 = try reader.readWord()
        guard checksum == CRC32C.extend(with: UnsafeRawBufferPointer(rebasing: reader.bytes[range])) else {
            throw .invalid("slot checksum")
        }
        return range
    }
}
