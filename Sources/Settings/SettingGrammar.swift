/// What the texts of settings must look like.
enum SettingGrammar {
    /// Letters, digits, `_` and `-`, 1 to 64 of them.
    static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { self.isNameByte($0) }
    }

    /// A host name of dotted labels.
    static func isHostname(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { self.isNameByte($0) }
        }
    }

    /// A host name, or one with `*.` in front that stands for all names under it; lower case.
    static func isHostnamePattern(_ text: String) -> Bool {
        self.isHostname(text.hasPrefix("*.") ? String(text.dropFirst(2)) : text) && text == text.lowercased()
    }

    /// A host name, an IPv4 address, or an IPv6 address with or without brackets.
    static func isHost(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") { return NetworkText.isAddressV6(text.dropFirst().dropLast()) }
        return self.isHostname(text) || NetworkText.isAddressV6(text[...])
    }

    /// `http://` or `https://`, a host, perhaps a port, and nothing else.
    static func isOrigin(_ text: String) -> Bool {
        guard let rest = self.afterScheme(text) else { return false }
        return self.isAuthority(rest)
    }

    /// The host of what ``isOrigin(_:)`` takes, with an IPv6 address's brackets.
    static func host(ofOrigin origin: String) -> String {
        let authority = self.afterScheme(origin) ?? ""
        guard !authority.hasSuffix("]"), let colon = authority.lastIndex(of: ":") else { return String(authority) }
        return String(authority[..<colon])
    }

    /// An absolute http(s) address.
    static func isURL(_ text: String) -> Bool {
        guard let rest = self.afterScheme(text), text.utf8.count <= 2_048 else { return false }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return false }
        return self.isAuthority(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }

    /// Empty, or segments of names, each behind a slash.
    static func isPathPrefix(_ text: String) -> Bool {
        guard !text.isEmpty else { return true }
        guard text.hasPrefix("/") else { return false }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
            self.isIdentifier(String(segment))
        }
    }

    private static func afterScheme(_ text: String) -> Substring? {
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { return text.dropFirst(scheme.count) }
        return nil
    }

    private static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        // A colon inside an IPv6 address's brackets is not the port's.
        if !text.hasSuffix("]"), let colon = text.lastIndex(of: ":") {
            let port = text[text.index(after: colon)...]
            guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), UInt16(port) != nil else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("[") { return self.isHost(String(host)) }
        return self.isHostname(String(host))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// Networks in CIDR notation (RFC 4632, RFC 4291).
enum NetworkText {
    /// An IPv4 or IPv6 address, a slash and a prefix length.
    static func isNetwork(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, self.isDigits(parts[1], atMost: 3), let bits = Int(parts[1]) else { return false }
        if self.isAddressV4(parts[0]) { return bits <= 32 }
        return self.isAddressV6(parts[0]) && bits <= 128
    }

    static func isAddressV4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { self.isDigits($0, atMost: 3) && UInt8($0) != nil }
    }

    /// Eight groups of up to four hexadecimal digits, at most one run of zero groups written `::`.
    static func isAddressV6(_ text: Substring) -> Bool {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (3...9).contains(groups.count) else { return false }
        let isHexadecimal = groups.allSatisfy { $0.utf8.count <= 4 && ($0.isEmpty || UInt16($0, radix: 16) != nil) }
        guard isHexadecimal, !text.utf8.contains(UInt8(ascii: "+")) else { return false }
        let empty = groups.indices.filter { groups[$0].isEmpty }
        let last = groups.count - 1
        switch empty {
        case []: return groups.count == 8
        case [0, 1, 2]: return groups.count == 3
        case [0, 1], [last - 1, last]: return true
        default: return empty.count == 1 && empty != [0] && empty != [last] && groups.count <= 8
        }
    }

    private static func isDigits(_ text: Substring, atMost count: Int) -> Bool {
        (1...count).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
