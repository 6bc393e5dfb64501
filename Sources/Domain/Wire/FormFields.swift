/// The mapped fields of a submitted form: keys and values behind their varint counts, one pair after the other, as
/// ``WireEvent/fields`` and ``EventRecord/fields`` hold them.
///
/// Keys are distinct and hold 1…``Limits/nameBytes`` bytes, values 1…``Limits/formFieldBytes``; at most
/// ``Limits/formFields`` pairs.
package struct FormFields: Sequence, IteratorProtocol {
    /// One field: where its key and value lie in the buffer.
    package struct Field: Equatable, Sendable {
        /// The name the form was mapped to.
        package var key: TextRange
        /// What was entered.
        package var value: TextRange
    }

    private var reader: ByteReader

    /// The fields at `range` of `bytes`, which must outlive the value.
    package init(_ range: TextRange, in bytes: UnsafeRawBufferPointer) {
        let end = Swift.min(range.bounds.upperBound, bytes.count)
        let start = range.isEmpty ? end : Swift.min(range.bounds.lowerBound, end)
        self.reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[..<end]), offset: start)
    }

    /// The next field; nil at the end, or where the bytes are not a whole pair.
    package mutating func next() -> Field? {
        guard self.reader.remaining > 0, let key = try? self.reader.readCountedRange(),
            let value = try? self.reader.readCountedRange()
        else { return nil }
        return Field(
            key: TextRange(start: key.lowerBound, count: key.count),
            value: TextRange(start: value.lowerBound, count: value.count)
        )
    }

    /// The value under `key`; nil if there is none.
    package func value(for key: String) -> TextRange? {
        let bytes = self.reader.bytes
        return self.first { bytes[$0.key.bounds].elementsEqual(key.utf8) }?.value
    }
}
