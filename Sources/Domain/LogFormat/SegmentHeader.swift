/// What the first 4,096 bytes of a segment file say (docs/log-format.md).
package struct SegmentHeader: Equatable, Sendable {
    /// The stream the segment belongs to.
    package var stream: StreamID
    /// The stream's ``SlotMap`` key.
    package var slotKey: SipKey
    /// Drawn anew for each use of a file, so that no block of an earlier use can be taken for one of this.
    package var salt: SipKey
    /// The offset of the first record; also the file's name.
    package var firstOffset: UInt64
    /// The time of the last block before this segment; no block in it is dated earlier.
    package var baseTime: Timestamp

    /// A header.
    package init(
        stream: StreamID,
        slotKey: SipKey,
        salt: SipKey,
        firstOffset: UInt64,
        baseTime: Timestamp
    ) {
        self.stream = stream
        self.slotKey = slotKey
        self.salt = salt
        self.firstOffset = firstOffset
        self.baseTime = baseTime
    }

    /// Bytes of a header, and where the first block lies.
    package static let byteCount = 4_096
    /// "vendange", the first eight bytes of every segment.
    package static let magic: UInt64 = 0x6567_6e61_646e_6576
    /// The format this code reads and writes.
    package static let version: UInt32 = 1

    private static let checksumPosition = SegmentHeader.byteCount - 4

    /// The header as it lies in the file.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes.reserveCapacity(Self.byteCount)
        writer.write(Self.magic)
        writer.write(Self.version)
        writer.write(UInt32(Self.byteCount))
        writer.write(self.stream.rawValue)
        writer.write(self.slotKey.first)
        writer.write(self.slotKey.second)
        writer.write(self.salt.first)
        writer.write(self.salt.second)
        writer.write(self.firstOffset)
        writer.write(self.baseTime.microseconds)
        writer.bytes.append(contentsOf: repeatElement(0, count: Self.checksumPosition - writer.bytes.count))
        writer.write(writer.bytes.withUnsafeBytes { CRC32C.extend(with: $0) })
        return writer.bytes
    }

    /// Reads a header from the first bytes of a file.
    package init(decoding bytes: UnsafeRawBufferPointer) throws(SegmentHeaderFault) {
        guard bytes.count >= Self.byteCount else { throw .truncated(bytes.count) }
        let content = UnsafeRawBufferPointer(rebasing: bytes[..<Self.checksumPosition])
        let stored = bytes.loadUnaligned(fromByteOffset: Self.checksumPosition, as: UInt32.self)
        guard Self.word(content, 0) == Self.magic else { throw .notASegment }
        guard UInt32(littleEndian: stored) == CRC32C.extend(with: content) else { throw .checksum }
        let version = UInt32(truncatingIfNeeded: Self.word(content, 8))
        guard version == Self.version else { throw .version(version) }
        self.stream = StreamID(Self.word(content, 16))
        self.slotKey = SipKey(Self.word(content, 24), Self.word(content, 32))
        self.salt = SipKey(Self.word(content, 40), Self.word(content, 48))
        self.firstOffset = Self.word(content, 56)
        self.baseTime = Timestamp(microseconds: Int64(bitPattern: Self.word(content, 64)))
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
}

/// Why bytes are not a segment's header.
package enum SegmentHeaderFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file holds only so many bytes.
    case truncated(Int)
    /// The first eight bytes are others.
    case notASegment
    /// The checksum does not fit.
    case checksum
    /// Written by another version of the format.
    case version(UInt32)

    /// For the operator.
    package var description: String {
        switch self {
        case .truncated(let count): "the file ends after \(count) bytes, within the header"
        case .notASegment: "the file does not begin like a segment"
        case .checksum: "the header's checksum does not fit"
        case .version(let version): "it is of format \(version), which another version of Vendange wrote"
        }
    }
}

/// The names of segment files: the first offset in twenty digits, so that names sort like offsets.
package enum SegmentName {
    private static let suffix = ".seg"
    private static let digits = 20

    /// The name of the segment that begins at `offset`.
    package static func name(of offset: UInt64) -> String {
        let number = String(offset)
        return String(repeating: "0", count: self.digits - number.count) + number + self.suffix
    }

    /// The first offset a name tells, if it is a segment's name.
    package static func firstOffset(of name: String) -> UInt64? {
        guard name.utf8.count == self.digits + self.suffix.utf8.count, name.hasSuffix(self.suffix) else { return nil }
        let number = name.dropLast(self.suffix.utf8.count)
        guard number.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt64(number)
    }
}
