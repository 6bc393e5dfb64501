import Glibc

/// Networks in CIDR notation (RFC 4632, RFC 4291).
enum NetworkPrefix {
    /// Whether a text is an address and a prefix length, `10.0.0.0/8` or `2001:db8::/32`.
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bits = Int(parts[1])
        else { return false }
        let address = String(parts[0])
        return Self.isIPv4(address) ? bits <= 32 : Self.isIPv6(address) && bits <= 128
    }

    /// Whether a text is an IPv4 address in dotted form.
    static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1
    }

    /// Whether a text is an IPv6 address, without brackets and zone.
    static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, text, &address) == 1
    }
}
