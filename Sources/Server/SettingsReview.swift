import Catalog
package import Domain
package import Settings

/// What an operator wants to know of a data directory before the service starts on it. Nothing is made or changed.
package struct SettingsReview: Sendable {
    /// A site, and where it stands.
    package struct KnownSite: Sendable {
        /// The site.
        package var site: Site
        /// Whether the catalog has it. Those of the settings that it has are not read from the settings any more.
        package var isInCatalog: Bool
    }

    /// Those of the catalog, then those of the settings that the next start will add.
    package let sites: [KnownSite]
    /// The number of the key that signs, and how many verify; nil when the next start will make a first one.
    package let keys: (current: UInt8, count: Int)?

    /// Reads the files that the settings name.
    package init(_ settings: ServiceSettings) throws {
        let stored = try StoredSites.read(path: settings.dataDirectory + "/catalog.sqlite") ?? []
        let known = Set(stored.map(\.key))
        let coming = settings.sites.filter { !known.contains($0.key) }
        self.sites =
            stored.map { KnownSite(site: $0, isInCatalog: true) }
            + coming.map { KnownSite(site: $0, isInCatalog: false) }
        self.keys = try TokenKeys(existing: settings.keyFilePath).map { ($0.currentKey, $0.count) }
    }
}
