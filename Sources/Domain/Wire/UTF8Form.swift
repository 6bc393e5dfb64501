/// The form of UTF-8 (Unicode 16, table 3-7), byte by byte.
enum UTF8Form {
    /// U+FFFD.
    static let replacement: UInt32 = 0xfffd

    /// The width of the well-formed sequence at `offset`, or 0: overlong forms, surrogates and values over U+10FFFF
    /// are not well-formed.
    static func width(at offset: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        let lead = bytes[offset]
        let width: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch lead {
        case 0x00...0x7f: return 1
        case 0xc2...0xdf: width = 2
        case 0xe0...0xef:
            width = 3
            if lead == 0xe0 { second = 0xa0...0xbf } else if lead == 0xed { second = 0x80...0x9f }
        case 0xf0...0xf4:
            width = 4
            if lead == 0xf0 { second = 0x90...0xbf } else if lead == 0xf4 { second = 0x80...0x8f }
        default: return 0
        }
        guard offset + width <= bytes.count, second ~= bytes[offset + 1] else { return 0 }
        for index in (offset + 2)..<max(offset + width, offset + 2) where bytes[index] & 0xc0 != 0x80 { return 0 }
        return width
    }

    /// Whether a run is well-formed throughout.
    static func isWellFormed(_ text: TextRange, in bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { all in
            let run = UnsafeRawBufferPointer(rebasing: all[text.bounds])
            var offset = 0
            while true {
                offset = ByteScan.skipASCII(run, from: offset)
                while offset < run.count, run[offset] < 0x80 { offset += 1 }
                guard offset < run.count else { return true }
                let width = Self.width(at: offset, in: run)
                if width == 0 { return false }
                offset += width
            }
        }
    }

    /// Appends a scalar, which is no surrogate.
    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        let trail = { (shift: UInt32) in UInt8(truncatingIfNeeded: 0x80 | (scalar >> shift) & 0x3f) }
        switch scalar {
        case ..<0x80: bytes.append(UInt8(truncatingIfNeeded: scalar))
        case ..<0x800:
            bytes.append(UInt8(truncatingIfNeeded: 0xc0 | scalar >> 6))
            bytes.append(trail(0))
        case ..<0x10000:
            bytes.append(UInt8(truncatingIfNeeded: 0xe0 | scalar >> 12))
            bytes.append(trail(6))
            bytes.append(trail(0))
        default:
            bytes.append(UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18))
            bytes.append(trail(12))
            bytes.append(trail(6))
            bytes.append(trail(0))
        }
    }

    /// `text` cut to at most `limit` bytes without cutting a character's sequence; `text` is well-formed.
    static func truncated(_ text: TextRange, to limit: Int, in bytes: [UInt8]) -> TextRange {
        guard Int(text.count) > limit else { return text }
        var end = Int(text.start) + limit
        while end > Int(text.start), bytes[end] & 0xc0 == 0x80 { end -= 1 }
        return TextRange(start: Int(text.start), count: end - Int(text.start))
    }
}
