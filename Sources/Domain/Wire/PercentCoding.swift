/// Percent-encoding as addresses and forms use it.
enum PercentCoding {
    /// The byte that two hexadecimal digits at `index` spell; nil if there are no two before `end`.
    static func decode(at index: Int, until end: Int, in bytes: UnsafeMutablePointer<UInt8>) -> UInt8? {
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
    @discardableResult
    static func appendNormalised(
        _ part: Range<Int>,
        encoding isEncoded: (UInt8) -> Bool,
        to scratch: inout [UInt8]
    ) -> TextRange {
        // Each byte becomes three at most.
        scratch.appendRun(of: 3 * part.count) { bytes, start in
            var index = part.lowerBound
            var end = start
            while true {
                Self.copyPlain(bytes, from: &index, until: part.upperBound, to: &end, ByteScan.notPlainInAddress)
                guard index < part.upperBound else { break }
                var byte = bytes[index]
                index += 1
                var isWritten = !isEncoded(byte)
                if byte == ASCII.percent {
                    isWritten = false
                    if let decoded = Self.decode(at: index, until: part.upperBound, in: bytes) {
                        byte = decoded
                        index += 2
                        isWritten = ASCII.isUnreserved(byte)
                    }
                }
                if isWritten {
                    bytes[end] = byte
                    end += 1
                } else {
                    bytes[end] = ASCII.percent
                    bytes[end + 1] = ASCII.hexDigit(byte >> 4)
                    bytes[end + 2] = ASCII.hexDigit(byte & 0x0f)
                    end += 3
                }
            }
            return end
        }
    }

    /// Appends a value of application/x-www-form-urlencoded text decoded: `+` is a space, a `%` that encodes nothing
    /// stands for itself.
    static func appendFormDecoded(_ part: Range<Int>, to scratch: inout [UInt8]) -> TextRange {
        // Decoding shortens at most, so the room is known, and no byte costs a look at the array's owner.
        scratch.appendRun(of: part.count) { bytes, start in
            var index = part.lowerBound
            var end = start
            while true {
                Self.copyPlain(bytes, from: &index, until: part.upperBound, to: &end, ByteScan.codedInForm)
                guard index < part.upperBound else { break }
                let byte = bytes[index]
                index += 1
                if byte == ASCII.percent, let decoded = Self.decode(at: index, until: part.upperBound, in: bytes) {
                    bytes[end] = decoded
                    index += 2
                } else {
                    bytes[end] = byte == ASCII.plus ? ASCII.space : byte
                }
                end += 1
            }
            return end
        }
    }

    /// Copies up to the first marked byte, or until fewer than eight bytes are left. A step may write up to eight bytes
    /// where fewer are meant to stay; there is room, as what is still to be read needs as much at least.
    @inline(__always)
    private static func copyPlain(
        _ bytes: UnsafeMutablePointer<UInt8>,
        from index: inout Int,
        until bound: Int,
        to end: inout Int,
        _ marks: (UInt64) -> UInt64
    ) {
        while index + 8 <= bound {
            let word = UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self)
            UnsafeMutableRawPointer(bytes + end).storeBytes(of: word, as: UInt64.self)
            let plain = ByteScan.plainBytes(before: marks(UInt64(littleEndian: word)))
            index += plain
            end += plain
            if plain < 8 { return }
        }
    }
}
