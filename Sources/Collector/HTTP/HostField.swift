/// The form of a Host field's value (RFC 9110, section 7.2). A request with any other is refused: two readers could
/// disagree about whom it is for.
enum HostField {
    /// Whether a value is a host that is not empty, perhaps with a port.
    static func isValid(_ value: some RandomAccessCollection<UInt8>) -> Bool {
        guard let first = value.first else { return false }
        var rest = value[...]
        if first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let literal = rest[..<end].dropFirst()
            guard !literal.isEmpty, literal.allSatisfy(Self.isLiteral) else { return false }
            rest = rest[end...].dropFirst()
        } else {
            let name = rest.prefix(while: Self.isName)
            guard !name.isEmpty else { return false }
            rest = rest[name.endIndex...]
        }
        guard let colon = rest.first else { return true }
        return colon == Octets.colon && rest.dropFirst().allSatisfy(Octets.isDigit)
    }

    /// What IPv6 addresses are made of.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch Octets.lowercased(byte) {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), Octets.colon,
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// `unreserved`, `sub-delims` and the percent sign of RFC 3986: what a registered name is made of.
    private static func isName(_ byte: UInt8) -> Bool {
        // Two words of a bit set; bytes over 127 are none.
        let low: UInt64 = 0x2bff_7ff2_0000_0000
        let high: UInt64 = 0x47ff_fffe_87ff_fffe
        return switch byte {
        case 0..<64: low >> UInt64(byte) & 1 == 1
        case 64..<128: high >> UInt64(byte - 64) & 1 == 1
        default: false
        }
    }
}
