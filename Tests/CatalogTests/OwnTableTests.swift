import Catalog
import Domain
import ScoreStore
import Testing

@Suite struct OwnTableTests {
    private func site(_ key: String) -> Site {
        var site = Site(id: SiteID(0), key: key, name: "Acme", hostnames: ["acme.example", "*.acme.example"])
        site.origins = ["https://app.acme.example:8443"]
        site.mode = .exempt
        site.beforeChoice = .none
        site.internalNetworks = ["10.0.0.0/8"]
        site.excludedPaths = ["/admin/**"]
        site.timeZone = "Europe/Berlin"
        return site
    }

    @Test func siteIsAddedChangedAndRemoved() async throws {
        let catalog = try CatalogDatabase()
        var site = try await catalog.addSite(self.site("acme"))
        #expect(site.id == SiteID(1))
        #expect(try await catalog.sites() == [site])
        site.name = "Acme & Co"
        site.mode = .full
        #expect(try await catalog.updateSite(site))
        #expect(try await catalog.sites() == [site])
        #expect(try await catalog.removeSite(site.id))
        #expect(try await catalog.sites().isEmpty)
        #expect(try await catalog.removeSite(site.id) == false)
        #expect(try await catalog.updateSite(site) == false)
        // What was sent out under a number must not come to mean another site.
        #expect(try await catalog.addSite(self.site("other")).id == SiteID(2))
    }

    @Test func siteKeyIsTakenOnce() async throws {
        let catalog = try CatalogDatabase()
        _ = try await catalog.addSite(self.site("acme"))
        var other = try await catalog.addSite(self.site("other"))
        await #expect(throws: CatalogFailure.duplicate("acme")) { try await catalog.addSite(self.site("acme")) }
        other.key = "acme"
        let taken = other
        await #expect(throws: CatalogFailure.duplicate("acme")) { try await catalog.updateSite(taken) }
    }

    @Test func directoryHoldsSitesLinksAndQuotes() async throws {
        let catalog = try CatalogDatabase()
        let time = Timestamp(seconds: 5)
        let site = try await catalog.addSite(self.site("acme"))
        let message = try await catalog.addMessage(name: "Spring", campaign: "s26", at: time)
        #expect(try await catalog.messages(limit: 5) == [message])
        let plain = try await catalog.addLink(LinkTarget(id: 0, url: "https://elsewhere.example/"), at: time)
        let ours = try await catalog.addLink(
            LinkTarget(id: 0, url: "https://acme.example/tarifs", message: message.id, site: site.id),
            at: time
        )
        let quote = try await catalog.addQuote(QuoteTarget(id: 0, title: "Roof", url: "", contact: anna), at: time)
        #expect(try await catalog.links(limit: 5) == [ours, plain])
        #expect(try await catalog.links(before: ours.id, limit: 5) == [plain])
        let snapshot = try await catalog.directorySnapshot()
        #expect(snapshot.sites == ["acme": site])
        #expect(snapshot.links == [plain.id: plain, ours.id: ours])
        #expect(snapshot.quotes == [quote.id: quote])
        // A redirect goes on when its site is gone.
        #expect(try await catalog.removeSite(site.id))
        #expect(try await catalog.directorySnapshot().links[ours.id]?.site == SiteID(0))
    }

    @Test func apiKeyIsFoundByItsHashAlone() async throws {
        let catalog = try CatalogDatabase()
        let hash = (0..<32).map { UInt8($0) }
        var key = try await catalog.addAPIKey(
            name: "crm",
            hash: hash,
            scopes: ["read", "write"],
            at: Timestamp(seconds: 5)
        )
        #expect(try await catalog.apiKey(hash: hash) == key)
        #expect(try await catalog.apiKey(hash: Array(hash.dropLast())) == nil)
        await #expect(throws: CatalogFailure.duplicate("again")) {
            try await catalog.addAPIKey(name: "again", hash: hash, scopes: [], at: Timestamp(seconds: 6))
        }
        try await catalog.markAPIKeyUsed(key.id, day: 20_001)
        try await catalog.markAPIKeyUsed(key.id, day: 20_000)
        key.lastUsedDay = 20_001
        #expect(try await catalog.apiKeys() == [key])
        #expect(try await catalog.removeAPIKey(key.id))
        #expect(try await catalog.apiKey(hash: hash) == nil)
    }

    @Test func modelVersionKeepsItsSource() async throws {
        let catalog = try CatalogDatabase()
        let first = ModelRow(version: 1, source: "version: 1", published: Timestamp(seconds: 1), offset: 7)
        let second = ModelRow(version: 2, source: "version: 2", published: Timestamp(seconds: 2), offset: 9)
        try await catalog.addModel(first)
        try await catalog.addModel(second)
        try await catalog.addModel(first)
        #expect(try await catalog.models(limit: 5) == [second, first])
        let changed = ModelRow(version: 1, source: "version: 1 # other", published: first.published, offset: 7)
        await #expect(throws: CatalogFailure.duplicate("version 1")) { try await catalog.addModel(changed) }
    }

    @Test func metaIsOverwritten() async throws {
        let catalog = try CatalogDatabase()
        #expect(try await catalog.meta("stream") == nil)
        try await catalog.setMeta("stream", to: "a")
        try await catalog.setMeta("stream", to: "b")
        #expect(try await catalog.meta("stream") == "b")
    }
}
