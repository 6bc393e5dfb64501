import Foundation

/// Where the traffic goes: this machine and no other.
package struct TrafficTarget: Equatable, Sendable {
    /// The public port, `http://localhost:8080`.
    package let service: String
    /// The private port, `http://localhost:8081`.
    package let console: String
    /// A key of the private port with the scope `write`.
    package let key: String

    /// A target; throws if an address is not one of this machine's own.
    package init(service: String, console: String, key: String) throws(TrafficFailure) {
        self.service = try Self.loopback(service)
        self.console = try Self.loopback(console)
        self.key = key
    }

    /// The address without a slash at its end.
    private static func loopback(_ text: String) throws(TrafficFailure) -> String {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host?.lowercased(), parts.user == nil,
            parts.query == nil, parts.fragment == nil
        else { throw .notAnAddress(text) }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = octets.count == 4 && octets.first == "127" && octets.allSatisfy { UInt8($0) != nil }
        guard host == "localhost" || host == "::1" || host == "[::1]" || isIPv4 else { throw .notThisMachine(text) }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

/// Why a day of traffic could not be sent.
package enum TrafficFailure: Error, Equatable, CustomStringConvertible {
    /// Not an http(s) address.
    case notAnAddress(String)
    /// The address is another machine's.
    case notThisMachine(String)
    /// Nobody answered.
    case unreachable(String)
    /// The service answered something else than was to be expected.
    case unexpected(String, status: Int, String)
    /// There is no demonstration site.
    case noSite
    /// The service did not fold what it took in time.
    case notFolded(pending: UInt64)

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .notAnAddress(let text): "\(text): expected an address such as http://localhost:8080"
        case .notThisMachine(let text):
            "\(text): only this machine (localhost, 127.0.0.1, ::1) is taken as a target: made-up visitors belong into "
                + "no real service"
        case .unreachable(let what): "\(what): no answer. Is `vendange demo` running?"
        case .unexpected(let what, let status, let text): "\(what): answered \(status) \(text)"
        case .noSite: "the service has no site “\(DemoSeed.siteKey)”: start it with `vendange demo`"
        case .notFolded(let pending):
            "\(pending) events are still waiting to be folded; the scorer seems to stand still"
        }
    }
}
