import Domain

/// Where a request comes from: the peer, or what a trusted proxy in front of us says.
///
/// Its header is read only when the peer is one of the configured proxies, from the right, and past every proxy that is
/// trusted too: what stands further left was written by whoever came first, and may be invented. The other headers that
/// proxies use are not read at all: a proxy that does not set them passes on what the client wrote.
enum ClientAddress {
    /// The client's address; nil when it is not known.
    static func of(
        _ request: Request,
        peer: NetworkAddress?,
        trusted: [Network],
        header: ProxyHeader
    ) -> NetworkAddress? {
        guard let peer, Self.isTrusted(peer, trusted) else { return peer }
        let comma = UInt8(ascii: ",")
        var chain: [NetworkAddress?] = []
        let field = RequestField(header)
        guard request.head.has(field) else { return peer }
        Octets.forEachPart(of: request.value(field), separator: comma) { element in
            chain.append(header == .forwarded ? Self.forwardedNode(element) : Self.node(element))
            return true
        }
        var client = peer
        for node in chain.reversed() {
            guard let node else { return client }
            client = node
            guard Self.isTrusted(node, trusted) else { return client }
        }
        return client
    }

    /// Whether an address is a trusted proxy's, and so nobody's in particular.
    static func isTrusted(_ address: NetworkAddress, _ trusted: [Network]) -> Bool {
        trusted.contains { $0.contains(address) }
    }

    /// The `for` of one element of Forwarded (RFC 7239, section 4).
    private static func forwardedNode(_ element: UnsafeRawBufferPointer) -> NetworkAddress? {
        var node: NetworkAddress?
        Octets.forEachPart(of: element, separator: UInt8(ascii: ";")) { pair in
            guard Octets.hasPrefix(pair, ignoringCase: "for=") else { return true }
            var value = UnsafeRawBufferPointer(rebasing: pair[4...])
            if value.count >= 2, value.first == UInt8(ascii: "\""), value.last == UInt8(ascii: "\"") {
                value = UnsafeRawBufferPointer(rebasing: value[1..<(value.count - 1)])
            }
            node = Self.node(value)
            return false
        }
        return node
    }

    /// An address with or without port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
    private static func node(_ text: UnsafeRawBufferPointer) -> NetworkAddress? {
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            return NetworkAddress(UnsafeRawBufferPointer(rebasing: text[1..<end]))
        }
        if let colon = text.firstIndex(of: Octets.colon), text.lastIndex(of: Octets.colon) == colon {
            return NetworkAddress(UnsafeRawBufferPointer(rebasing: text[..<colon]))
        }
        return NetworkAddress(text)
    }
}
