/// Known names of at most 24 bytes, told apart by comparing words and not bytes.
///
/// A name is three words at most: its first eight bytes, its last eight, and eight between them where it is longer than
/// sixteen. Open addressing in a table that stays nearly empty finds them, so that a look costs the same however many
/// names there are.
package struct NameTable: Sendable {
    private struct Words: Equatable {
        var head: UInt64
        var middle: UInt64
        var tail: UInt64

        var hash: UInt64 { (self.head ^ self.middle ^ (self.tail &* 31)) &* 0x9e37_79b9_7f4a_7c15 }
    }

    private struct Place {
        var words: Words
        /// 0 for an empty place.
        var count: Int
        var index: Int
    }

    private static let longest = 24

    /// What is set in every byte before it is compared.
    private let folding: UInt64
    private let shift: UInt64
    private var places: [Place]

    /// A table of different names. `ignoringCase` is for names of lower-case letters, digits and hyphens, looked up
    /// among bytes that are no controls: setting a byte's sixth bit is then all there is to case.
    package init(_ names: [StaticString], ignoringCase: Bool) {
        self.folding = ignoringCase ? 0x2020_2020_2020_2020 : 0
        let bits = UInt64(64 - (4 * names.count).leadingZeroBitCount)
        self.shift = 64 - bits
        let none = Words(head: 0, middle: 0, tail: 0)
        self.places = Array(repeating: Place(words: none, count: 0, index: 0), count: 1 << Int(bits))
        for (index, name) in names.enumerated() {
            let text = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            precondition(1...Self.longest ~= text.count, "a known name fits into three words")
            let words = self.words(of: 0..<text.count, in: text)
            var place = Int(truncatingIfNeeded: words.hash >> self.shift)
            while self.places[place].count > 0 { place = (place + 1) & (self.places.count - 1) }
            self.places[place] = Place(words: words, count: text.count, index: index)
        }
    }

    /// The index of the name that stands at `range` of `bytes`; nil if it is none of the table's.
    package func index(of range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard 1...Self.longest ~= range.count else { return nil }
        let words = self.words(of: range, in: bytes)
        var place = Int(truncatingIfNeeded: words.hash >> self.shift)
        while self.places[place].count > 0 {
            if self.places[place].count == range.count, self.places[place].words == words {
                return self.places[place].index
            }
            place = (place + 1) & (self.places.count - 1)
        }
        return nil
    }

    @inline(__always)
    private func words(of range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Words {
        guard range.count >= 8 else {
            return Words(head: self.short(range, in: bytes), middle: 0, tail: 0)
        }
        return Words(
            head: self.word(at: range.lowerBound, in: bytes),
            middle: range.count > 16 ? self.word(at: range.lowerBound + 8, in: bytes) : 0,
            tail: self.word(at: range.upperBound - 8, in: bytes)
        )
    }

    @inline(__always)
    private func word(at offset: Int, in bytes: UnsafeRawBufferPointer) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) | self.folding
    }

    /// Fewer than eight bytes. Nearly always as many follow them, and are cut off.
    @inline(__always)
    private func short(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> UInt64 {
        let mask = UInt64(1) << UInt64(8 * range.count) - 1
        if range.lowerBound + 8 <= bytes.count { return self.word(at: range.lowerBound, in: bytes) & mask }
        var word: UInt64 = 0
        for index in range.reversed() { word = word << 8 | UInt64(bytes[index]) }
        return (word | self.folding) & mask
    }
}
