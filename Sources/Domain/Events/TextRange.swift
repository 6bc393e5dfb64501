/// A run of UTF-8 bytes inside a buffer that travels beside the value: 8 bytes, no allocation.
///
/// Events carry their texts this way from the socket to the fold; a `String` per text would be a heap object each.
package struct TextRange: Hashable, Sendable {
    /// Where the run starts in its buffer.
    package var start: UInt32
    /// How many bytes it has; 0 is "absent".
    package var count: UInt32

    /// A run.
    package init(start: Int, count: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    /// No text.
    package static let empty = TextRange(start: 0, count: 0)

    /// Whether there is no text.
    package var isEmpty: Bool { self.count == 0 }

    /// The run's bounds as buffer indices.
    package var bounds: Range<Int> { Int(self.start)..<(Int(self.start) + Int(self.count)) }

    /// The run as a string; malformed UTF-8 becomes U+FFFD.
    package func string(in bytes: UnsafeRawBufferPointer) -> String {
        self.isEmpty ? "" : String(decoding: bytes[self.bounds], as: UTF8.self)
    }

    /// The run as a string; malformed UTF-8 becomes U+FFFD.
    package func string(in bytes: [UInt8]) -> String {
        self.isEmpty ? "" : String(decoding: bytes[self.bounds], as: UTF8.self)
    }
}
