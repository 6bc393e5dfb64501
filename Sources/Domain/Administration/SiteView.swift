/// A site as the private port shows it.
package struct SiteView: Equatable, Sendable, Encodable {
    package var id: UInt32
    package var key: String
    package var name: String
    package var hostnames: [String]
    package var origins: [String]
    /// The name of a ``Site/Mode``.
    package var mode: String
    /// The name of a ``Site/Mode``.
    package var beforeChoice: String
    package var internalNetworks: [String]
    package var excludedPaths: [String]
    package var timeZone: String
    /// The line of HTML that puts the tracker into a page; nil when the public address is not configured.
    package var snippet: String?

    /// A view of a site.
    package init(_ site: Site, snippet: String? = nil) {
        self.id = site.id.rawValue
        self.key = site.key
        self.name = site.name
        self.hostnames = site.hostnames
        self.origins = site.origins
        self.mode = site.mode.name
        self.beforeChoice = site.beforeChoice.name
        self.internalNetworks = site.internalNetworks
        self.excludedPaths = site.excludedPaths
        self.timeZone = site.timeZone
        self.snippet = snippet
    }
}

/// What is to be set on a site; what is nil stays as it is, or becomes what a new site has.
package struct SiteDraft: Equatable, Sendable {
    package var key: String?
    package var name: String?
    package var hostnames: [String]?
    package var origins: [String]?
    package var mode: Site.Mode?
    package var beforeChoice: Site.Mode?
    package var internalNetworks: [String]?
    package var excludedPaths: [String]?
    package var timeZone: String?

    /// A draft that sets nothing.
    package init() {}

    /// The site with what the draft sets. Its number stays.
    package func applied(to site: Site) -> Site {
        var site = site
        site.key = self.key ?? site.key
        site.name = self.name ?? site.name
        site.hostnames = self.hostnames?.map { $0.lowercased() } ?? site.hostnames
        site.origins = self.origins?.map { $0.lowercased() } ?? site.origins
        site.mode = self.mode ?? site.mode
        site.beforeChoice = self.beforeChoice ?? site.beforeChoice
        site.internalNetworks = self.internalNetworks ?? site.internalNetworks
        site.excludedPaths = self.excludedPaths ?? site.excludedPaths
        site.timeZone = self.timeZone ?? site.timeZone
        return site
    }
}

/// The views of one page of a site on one day, of nobody in particular.
package struct AudienceView: Equatable, Sendable, Encodable {
    /// `2026-03-01`, in UTC.
    package var day: String
    /// The page's host and path; empty if it was never named.
    package var url: String
    package var views: UInt64

    /// Views of a page.
    package init(day: String, url: String, views: UInt64) {
        self.day = day
        self.url = url
        self.views = views
    }
}
