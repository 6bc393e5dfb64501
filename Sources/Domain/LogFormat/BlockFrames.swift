/// Walks over the framed records of a block, reading nothing of them but length, kind and cause. Unlike
/// ``RecordFrame/read(from:)`` it passes over kinds it does not know: the log carries what newer versions write.
package struct BlockFrames {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// A walk over whole frames.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The range of the next frame, its length included; nil at the end, or where the bytes are no frame.
    package mutating func next() -> Range<Int>? {
        guard self.bytes.count - self.position >= RecordFrame.plainHeaderBytes else { return nil }
        let word = self.bytes.loadUnaligned(fromByteOffset: self.position, as: UInt32.self)
        let length = Int(UInt32(littleEndian: word))
        guard length >= 3, length <= self.bytes.count - self.position - 4 else { return nil }
        let start = self.position
        self.position += 4 + length
        return start..<self.position
    }

    /// Whether everything was walked over.
    package var isAtEnd: Bool { self.position == self.bytes.count }

    /// How many frames `bytes` consist of; nil unless they are nothing but whole frames.
    package static func count(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var walk = BlockFrames(bytes)
        var count = 0
        while walk.next() != nil { count += 1 }
        return walk.isAtEnd ? count : nil
    }

    /// The cause a frame carries, if it is of a derived kind.
    package static func cause(of frame: UnsafeRawBufferPointer) -> Cause? {
        guard frame.count >= RecordFrame.derivedHeaderBytes, frame[4] >= RecordKind.linked.rawValue else { return nil }
        return Cause(
            source: Slot(UInt16(littleEndian: frame.loadUnaligned(fromByteOffset: 7, as: UInt16.self))),
            offset: UInt64(littleEndian: frame.loadUnaligned(fromByteOffset: 9, as: UInt64.self)),
            ordinal: UInt16(littleEndian: frame.loadUnaligned(fromByteOffset: 17, as: UInt16.self))
        )
    }
}
