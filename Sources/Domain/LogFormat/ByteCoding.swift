/// Appends the log's primitive values to a byte array: little-endian words, LEB128 varints, counted text.
package struct ByteWriter: Sendable {
    /// What has been written.
    package var bytes: [UInt8]

    /// A writer that continues `bytes`.
    package init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    /// One byte.
    package mutating func write(_ value: UInt8) { self.bytes.append(value) }

    /// Two bytes, little-endian.
    package mutating func write(_ value: UInt16) { self.writeWord(value) }

    /// Four bytes, little-endian.
    package mutating func write(_ value: UInt32) { self.writeWord(value) }

    /// Eight bytes, little-endian.
    package mutating func write(_ value: UInt64) { self.writeWord(value) }

    /// Eight bytes, little-endian two's complement.
    package mutating func write(_ value: Int64) { self.writeWord(UInt64(bitPattern: value)) }

    /// The eight bytes of the IEEE 754 bit pattern.
    package mutating func write(_ value: Double) { self.writeWord(value.bitPattern) }

    /// A base-128 varint (LEB128): seven bits a byte, low bits first.
    package mutating func writeVarint(_ value: UInt64) {
        guard value >= 0x80 else { return self.bytes.append(UInt8(truncatingIfNeeded: value)) }
        self.append(atMost: 10) { room in
            var rest = value
            var count = 0
            while rest >= 0x80 {
                room[count] = UInt8(truncatingIfNeeded: rest) | 0x80
                rest >>= 7
                count += 1
            }
            room[count] = UInt8(truncatingIfNeeded: rest)
            return count + 1
        }
    }

    /// Text as its varint count of UTF-8 bytes and these bytes.
    package mutating func writeText(_ text: String) {
        self.writeVarint(UInt64(text.utf8.count))
        self.bytes.append(contentsOf: text.utf8)
    }

    /// Bytes behind their varint count.
    package mutating func writeCounted(_ run: some Collection<UInt8>) {
        self.writeVarint(UInt64(run.count))
        self.bytes.append(contentsOf: run)
    }

    /// Bytes behind their varint count.
    package mutating func writeCounted(_ run: Slice<UnsafeRawBufferPointer>) {
        self.writeVarint(UInt64(run.count))
        self.append(UnsafeRawBufferPointer(rebasing: run))
    }

    /// Bytes as they are.
    package mutating func append(_ run: UnsafeRawBufferPointer) {
        self.append(atMost: run.count) { room in
            room.copyMemory(from: run)
            return run.count
        }
    }

    /// Appends at most `count` bytes that `body` stores: for a list at once what costs a check of the array for each
    /// value otherwise.
    @inline(__always)
    package mutating func write(atMost count: Int, _ body: (inout RoomWriter) -> Void) {
        self.append(atMost: count) { room in
            var writer = RoomWriter(room)
            body(&writer)
            return writer.count
        }
    }

    @inline(__always)
    private mutating func writeWord<Word: FixedWidthInteger>(_ value: Word) {
        self.append(atMost: MemoryLayout<Word>.size) { room in
            room.storeBytes(of: value.littleEndian, as: Word.self)
            return MemoryLayout<Word>.size
        }
    }

    /// Appends what `body` stores into the room it is given, and says the length of. `append(contentsOf:)` of a few
    /// bytes costs five times as much: it asks of each whether there is room.
    @inline(__always)
    private mutating func append(atMost count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
        self.bytes.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { room, stored in
                stored += body(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[stored...]))
            }
        }
    }
}

/// Stores the log's primitive values, as ``ByteWriter`` does, into room that is there; traps beyond it.
package struct RoomWriter {
    private let room: UnsafeMutableRawBufferPointer
    /// How many bytes have been stored.
    package private(set) var count = 0

    fileprivate init(_ room: UnsafeMutableRawBufferPointer) { self.room = room }

    /// A word, little-endian.
    @inline(__always)
    package mutating func write<Word: FixedWidthInteger>(_ value: Word) {
        precondition(self.room.count - self.count >= MemoryLayout<Word>.size, "what is stored fits its room")
        self.room.storeBytes(of: value.littleEndian, toByteOffset: self.count, as: Word.self)
        self.count += MemoryLayout<Word>.size
    }

    /// The eight bytes of the IEEE 754 bit pattern.
    @inline(__always)
    package mutating func write(_ value: Double) { self.write(value.bitPattern) }

    /// A LEB128 varint; see ``ByteWriter/writeVarint(_:)``.
    @inline(__always)
    package mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.write(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.write(UInt8(truncatingIfNeeded: rest))
    }

    /// What lies between two times, as a varint: short where the first is not long before the second.
    @inline(__always)
    package mutating func writeSpan(from time: Timestamp, to later: Timestamp) {
        self.writeVarint(UInt64(bitPattern: later.microseconds &- time.microseconds))
    }
}

/// The bytes of a record do not have the form its kind promises.
package enum DecodingFailure: Error, Equatable, Sendable {
    /// The bytes end before the value does.
    case truncated
    /// A varint runs over 64 bits, or a count over what can follow.
    case overlong
    /// A value is outside its range; the name says which.
    case invalid(StaticName)
    /// Bytes are left behind the last field.
    case trailing
}

/// A constant name for use in error values.
package struct StaticName: Equatable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name.
    package let description: String

    /// A name from a literal.
    package init(stringLiteral value: String) { self.description = value }
}

/// Reads the log's primitive values from a buffer it does not own; never reads past the end.
package struct ByteReader {
    /// What is read from. Valid only as long as the buffer behind it.
    package let bytes: UnsafeRawBufferPointer
    /// Where the next value starts.
    package private(set) var offset: Int

    /// A reader over `bytes`, from `offset`.
    package init(_ bytes: UnsafeRawBufferPointer, offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// How many bytes are left.
    package var remaining: Int { self.bytes.count - self.offset }

    /// One byte.
    @inline(__always)
    package mutating func readByte() throws(DecodingFailure) -> UInt8 {
        guard self.offset < self.bytes.count else { throw .truncated }
        defer { self.offset += 1 }
        return self.bytes[self.offset]
    }

    /// A little-endian word of the result's width.
    @inline(__always)
    package mutating func readWord<Word: FixedWidthInteger>(
        as type: Word.Type = Word.self
    ) throws(DecodingFailure)
        -> Word
    {
        let width = MemoryLayout<Word>.size
        guard self.remaining >= width else { throw .truncated }
        defer { self.offset += width }
        return Word(littleEndian: self.bytes.loadUnaligned(fromByteOffset: self.offset, as: Word.self))
    }

    /// An IEEE 754 double from its bit pattern.
    package mutating func readDouble() throws(DecodingFailure) -> Double {
        Double(bitPattern: try self.readWord(as: UInt64.self))
    }

    /// A LEB128 varint.
    @inline(__always)
    package mutating func readVarint() throws(DecodingFailure) -> UInt64 {
        guard self.offset < self.bytes.count, self.bytes[self.offset] < 0x80 else { return try self.readLongVarint() }
        defer { self.offset += 1 }
        return UInt64(self.bytes[self.offset])
    }

    private mutating func readLongVarint() throws(DecodingFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try self.readByte()
            guard shift < 63 || byte <= 1 else { throw .overlong }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// The range of a counted run, which is skipped.
    package mutating func readCountedRange() throws(DecodingFailure) -> Range<Int> {
        let count = try self.readVarint()
        guard count <= UInt64(self.remaining) else { throw .truncated }
        let start = self.offset
        self.offset += Int(count)
        return start..<self.offset
    }

    /// Counted UTF-8 text; malformed sequences become U+FFFD.
    package mutating func readText() throws(DecodingFailure) -> String {
        let range = try self.readCountedRange()
        return String(decoding: self.bytes[range], as: UTF8.self)
    }

    /// Skips `count` bytes.
    package mutating func skip(_ count: Int) throws(DecodingFailure) {
        guard count >= 0, self.remaining >= count else { throw .truncated }
        self.offset += count
    }

    /// Throws unless everything was read.
    package func expectEnd() throws(DecodingFailure) {
        guard self.remaining == 0 else { throw .trailing }
    }
}
