import Domain

/// What addresses and networks must look like.
enum WebAddress {
    /// Whether a text is an absolute http(s) address with a host, in visible ASCII.
    static func isAbsolute(_ text: String) -> Bool {
        guard text.utf8.count <= Limits.urlBytes, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let authority = Self.authority(text)
        else { return false }
        return Self.isAuthority(authority)
    }

    /// Whether a text is a scheme, a host and perhaps a port, and nothing else.
    static func isOrigin(_ text: String) -> Bool {
        guard let authority = Self.authority(text), text.hasSuffix(authority) else { return false }
        return Self.isAuthority(authority)
    }

    /// The host of an address, in lower case.
    static func host(of url: String) -> String? {
        guard let authority = Self.authority(url) else { return nil }
        return Self.split(authority).host.lowercased()
    }

    /// Whether a text is dotted labels of letters, digits, `-` and `_`.
    static func isHostname(_ text: some StringProtocol) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(Self.isNameByte)
        }
    }

    /// Whether a hostname is one of the patterns: itself, or under a `*.`.
    static func covers(_ patterns: [String], host: String) -> Bool {
        patterns.contains { pattern in
            pattern.hasPrefix("*.")
                ? host.hasSuffix(pattern.dropFirst()) && host.count >= pattern.count : pattern == host
        }
    }

    /// Letters, digits, `-` and `_`.
    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func authority(_ text: String) -> Substring? {
        for scheme in ["https://", "http://"] where text.lowercased().hasPrefix(scheme) {
            return text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        }
        return nil
    }

    private static func isAuthority(_ text: Substring) -> Bool {
        let parts = Self.split(text)
        if let port = parts.port {
            guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), UInt16(port) != nil else {
                return false
            }
        }
        if parts.host.hasPrefix("[") {
            return parts.host.hasSuffix("]") && NetworkPrefix.isIPv6(String(parts.host.dropFirst().dropLast()))
        }
        return Self.isHostname(parts.host)
    }

    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        // A colon inside an IPv6 address's brackets is not the port's.
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
            return (authority, nil)
        }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }
}
