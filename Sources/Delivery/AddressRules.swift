internal import NIOCore

/// Which addresses a destination may have without being allowed a private one.
///
/// Whoever may configure a destination must not thereby reach what listens only inside (server-side request forgery):
/// the loopback interface, the operator's network, a cloud's metadata service. The rules are the special-purpose
/// registries of IANA (RFC 6890 and its successors), less the ranges for documentation, which lead nowhere.
enum AddressRules {
    /// Whether an address is reachable from everywhere, as far as its value tells.
    static func isPublic(_ address: SocketAddress) -> Bool {
        address.withSockAddr { socketAddress, size in
            let bytes = UnsafeRawBufferPointer(start: socketAddress, count: size)
            // The places of `sin_addr` and `sin6_addr`, which every Linux has.
            return switch address {
            case .v4: self.isPublicIPv4(Array(bytes[4..<8]))
            case .v6: self.isPublicIPv6(Array(bytes[8..<24]))
            case .unixDomainSocket: false
            }
        }
    }

    /// Four bytes in network order.
    static func isPublicIPv4(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 4 else { return false }
        switch (bytes[0], bytes[1]) {
        case (0, _), (10, _), (127, _): return false  // unspecified and "this network"; private; loopback
        case (100, 64...127): return false  // shared between carrier and customer (CGNAT)
        case (169, 254): return false  // link-local, metadata services
        case (172, 16...31), (192, 168): return false  // private
        case (192, 0): return bytes[2] != 0  // protocol assignments
        case (198, 18...19): return false  // benchmarks
        case (224..., _): return false  // multicast, reserved, broadcast
        default: return true
        }
    }

    /// Sixteen bytes in network order. Forms that carry an IPv4 address are judged by it.
    static func isPublicIPv6(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return false }
        let isZeroToTen = bytes[0..<10].allSatisfy { $0 == 0 }
        if isZeroToTen, bytes[10] == 0xFF, bytes[11] == 0xFF { return self.isPublicIPv4(Array(bytes[12...])) }
        // Unspecified, loopback and the deprecated "compatible" form.
        if isZeroToTen, bytes[10] == 0, bytes[11] == 0 { return false }
        switch (bytes[0], bytes[1]) {
        case (0x00, 0x64) where bytes[2] == 0xFF && bytes[3] == 0x9B:  // translation to IPv4 (NAT64)
            return bytes[4..<12].allSatisfy { $0 == 0 } && self.isPublicIPv4(Array(bytes[12...]))
        case (0x20, 0x02):  // 6to4
            return self.isPublicIPv4(Array(bytes[2..<6]))
        case (0x20, 0x01) where bytes[2] == 0 && bytes[3] == 0:  // Teredo: its IPv4 address is obscured
            return false
        default:
            // Global unicast is 2000::/3; unique-local, link-local, site-local, multicast and discard lie outside.
            return bytes[0] & 0xE0 == 0x20
        }
    }
}
