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
    /// How a sealed segment ends; nil while the blocks lie as they were committed.
    package var seal: SegmentSeal?

    /// A header.
    package init(
        stream: StreamID,
        slotKey: SipKey,
        salt: SipKey,
        firstOffset: UInt64,
        baseTime: Timestamp,
        seal: SegmentSeal? = nil
    ) {
        self.stream = stream
        self.slotKey = slotKey
        self.salt = salt
        self.firstOffset = firstOffset
        self.baseTime = baseTime
        self.seal = seal
    }

    /// Bytes of a header, and where the first block lies.
    package static let byteCount = 4_096
    /// "vendange", the first eight bytes of every segment.
    package static let magic: UInt64 = 0x6567_6e61_646e_6576
    /// The newest form that this code reads: 1 holds blocks, 2 is sealed.
    package static let version: UInt32 = 2

    private static let checksumPosition = SegmentHeader.byteCount - 4

    /// The header as it lies in the file.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes.reserveCapacity(Self.byteCount)
        writer.write(Self.magic)
        writer.write(UInt32(self.seal == nil ? 1 : 2))
        writer.write(UInt32(Self.byteCount))
        writer.write(self.stream.rawValue)
        writer.write(self.slotKey.first)
        writer.write(self.slotKey.second)
        writer.write(self.salt.first)
        writer.write(self.salt.second)
        writer.write(self.firstOffset)
        writer.write(self.baseTime.microseconds)
        if let seal {
            writer.write(seal.endOffset)
            writer.write(UInt64(seal.fileBytes))
            writer.write(UInt32(seal.notices))
        }
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
        guard version == 1 || version == 2 else { throw .version(version) }
        self.stream = StreamID(Self.word(content, 16))
        self.slotKey = SipKey(Self.word(content, 24), Self.word(content, 32))
        self.salt = SipKey(Self.word(content, 40), Self.word(content, 48))
        self.firstOffset = Self.word(content, 56)
        self.baseTime = Timestamp(microseconds: Int64(bitPattern: Self.word(content, 64)))
        guard version == 2 else { return }
        let seal = SegmentSeal(
            endOffset: Self.word(content, 72),
            fileBytes: Int(truncatingIfNeeded: Self.word(content, 80)),
            notices: Int(UInt32(truncatingIfNeeded: Self.word(content, 88)))
        )
        guard seal.endOffset > self.firstOffset, seal.endOffset < 1 << 63, seal.fileBytes > Self.byteCount else {
            throw .seal
        }
        self.seal = seal
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
}

/// Where a sealed segment ends, which tells a whole file from one that was cut, and what is still to do for it.
package struct SegmentSeal: Equatable, Sendable {
    /// The offset behind the last record.
    package var endOffset: UInt64
    /// Bytes of the file.
    package var fileBytes: Int
    /// Records in the segment that say that somebody is erased, and that what they left may still be in the log.
    package var notices: Int

    /// An end.
    package init(endOffset: UInt64, fileBytes: Int, notices: Int = 0) {
        self.endOffset = endOffset
        self.fileBytes = fileBytes
        self.notices = notices
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
    /// The end that a sealed segment tells cannot be.
    case seal

    /// For the operator.
    package var description: String {
        switch self {
        case .truncated(let count): "the file ends after \(count) bytes, within the header"
        case .notASegment: "the file does not begin like a segment"
        case .checksum: "the header's checksum does not fit"
        case .seal: "the header tells an end that cannot be"
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
