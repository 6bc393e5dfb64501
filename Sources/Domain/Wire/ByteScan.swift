/// Passes over ordinary bytes eight at a step, with the word tricks of Sean Eron Anderson's "Bit Twiddling Hacks"
/// ("Determine if a word has a byte less than n", "… a zero byte").
///
/// Each `skip` returns the place of the first byte that is not ordinary, or one behind which fewer than eight are left.
/// The caller looks on from there one by one, so that nothing is decided here that a plain loop would not decide.
package enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Over letters and hyphens, nearly all that names of HTTP fields are made of.
    package static func skipName(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        self.skip(bytes, from: start) { word in
            let letters = self.within(word | self.ones &* 0x20, UInt8(ascii: "a")...UInt8(ascii: "z"))
            return ~(letters | self.within(word, ASCII.minus...ASCII.minus)) & self.tops
        }
    }

    /// Over everything but controls and DEL: what values of HTTP fields are made of.
    package static func skipVisible(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        self.skip(bytes, from: start) { word in
            self.holds(word, below: 0x20) | self.holds(word, byte: 0x7f)
        }
    }

    /// Over what a request's target is made of, but for `?` and what may stand in none: `#`, spaces, controls, DEL and
    /// anything but ASCII.
    package static func skipTarget(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        self.skip(bytes, from: start) { word in
            self.holds(word, below: 0x21) | self.holds(word, byte: 0x7f) | self.holds(word, byte: ASCII.hash)
                | self.holds(word, byte: ASCII.question) | (word & self.tops)
        }
    }

    /// Over ASCII that stands for itself in a JSON string.
    static func skipPlainText(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        self.skip(bytes, from: start) { word in
            self.holds(word, below: 0x20) | self.holds(word, byte: ASCII.quote)
                | self.holds(word, byte: ASCII.backslash) | (word & self.tops)
        }
    }

    /// Over what an address holds but where its fragment begins, and white space, which is taken out of it.
    static func skipPlainAddress(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        self.skip(bytes, from: start) { word in
            self.holds(word, below: 0x20) | self.holds(word, byte: ASCII.hash)
        }
    }

    /// To the first place of a byte, or the end.
    package static func skip(to byte: UInt8, _ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = self.skip(bytes, from: start) { self.holds($0, byte: byte) }
        while index < bytes.count, bytes[index] != byte { index += 1 }
        return index
    }

    /// Over ASCII.
    static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        self.skip(bytes, from: start) { $0 & self.tops }
    }

    @inline(__always)
    private static func skip(
        _ bytes: UnsafeRawBufferPointer,
        from start: Int,
        _ isSpecial: (UInt64) -> UInt64
    ) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let marks = isSpecial(word)
            if marks != 0 { return index + self.plainBytes(before: marks) }
            index += 8
        }
        return index
    }

    /// How many of a word's bytes, in the order of memory, stand before the first marked one; 8 without marks.
    @inline(__always)
    static func plainBytes(before marks: UInt64) -> Int { marks.trailingZeroBitCount / 8 }

    /// Marks of what stands for something else in application/x-www-form-urlencoded text: `%` and `+`.
    @inline(__always)
    static func codedInForm(_ word: UInt64) -> UInt64 {
        self.holds(word, byte: ASCII.percent) | self.holds(word, byte: ASCII.plus)
    }

    /// Marks of everything but letters, digits, and `-`, `.`, `/`, which stand for themselves anywhere in an address.
    @inline(__always)
    static func notPlainInAddress(_ word: UInt64) -> UInt64 {
        let letters = self.within(word | self.ones &* 0x20, UInt8(ascii: "a")...UInt8(ascii: "z"))
        return ~(letters | self.within(word, ASCII.minus...ASCII.nine)) & self.tops
    }

    /// Marks of the bytes within a range of ASCII; exact for each.
    @inline(__always)
    private static func within(_ word: UInt64, _ range: ClosedRange<UInt8>) -> UInt64 {
        // Seven bits and less than 0x80 added leave the byte above alone.
        let seven = word & ~self.tops
        let reached = seven &+ self.ones &* UInt64(0x80 - range.lowerBound)
        let passed = seven &+ self.ones &* UInt64(0x7f - range.upperBound)
        return reached & ~passed & ~word & self.tops
    }

    // The borrow of the subtraction may mark a byte above the first one that is marked rightly, but none below it, and
    // none where there is no such byte. It is meant to wrap.
    @inline(__always)
    private static func holds(_ word: UInt64, below limit: UInt8) -> UInt64 {
        (word &- self.ones &* UInt64(limit)) & ~word & self.tops
    }

    @inline(__always)
    private static func holds(_ word: UInt64, byte: UInt8) -> UInt64 {
        self.holds(word ^ self.ones &* UInt64(byte), below: 1)
    }
}
