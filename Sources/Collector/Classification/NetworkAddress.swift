import Domain
import NIOCore

/// An IP address as a number; an IPv4 address mapped into IPv6 is the IPv4 address.
struct NetworkAddress: Hashable, Sendable {
    /// The first 64 bits of an IPv6 address; 0 for IPv4.
    let high: UInt64
    /// The last 64 bits of an IPv6 address, or the 32 of an IPv4 address.
    let low: UInt64
    /// Whether it is an IPv4 address.
    let isIPv4: Bool

    private init(high: UInt64, low: UInt64, isIPv4: Bool) {
        let isMapped = !isIPv4 && high == 0 && low >> 32 == 0xffff
        self.high = high
        self.low = isMapped ? low & 0xffff_ffff : low
        self.isIPv4 = isIPv4 || isMapped
    }

    /// The address of a socket's peer; nil for a Unix socket's.
    init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text)
    }

    /// The address a text spells.
    init?(_ text: String) {
        var text = text
        guard let address = text.withUTF8({ NetworkAddress(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = address
    }

    /// The address that bytes spell, in the dotted or the colon form (RFC 4291, section 2.2), without zone.
    init?(_ bytes: UnsafeRawBufferPointer) {
        if bytes.contains(Octets.colon) {
            guard let address = Self.readIPv6(bytes) else { return nil }
            self = address
        } else {
            guard let low = Self.readIPv4(bytes) else { return nil }
            self.init(high: 0, low: low, isIPv4: true)
        }
    }

    private static func readIPv4(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        var isValid = true
        Octets.forEachPart(of: bytes, separator: UInt8(ascii: ".")) { part in
            guard count < 4, part.count <= 3, let octet = Octets.number(part), octet < 256 else {
                isValid = false
                return false
            }
            value = value << 8 | UInt64(octet)
            count += 1
            return true
        }
        return isValid && count == 4 ? value : nil
    }

    private static func readIPv6(_ bytes: UnsafeRawBufferPointer) -> NetworkAddress? {
        guard bytes.count <= 45 else { return nil }
        let parts = Array(bytes).split(separator: Octets.colon, omittingEmptySubsequences: false)
        var words: [UInt64] = []
        var gap: Int?
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                // An empty part is the gap; at the ends of the text it takes two of them.
                let isEdge = index == 0 || index == parts.count - 1
                if isEdge {
                    guard parts.count > 2, parts[index == 0 ? 1 : index - 1].isEmpty else { return nil }
                    continue
                }
                guard gap == nil else { return nil }
                gap = words.count
            } else if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let tail = Array(part).withUnsafeBytes({ Self.readIPv4($0) }) else { return nil }
                words.append(tail >> 16)
                words.append(tail & 0xffff)
            } else {
                guard let word = Self.readWord(part) else { return nil }
                words.append(word)
            }
        }
        if let gap {
            guard words.count < 8 else { return nil }
            words.insert(contentsOf: Array(repeating: 0, count: 8 - words.count), at: gap)
        }
        guard words.count == 8 else { return nil }
        let high = words[..<4].reduce(0) { $0 << 16 | $1 }
        let low = words[4...].reduce(0) { $0 << 16 | $1 }
        return NetworkAddress(high: high, low: low, isIPv4: false)
    }

    /// One to four hexadecimal digits.
    private static func readWord(_ part: ArraySlice<UInt8>) -> UInt64? {
        guard part.count <= 4, part.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
            return nil
        }
        return UInt64(String(decoding: part, as: UTF8.self), radix: 16)
    }

    /// 127.0.0.0/8 and ::1.
    private var isLoopback: Bool {
        self.isIPv4 ? self.low >> 24 == 127 : self.high == 0 && self.low == 1
    }

    /// The keyed hash of what one client is told by: the address for IPv4, its /64 for IPv6, where everybody has a
    /// whole one. Held in memory alone. 0 for this machine itself, as in ``networkKey(_:)``.
    func clientKey(_ key: SipKey) -> UInt64 {
        if self.isLoopback { return 0 }
        let hash = self.isIPv4 ? SipHash.hash(14, self.low, key: key) : SipHash.hash(16, self.high, key: key)
        return hash == 0 ? 1 : hash
    }

    /// The keyed hash of the network that the address lies in: /24 for IPv4, /48 for IPv6. All that is kept of an
    /// address. 0 for this machine itself, which says nothing about who acts: a proxy that is not configured, or a
    /// test.
    func networkKey(_ key: SipKey) -> UInt32 {
        if self.isLoopback { return 0 }
        let hash =
            self.isIPv4
            ? SipHash.hash(4, self.low >> 8, key: key)
            : SipHash.hash(6, self.high >> 16, key: key)
        let short = UInt32(truncatingIfNeeded: hash)
        return short == 0 ? 1 : short
    }
}

/// A range of addresses with a common prefix (RFC 4632).
struct Network: Hashable, Sendable {
    private let address: NetworkAddress
    private let prefix: UInt32

    /// The network that `10.0.0.0/8`, `2001:db8::/32` or a single address spells.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = NetworkAddress(String(first)) else { return nil }
        let width: UInt32 = address.isIPv4 ? 32 : 128
        guard let prefix = parts.count == 2 ? UInt32(parts[1]) : width, prefix <= width else { return nil }
        self.address = address
        self.prefix = prefix
    }

    /// Whether an address lies in it.
    func contains(_ other: NetworkAddress) -> Bool {
        guard other.isIPv4 == self.address.isIPv4 else { return false }
        if self.address.isIPv4 { return (other.low ^ self.address.low) >> UInt64(32 - self.prefix) == 0 }
        // A shift by the full width gives 0, as it should.
        return (other.high ^ self.address.high) >> UInt64(64 - min(self.prefix, 64)) == 0
            && (other.low ^ self.address.low) >> UInt64(128 - max(self.prefix, 64)) == 0
    }
}
