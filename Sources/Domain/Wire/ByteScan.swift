/// Passes over ordinary bytes eight at a step, with the word tricks of Sean Eron Anderson's "Bit Twiddling Hacks"
/// ("Determine if a word has a byte less than n", "… a zero byte").
///
/// Each function returns a place up to which all bytes are ordinary; the next eight hold one that may not be, or are
/// fewer. The caller looks at these one by one, so that nothing is decided here that a plain loop would not decide.
package enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

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
    static func skip(to byte: UInt8, _ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
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
            if isSpecial(word) != 0 { break }
            index += 8
        }
        return index
    }

    // The borrow of the subtraction may mark a byte above the first one that is marked rightly, but marks none where
    // there is no such byte. It is meant to wrap.
    @inline(__always)
    private static func holds(_ word: UInt64, below limit: UInt8) -> UInt64 {
        (word &- self.ones &* UInt64(limit)) & ~word & self.tops
    }

    @inline(__always)
    private static func holds(_ word: UInt64, byte: UInt8) -> UInt64 {
        self.holds(word ^ self.ones &* UInt64(byte), below: 1)
    }
}
