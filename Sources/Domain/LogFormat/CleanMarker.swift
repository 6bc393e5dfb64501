/// What a clean stop leaves behind: where the log ended. Removed before the next record is taken.
package struct CleanMarker: Equatable, Sendable {
    /// The stream.
    package var stream: StreamID
    /// The first offset of the last segment.
    package var segment: UInt64
    /// Where its blocks end.
    package var chain: BlockChain

    /// The marker of a log that ends at `chain` in the segment that begins at `segment`.
    package init(stream: StreamID, segment: UInt64, chain: BlockChain) {
        self.stream = stream
        self.segment = segment
        self.chain = chain
    }

    /// The marker's file.
    package static let fileName = "clean"

    private static let magic: UInt64 = 0x6e61_656c_636e_6576

    /// The marker as it lies in its file.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.magic)
        writer.write(self.stream.rawValue)
        writer.write(self.segment)
        writer.write(UInt64(self.chain.position))
        writer.write(self.chain.offset)
        writer.write(self.chain.time.microseconds)
        writer.write(self.chain.checksum)
        writer.write(writer.bytes.withUnsafeBytes { CRC32C.extend(with: $0) })
        return writer.bytes
    }

    /// Whether `bytes` are this marker's file.
    package func matches(_ bytes: [UInt8]) -> Bool { bytes == self.encoded() }

    /// The segment and end offset that a marker's file tells; nil if the bytes are no whole marker.
    package static func end(in bytes: [UInt8]) -> (segment: UInt64, offset: UInt64)? {
        bytes.withUnsafeBytes { all in
            guard all.count == 56 else { return nil }
            let content = UnsafeRawBufferPointer(rebasing: all[..<52])
            let word = { (position: Int) in
                UInt64(littleEndian: all.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            }
            let checksum = UInt32(littleEndian: all.loadUnaligned(fromByteOffset: 52, as: UInt32.self))
            guard word(0) == Self.magic, checksum == CRC32C.extend(with: content) else { return nil }
            return (word(16), word(32))
        }
    }
}
