import Domain
import ScoreStore

/// A directory snapshot in the form requests are compared with. Made once per snapshot and loop.
final class DirectoryRules {
    /// What it was made from.
    let snapshot: DirectorySnapshot
    private let sites: [String: SiteRules]

    /// The rules of a snapshot.
    init(_ snapshot: DirectorySnapshot) {
        self.snapshot = snapshot
        self.sites = snapshot.sites.mapValues { SiteRules($0) }
    }

    /// The site of a key.
    func site(_ key: UnsafeRawBufferPointer) -> SiteRules? {
        self.sites[String(decoding: key, as: UTF8.self)]
    }

    /// Whether any site lets this origin read answers.
    func allows(origin: UnsafeRawBufferPointer) -> Bool {
        self.sites.values.contains { $0.allows(origin: origin) }
    }

    /// Whether an address is on one of our sites.
    func isOurs(url: String) -> Bool {
        for scheme in ["https://", "http://"] where url.hasPrefix(scheme) {
            let host = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != ":" }
            var text = host.lowercased()
            return text.withUTF8 { bytes in
                self.sites.values.contains { $0.covers(host: UnsafeRawBufferPointer(bytes)) }
            }
        }
        return false
    }
}

/// One site's rules.
final class SiteRules {
    // Not the site itself: to copy one means to count a reference for each of its texts and lists.
    /// The site's number.
    let id: SiteID
    /// The most that is recorded on it.
    let mode: Site.Mode
    /// What is recorded before a choice.
    let beforeChoice: Site.Mode
    private let hosts: [[UInt8]]
    private let parents: [[UInt8]]
    private let origins: [[UInt8]]
    private let internalNetworks: [Network]
    private let excludedPaths: [PathPattern]

    init(_ site: Site) {
        self.id = site.id
        self.mode = site.mode
        self.beforeChoice = site.beforeChoice
        self.hosts = site.hostnames.filter { !$0.hasPrefix("*.") }.map { Array($0.utf8) }
        self.parents = site.hostnames.filter { $0.hasPrefix("*.") }.map { Array($0.dropFirst().utf8) }
        self.origins = site.origins.map { Array($0.utf8) }
        // What does not parse was refused when the site was set up.
        self.internalNetworks = site.internalNetworks.compactMap { Network($0) }
        self.excludedPaths = site.excludedPaths.map { PathPattern($0) }
    }

    /// Whether one of the site's hostnames is `host`, in lower case.
    func covers(host: UnsafeRawBufferPointer) -> Bool {
        self.hosts.contains { $0.elementsEqual(host) }
            || self.parents.contains { parent in
                host.count > parent.count && host[(host.count - parent.count)...].elementsEqual(parent)
            }
    }

    /// Whether a page of this origin may send events and read answers.
    func allows(origin: UnsafeRawBufferPointer) -> Bool {
        if self.origins.contains(where: { $0.elementsEqual(origin) }) { return true }
        let scheme: StaticString = "https://"
        guard Octets.hasPrefix(origin, ignoringCase: scheme) else { return false }
        return self.covers(host: UnsafeRawBufferPointer(rebasing: origin[scheme.utf8CodeUnitCount...]))
    }

    /// Whether an address is the company's own.
    func isInternal(_ address: NetworkAddress?) -> Bool {
        guard let address else { return false }
        return self.internalNetworks.contains { $0.contains(address) }
    }

    /// Whether a path is not recorded.
    func excludes(path: UnsafeRawBufferPointer) -> Bool {
        self.excludedPaths.contains { $0.matches(path) }
    }
}
