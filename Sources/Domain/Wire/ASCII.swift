/// The bytes of the wire formats by name, and their classes.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0a
    static let carriageReturn: UInt8 = 0x0d
    static let space: UInt8 = 0x20
    static let quote = UInt8(ascii: "\"")
    static let hash = UInt8(ascii: "#")
    static let percent = UInt8(ascii: "%")
    static let ampersand = UInt8(ascii: "&")
    static let plus = UInt8(ascii: "+")
    static let comma = UInt8(ascii: ",")
    static let minus = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")
    static let colon = UInt8(ascii: ":")
    static let equals = UInt8(ascii: "=")
    static let question = UInt8(ascii: "?")
    static let at = UInt8(ascii: "@")
    static let openBracket = UInt8(ascii: "[")
    static let backslash = UInt8(ascii: "\\")
    static let closeBracket = UInt8(ascii: "]")
    static let underscore = UInt8(ascii: "_")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let tilde = UInt8(ascii: "~")
    static let delete: UInt8 = 0x7f

    static func isDigit(_ byte: UInt8) -> Bool { byte &- Self.zero < 10 }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        Self.isDigit(byte) || Self.lowercased(byte) &- UInt8(ascii: "a") < 26
    }

    /// RFC 3986, section 2.3: bytes that mean the same percent-encoded and not.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        Self.isLetterOrDigit(byte) || byte == Self.minus || byte == Self.dot || byte == Self.underscore
            || byte == Self.tilde
    }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    static func hexValue(of byte: UInt8) -> UInt8? {
        // Chosen, not branched to: which of both a digit is cannot be foreseen.
        let digit = byte &- Self.zero
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        let value = digit < 10 ? digit : letter &+ 10
        return digit < 10 || letter < 6 ? value : nil
    }

    /// The upper-case hexadecimal digit of 0…15.
    static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? Self.zero + value : UInt8(ascii: "A") + value - 10
    }
}
