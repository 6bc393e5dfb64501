extension JSONReader {
    /// Reads a string and appends its unescaped UTF-8 to `scratch`. Throws `malformedJSON`; what was appended by
    /// then stays.
    package mutating func readString(into scratch: inout [UInt8]) throws(Rejection) -> TextRange {
        let start = scratch.count
        try self.expect(ASCII.quote)
        while true {
            let run = self.offset
            let stop = try self.scanPlain()
            if run < self.offset { scratch.append(contentsOf: self.bytes[run..<self.offset]) }
            self.offset += 1
            if stop == ASCII.quote { return TextRange(start: start, count: scratch.count - start) }
            try self.readEscape(into: &scratch)
        }
    }

    /// Passes over a string, checking its syntax. Throws `malformedJSON`.
    mutating func skipString() throws(Rejection) {
        try self.expect(ASCII.quote)
        while true {
            let stop = try self.scanPlain()
            self.offset += 1
            if stop == ASCII.quote { return }
            _ = try self.readScalar()
        }
    }

    /// Moves over characters that stand for themselves up to a quote or backslash, which is returned.
    private mutating func scanPlain() throws(Rejection) -> UInt8 {
        while true {
            self.offset = ByteScan.skipPlainText(self.bytes, from: self.offset)
            guard self.offset < self.bytes.count else { throw .malformedJSON }
            let byte = self.bytes[self.offset]
            if byte == ASCII.quote || byte == ASCII.backslash { return byte }
            guard byte >= ASCII.space else { throw .malformedJSON }
            let width = byte < 0x80 ? 1 : UTF8Form.width(at: self.offset, in: self.bytes)
            guard width > 0 else { throw .malformedJSON }
            self.offset += width
        }
    }

    private mutating func readEscape(into scratch: inout [UInt8]) throws(Rejection) {
        let scalar = try self.readScalar()
        UTF8Form.append(scalar, to: &scratch)
    }

    /// Reads the scalar of an escape whose backslash is consumed.
    private mutating func readScalar() throws(Rejection) -> UInt32 {
        guard self.offset < self.bytes.count else { throw .malformedJSON }
        let byte = self.bytes[self.offset]
        self.offset += 1
        switch byte {
        case ASCII.quote, ASCII.backslash, ASCII.slash: return UInt32(byte)
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0c
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"): return try self.readUnicodeEscape()
        default: throw .malformedJSON
        }
    }

    /// Reads the digits behind `\u`, and the low surrogate that belongs to a high one.
    private mutating func readUnicodeEscape() throws(Rejection) -> UInt32 {
        let unit = try self.readHexUnit()
        guard 0xd800...0xdfff ~= unit else { return unit }
        let rest = self.offset
        guard unit < 0xdc00, rest + 1 < self.bytes.count, self.bytes[rest] == ASCII.backslash,
            self.bytes[rest + 1] == UInt8(ascii: "u")
        else { return UTF8Form.replacement }
        self.offset += 2
        let low = try self.readHexUnit()
        guard 0xdc00...0xdfff ~= low else {
            // The second escape stands for itself and is read again.
            self.offset = rest
            return UTF8Form.replacement
        }
        return 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
    }

    private mutating func readHexUnit() throws(Rejection) -> UInt32 {
        guard self.offset + 4 <= self.bytes.count else { throw .malformedJSON }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = ASCII.hexValue(of: self.bytes[self.offset]) else { throw .malformedJSON }
            unit = unit << 4 | UInt32(digit)
            self.offset += 1
        }
        return unit
    }
}
