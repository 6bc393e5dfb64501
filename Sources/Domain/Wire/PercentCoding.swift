/// Percent-encoding as addresses and forms use it.
enum PercentCoding {
    /// The byte that two hexadecimal digits at `index` spell; nil if there are no two before `end`.
    static func decode(at index: Int, until end: Int, in bytes: [UInt8]) -> UInt8? {
        guard index + 2 <= end, let high = ASCII.hexValue(of: bytes[index]),
            let low = ASCII.hexValue(of: bytes[index + 1])
        else { return nil }
        return high << 4 | low
    }

    /// Whether a byte is encoded in a path: the standard's path percent-encode set. `?` and `#` end a path before.
    static func isEncodedInPath(_ byte: UInt8) -> Bool {
        switch byte {
        case ...ASCII.space, ASCII.delete..., ASCII.quote, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), ASCII.openBrace, ASCII.closeBrace:
            true
        default: false
        }
    }

    /// Whether a byte is encoded in a query: the standard's special-query percent-encode set. `#` ends a query
    /// before.
    static func isEncodedInQuery(_ byte: UInt8) -> Bool {
        switch byte {
        case ...ASCII.space, ASCII.delete..., ASCII.quote, UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            true
        default: false
        }
    }

    /// Appends a part of an address in its one spelling; `isEncoded` says what may not stand for itself.
    ///
    /// A `%` that encodes nothing is itself encoded: left alone, it could meet two digits that were decoded behind
    /// it and mean something else the next time.
    static func appendNormalised(_ part: Range<Int>, encoding isEncoded: (UInt8) -> Bool, to scratch: inout [UInt8]) {
        var index = part.lowerBound
        while index < part.upperBound {
            let byte = scratch[index]
            index += 1
            if byte == ASCII.percent {
                if let decoded = Self.decode(at: index, until: part.upperBound, in: scratch) {
                    index += 2
                    if ASCII.isUnreserved(decoded) {
                        scratch.append(decoded)
                    } else {
                        Self.encode(decoded, to: &scratch)
                    }
                } else {
                    Self.encode(byte, to: &scratch)
                }
            } else if isEncoded(byte) {
                Self.encode(byte, to: &scratch)
            } else {
                scratch.append(byte)
            }
        }
    }

    /// Appends a value of application/x-www-form-urlencoded text decoded: `+` is a space, a `%` that encodes nothing
    /// stands for itself.
    static func appendFormDecoded(_ part: Range<Int>, to scratch: inout [UInt8]) -> TextRange {
        let start = scratch.count
        var index = part.lowerBound
        while index < part.upperBound {
            let byte = scratch[index]
            index += 1
            if byte == ASCII.percent, let decoded = Self.decode(at: index, until: part.upperBound, in: scratch) {
                index += 2
                scratch.append(decoded)
            } else {
                scratch.append(byte == ASCII.plus ? ASCII.space : byte)
            }
        }
        return TextRange(start: start, count: scratch.count - start)
    }

    private static func encode(_ byte: UInt8, to scratch: inout [UInt8]) {
        scratch.append(ASCII.percent)
        scratch.append(ASCII.hexDigit(byte >> 4))
        scratch.append(ASCII.hexDigit(byte & 0x0f))
    }
}
