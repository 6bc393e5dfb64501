/// The key of a ``SipHash``.
package struct SipKey: Hashable, Sendable {
    /// The first eight bytes of the key, little-endian.
    package var first: UInt64
    /// The last eight bytes of the key, little-endian.
    package var second: UInt64

    /// A key from its two halves.
    package init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }
}

/// SipHash-2-4 with a 64-bit result (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
///
/// The same everywhere and for ever, unlike `Hasher`, whose seed changes with each process: what is hashed here
/// ends up in the log.
package struct SipHash: Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    private init(key: SipKey) {
        self.v0 = key.first ^ 0x736f_6d65_7073_6575
        self.v1 = key.second ^ 0x646f_7261_6e64_6f6d
        self.v2 = key.first ^ 0x6c79_6765_6e65_7261
        self.v3 = key.second ^ 0x7465_6462_7974_6573
    }

    /// The hash of bytes.
    package static func hash(_ bytes: UnsafeRawBufferPointer, key: SipKey) -> UInt64 {
        var state = SipHash(key: key)
        var index = 0
        while index + 8 <= bytes.count {
            state.compress(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            index += 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        var shift: UInt64 = 0
        while index < bytes.count {
            last |= UInt64(bytes[index]) << shift
            shift += 8
            index += 1
        }
        state.compress(last)
        return state.finish()
    }

    /// The hash of a string's UTF-8.
    package static func hash(_ text: String, key: SipKey) -> UInt64 {
        var text = text
        return text.withUTF8 { hash(UnsafeRawBufferPointer($0), key: key) }
    }

    /// The hash of two words: the same as of their sixteen little-endian bytes.
    package static func hash(_ first: UInt64, _ second: UInt64, key: SipKey) -> UInt64 {
        var state = SipHash(key: key)
        state.compress(first)
        state.compress(second)
        state.compress(16 << 56)
        return state.finish()
    }

    private mutating func compress(_ word: UInt64) {
        self.v3 ^= word
        self.round()
        self.round()
        self.v0 ^= word
    }

    private mutating func finish() -> UInt64 {
        self.v2 ^= 0xff
        self.round()
        self.round()
        self.round()
        self.round()
        return self.v0 ^ self.v1 ^ self.v2 ^ self.v3
    }

    // Wrapping additions are the algorithm's own arithmetic modulo 2^64.
    private mutating func round() {
        self.v0 = self.v0 &+ self.v1
        self.v1 = Self.rotate(self.v1, 13) ^ self.v0
        self.v0 = Self.rotate(self.v0, 32)
        self.v2 = self.v2 &+ self.v3
        self.v3 = Self.rotate(self.v3, 16) ^ self.v2
        self.v0 = self.v0 &+ self.v3
        self.v3 = Self.rotate(self.v3, 21) ^ self.v0
        self.v2 = self.v2 &+ self.v1
        self.v1 = Self.rotate(self.v1, 17) ^ self.v2
        self.v2 = Self.rotate(self.v2, 32)
    }

    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
        (word << count) | (word >> (64 - count))
    }
}
