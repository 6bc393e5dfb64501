/// The header in which a reverse proxy names its client.
///
/// One and no other is read: a proxy sets its own and passes on the rest as the client sent them.
package enum ProxyHeader: String, Sendable, CaseIterable {
    /// The usual one: a list, to which each proxy adds the address it saw.
    case forwardedFor = "X-Forwarded-For"
    /// RFC 7239: the same with names.
    case forwarded = "Forwarded"
    /// One address.
    case realIP = "X-Real-IP"

    /// The header of a name in any case; nil for any other.
    package init?(name: String) {
        guard let header = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
            return nil
        }
        self = header
    }
}
