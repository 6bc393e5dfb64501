import Catalog
package import Domain
import Settings

extension ServiceAdministration {
    package func sites() async throws -> [SiteView] {
        try await self.core.catalog.sites().map(self.view)
    }

    package func createSite(_ draft: SiteDraft) async throws -> SiteView {
        try await self.changes.run {
            let empty = Site(id: SiteID(0), key: "", name: draft.key ?? "", hostnames: [])
            let site = Self.fitted(draft.applied(to: empty), draft)
            try Self.check(site)
            let added = try await self.refusingDuplicates(of: site.key) { try await self.core.catalog.addSite(site) }
            try await self.core.refreshDirectory()
            return self.view(added)
        }
    }

    package func updateSite(_ key: String, _ draft: SiteDraft) async throws -> SiteView {
        try await self.changes.run {
            let site = Self.fitted(draft.applied(to: try await self.site(key)), draft)
            try Self.check(site)
            let isThere = try await self.refusingDuplicates(of: site.key) {
                try await self.core.catalog.updateSite(site)
            }
            guard isThere else { throw AdministrationError.notFound("site \(key)") }
            try await self.core.refreshDirectory()
            return self.view(site)
        }
    }

    package func deleteSite(_ key: String) async throws {
        try await self.changes.run {
            let site = try await self.site(key)
            guard try await self.core.catalog.removeSite(site.id) else {
                throw AdministrationError.notFound("site \(key)")
            }
            try await self.core.refreshDirectory()
        }
    }

    package func audience(
        site key: String,
        from: Int32,
        through: Int32,
        page: PageRequest
    ) async throws -> Page<AudienceView> {
        let site = try await self.site(key)
        guard from <= through else {
            throw AdministrationError.invalid(
                "through",
                "a day not before \(CalendarDay.text(of: from))",
                got: CalendarDay.text(of: through)
            )
        }
        let after = try PageCursor.numbers(page, count: 3).map { numbers in
            AudienceCursor(
                day: Int32(clamping: numbers[0]),
                views: UInt64(clamping: numbers[1]),
                page: PageKey(UInt64(bitPattern: numbers[2]))
            )
        }
        let rows = try await self.core.catalog.audience(
            of: site.id,
            days: from...through,
            after: after,
            limit: page.rowsToRead
        )
        return Page(
            rows,
            page,
            next: Self.cursor,
            view: {
                AudienceView(day: CalendarDay.text(of: $0.day), url: $0.url, views: $0.views)
            }
        )
    }

    private static func cursor(of row: AudienceRow) -> String {
        PageCursor.text(Int64(row.day), Int64(clamping: row.views), Int64(bitPattern: row.page.rawValue))
    }

    /// A site of less than the default keeps less before the choice as well, unless that was asked for.
    private static func fitted(_ site: Site, _ draft: SiteDraft) -> Site {
        guard draft.beforeChoice == nil, site.beforeChoice.rawValue > site.mode.rawValue else { return site }
        var site = site
        site.beforeChoice = site.mode
        return site
    }

    private static func check(_ site: Site) throws(AdministrationError) {
        let problems = SiteRules.problems(of: site)
        if !problems.isEmpty { throw .invalid(problems) }
    }

    func site(_ key: String) async throws -> Site {
        guard let site = try await self.core.catalog.sites().first(where: { $0.key == key }) else {
            throw AdministrationError.notFound("site \(key)")
        }
        return site
    }

    private func refusingDuplicates<Result>(of key: String, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch CatalogFailure.duplicate {
            throw AdministrationError.conflict("There is a site “\(key)” already.")
        }
    }

    private func view(_ site: Site) -> SiteView {
        let base = self.publicBase
        // The key is made of characters that need no escaping.
        let line = base.map { #"<script defer src="\#($0)/t.js?site=\#(site.key)"></script>"# }
        return SiteView(site, snippet: line)
    }

    /// What all public addresses begin with; nil when it is not configured.
    var publicBase: String? {
        let listener = self.settings.publicListener
        guard !listener.baseURL.isEmpty else { return nil }
        let base = listener.baseURL.hasSuffix("/") ? String(listener.baseURL.dropLast()) : listener.baseURL
        return base + listener.pathPrefix
    }
}
