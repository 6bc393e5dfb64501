/// An e-mail address in the one form in which addresses are compared: trimmed, lower-case.
///
/// The form is RFC 5321's, without quoted local parts and address literals, and ASCII only: an accent in an address
/// is a slip far more often than an internationalised mailbox.
package struct EmailAddress: Hashable, Sendable {
    /// The whole address.
    package let text: String
    /// The part behind the `@`.
    package var domain: String {
        let bytes = self.text.utf8
        return bytes.lastIndex(of: UInt8(ascii: "@")).map { String(self.text[bytes.index(after: $0)...]) } ?? ""
    }

    /// The address in a text; nil when the text is not an address.
    package init?(_ text: String) {
        let bytes = FieldText.trimmed(text).utf8.map(ASCII.lowercased)
        guard bytes.count <= 254, let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        guard Self.isLocalPart(bytes[..<at]), DomainName.isValid(bytes[(at + 1)...]) else { return nil }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    private static func isLocalPart(_ part: ArraySlice<UInt8>) -> Bool {
        guard (1...64).contains(part.count) else { return false }
        var previous = UInt8(ascii: ".")
        for byte in part {
            if byte == UInt8(ascii: ".") {
                guard previous != byte else { return false }
            } else {
                guard ASCII.isLetterOrDigit(byte) || self.symbols.contains(byte) else { return false }
            }
            previous = byte
        }
        return previous != UInt8(ascii: ".")
    }

    /// RFC 5322's `atext` beside letters and digits.
    private static let symbols = Array("!#$%&'*+-/=?^_`{|}~".utf8)
}

/// Host names.
package enum DomainName {
    /// Whether lower-case bytes are a name of two or more labels whose last one is not a number.
    package static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= 253 else { return false }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, last.count >= 2 else { return false }
        let areLabels = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
        return areLabels && !last.allSatisfy(ASCII.isDigit)
    }

    /// The host of a web address as people write it, with or without scheme, `www.` and path; nil when none.
    package static func ofWebsite(_ text: String) -> String? {
        var bytes = FieldText.trimmed(text).utf8.map(ASCII.lowercased)[...]
        for prefix in ["https://", "http://", "//", "www."] where bytes.starts(with: prefix.utf8) {
            bytes = bytes.dropFirst(prefix.utf8.count)
        }
        bytes = bytes.prefix { !Array("/?#:".utf8).contains($0) }
        guard self.isValid(bytes) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
