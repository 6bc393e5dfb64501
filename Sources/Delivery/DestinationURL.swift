internal import Domain
internal import FoundationEssentials

/// A destination's address, taken apart by the same parser that the HTTP client uses, so that the host that is judged
/// is the host that is connected to.
struct DestinationURL: Equatable, Sendable {
    /// The whole address.
    let text: String
    /// The host, an IPv6 address without its brackets.
    let host: String
    /// The port, the scheme's own if none is named.
    let port: Int

    /// The parts of `text`, or nil if it is not an http or https address with a host.
    init?(_ text: String) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host else {
            return nil
        }
        let defaultPort: Int
        switch scheme {
        case "http": defaultPort = 80
        case "https": defaultPort = 443
        default: return nil
        }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard !bare.isEmpty else { return nil }
        self.text = text
        self.host = bare
        self.port = url.port ?? defaultPort
    }
}
