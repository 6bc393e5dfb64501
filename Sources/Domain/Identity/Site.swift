/// A website that embeds the snippet or pixel.
package struct Site: Equatable, Sendable {
    /// The most that is recorded on it.
    package enum Mode: UInt8, Sendable, CaseIterable {
        /// One counter.
        case none = 0
        /// Audience figures without persons (the measurement exemption).
        case exempt = 1
        /// Profiles, for visitors who accepted.
        case full = 2

        /// The name in configuration and API.
        package var name: String {
            switch self {
            case .none: "none"
            case .exempt: "exempt"
            case .full: "full"
            }
        }
    }

    /// Its number.
    package var id: SiteID
    /// Its key in snippets: letters, digits, `-`, `_`.
    package var key: String
    /// What people call it.
    package var name: String
    /// Hostnames its pages live on, lower case; `*.example.com` covers every name under it.
    package var hostnames: [String]
    /// Origins (scheme, host, port) that may read answers; those of the hostnames over https are always among them.
    package var origins: [String]
    /// The most that is recorded.
    package var mode: Mode
    /// What is recorded before the visitor chose; never more than ``mode``.
    package var beforeChoice: Mode
    /// Networks of the company itself, as CIDR: seen, never scored.
    package var internalNetworks: [String]
    /// Path patterns that are not recorded.
    package var excludedPaths: [String]
    /// IANA name of the zone its people live in. For display: audience days are UTC.
    package var timeZone: String

    /// A site with the default mode: identified once accepted, figures only before.
    package init(id: SiteID, key: String, name: String, hostnames: [String]) {
        self.id = id
        self.key = key
        self.name = name
        self.hostnames = hostnames
        self.origins = []
        self.mode = .full
        self.beforeChoice = .exempt
        self.internalNetworks = []
        self.excludedPaths = []
        self.timeZone = "Europe/Paris"
    }
}
