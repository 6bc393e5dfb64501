import Domain

/// Bytes of HTTP by name, their classes (RFC 9110, section 5.6.2) and comparisons without case.
enum Octets {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0a
    static let carriageReturn: UInt8 = 0x0d
    static let space: UInt8 = 0x20
    static let colon = UInt8(ascii: ":")
    static let slash = UInt8(ascii: "/")

    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// `tchar`: what names of fields are made of.
    static func isToken(_ byte: UInt8) -> Bool {
        // Two words of a bit set; bytes over 127 are none.
        let low: UInt64 = 0x03ff_6cfa_0000_0000
        let high: UInt64 = 0x57ff_ffff_c7ff_fffe
        return switch byte {
        case 0..<64: low >> UInt64(byte) & 1 == 1
        case 64..<128: high >> UInt64(byte - 64) & 1 == 1
        default: false
        }
    }

    /// Whether bytes are exactly `text`.
    static func equals(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] != text.utf8Start[index] { return false }
        return true
    }

    /// Whether bytes are exactly some others.
    static func equals(_ bytes: UnsafeRawBufferPointer, _ others: [UInt8]) -> Bool {
        guard bytes.count == others.count else { return false }
        for index in 0..<bytes.count where bytes[index] != others[index] { return false }
        return true
    }

    /// Whether bytes are `text`, which is in lower case, in any case.
    static func equals(_ bytes: UnsafeRawBufferPointer, ignoringCase text: StaticString) -> Bool {
        bytes.count == text.utf8CodeUnitCount && Self.hasPrefix(bytes, ignoringCase: text)
    }

    /// Whether bytes start with `text`, which is in lower case, in any case.
    static func hasPrefix(_ bytes: UnsafeRawBufferPointer, ignoringCase text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count >= count else { return false }
        for index in 0..<count where Self.lowercased(bytes[index]) != text.utf8Start[index] { return false }
        return true
    }

    /// Whether `text`, which is in lower case, stands anywhere in bytes, in any case.
    static func contains(_ bytes: UnsafeRawBufferPointer, ignoringCase text: StaticString) -> Bool {
        bytes.indices.contains { Self.hasPrefix(UnsafeRawBufferPointer(rebasing: bytes[$0...]), ignoringCase: text) }
    }

    /// Bytes without the spaces and tabs around them.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] == Self.space || bytes[start] == Self.tab { start += 1 }
        while end > start, bytes[end - 1] == Self.space || bytes[end - 1] == Self.tab { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// The number that one to ten digits spell; nil for anything else, or over 32 bits.
    static func number(_ bytes: UnsafeRawBufferPointer) -> UInt32? {
        guard 1...10 ~= bytes.count else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            guard Self.isDigit(byte) else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return UInt32(exactly: value)
    }

    /// Calls `body` with each part between separators, trimmed, until it returns false.
    static func forEachPart(
        of bytes: UnsafeRawBufferPointer,
        separator: UInt8,
        _ body: (UnsafeRawBufferPointer) -> Bool
    ) {
        var start = 0
        while start <= bytes.count {
            let end = ByteScan.skip(to: separator, bytes, from: start)
            guard body(Self.trimmed(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))) else { return }
            start = end + 1
        }
    }
}
