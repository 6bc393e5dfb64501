extension ContactID {
    /// Sixteen hexadecimal digits, lower case.
    package var text: String { HexText.text(of: self.rawValue) }

    /// The contact id of sixteen hexadecimal digits; nil for anything else.
    package init?(text: String) {
        guard let value = HexText.value(of: Array(text.utf8)[...]) else { return nil }
        self.init(value)
    }
}

extension VisitorID {
    /// Thirty-two hexadecimal digits, lower case.
    package var text: String { HexText.text(of: self.high) + HexText.text(of: self.low) }

    /// The visitor id of thirty-two hexadecimal digits; nil for anything else.
    package init?(text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 32, let high = HexText.value(of: bytes[..<16]), let low = HexText.value(of: bytes[16...])
        else { return nil }
        self.init(high: high, low: low)
    }
}

private enum HexText {
    static func text(of value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func value(of bytes: ArraySlice<UInt8>) -> UInt64? {
        // `UInt64(_:radix:)` takes a sign, too.
        guard bytes.count == 16, bytes.first != UInt8(ascii: "+"), bytes.first != UInt8(ascii: "-") else { return nil }
        return UInt64(String(decoding: bytes, as: UTF8.self), radix: 16)
    }
}
