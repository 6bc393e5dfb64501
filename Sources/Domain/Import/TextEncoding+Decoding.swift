extension TextEncoding {
    /// The UTF-8 of a file's bytes, without the byte order mark; always valid UTF-8.
    ///
    /// What is malformed becomes U+FFFD.
    package func decode(_ bytes: [UInt8]) -> [UInt8] {
        let start = bytes.starts(with: self.byteOrderMark) ? self.byteOrderMark.count : 0
        switch self.form {
        case .utf8:
            let text = start == 0 ? bytes : Array(bytes[start...])
            guard String(validating: text, as: UTF8.self) == nil else { return text }
            return Array(String(decoding: text, as: UTF8.self).utf8)
        case .utf16LittleEndian: return Self.decodeUnits(bytes, from: start, lowByte: 0)
        case .utf16BigEndian: return Self.decodeUnits(bytes, from: start, lowByte: 1)
        case .windows1252: return Self.decodeCodePage(bytes)
        }
    }

    /// The bytes of `text` (UTF-8) in this encoding, without a byte order mark.
    ///
    /// A character that Windows-1252 lacks becomes `?`.
    package func encode(_ text: [UInt8]) -> [UInt8] {
        switch self.form {
        case .utf8: return text
        case .utf16LittleEndian:
            return String(decoding: text, as: UTF8.self).utf16.flatMap {
                [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
            }
        case .utf16BigEndian:
            return String(decoding: text, as: UTF8.self).utf16.flatMap {
                [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)]
            }
        case .windows1252:
            return String(decoding: text, as: UTF8.self).unicodeScalars.map { Self.codePageByte(of: $0.value) }
        }
    }

    private static func decodeUnits(_ bytes: [UInt8], from start: Int, lowByte: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var at = start
        var high: UInt32?
        while at + 1 < bytes.count {
            let unit = UInt32(bytes[at + lowByte]) | UInt32(bytes[at + 1 - lowByte]) << 8
            at += 2
            if let first = high {
                high = nil
                if unit & 0xfc00 == 0xdc00 {
                    Self.append(0x1_0000 + ((first & 0x3ff) << 10 | unit & 0x3ff), to: &text)
                    continue
                }
                Self.append(0xfffd, to: &text)
            }
            switch unit & 0xfc00 {
            case 0xd800: high = unit
            case 0xdc00: Self.append(0xfffd, to: &text)
            default: Self.append(unit, to: &text)
            }
        }
        // Half a pair or half a unit at the end of the file.
        if high != nil || at < bytes.count { Self.append(0xfffd, to: &text) }
        return text
    }

    private static func decodeCodePage(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
            } else {
                Self.append(byte < 0xa0 ? self.codePage[Int(byte) - 0x80] : UInt32(byte), to: &text)
            }
        }
        return text
    }

    private static func codePageByte(of scalar: UInt32) -> UInt8 {
        if scalar < 0x80 || (0xa0...0xff).contains(scalar) { return UInt8(scalar) }
        guard let index = self.codePage.firstIndex(of: scalar) else { return UInt8(ascii: "?") }
        return UInt8(0x80 + index)
    }

    /// Appends a code point that is not a surrogate.
    private static func append(_ scalar: UInt32, to text: inout [UInt8]) {
        let low = { (shift: UInt32) in UInt8(truncatingIfNeeded: 0x80 | (scalar >> shift) & 0x3f) }
        switch scalar {
        case ..<0x80: text.append(UInt8(scalar))
        case ..<0x800: text += [UInt8(0xc0 | scalar >> 6), low(0)]
        case ..<0x1_0000: text += [UInt8(0xe0 | scalar >> 12), low(6), low(0)]
        default: text += [UInt8(0xf0 | scalar >> 18), low(12), low(6), low(0)]
        }
    }

    /// The code points of 0x80 to 0x9F (WHATWG Encoding Standard, index windows-1252): the five bytes that
    /// Microsoft left undefined stand for the control characters of their number, so that no byte is lost.
    private static let codePage: [UInt32] = [
        0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
        0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
        0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
        0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
    ]
}
