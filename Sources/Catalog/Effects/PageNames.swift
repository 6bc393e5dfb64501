internal import Domain

/// What the catalog calls pages, as far as the writer remembers it.
///
/// Every slot names a page it meets, some thousand times the same name; a statement for each would make page views wait
/// for the catalog.
internal struct PageNames: Sendable {
    // The keys are keyed hashes already; of a name, its hash under the process's own seed tells whether it changed.
    private var hashes: [PageKey: Int] = [:]

    /// Nothing remembered.
    init() {}

    /// Notes a page's name. Returns whether the catalog has to be told.
    mutating func change(_ page: PageKey, url: String, title: String) -> Bool {
        // An empty text leaves what is there, so that what is there is a mixture.
        guard !url.isEmpty, !title.isEmpty else {
            self.hashes[page] = nil
            return true
        }
        var hasher = Hasher()
        hasher.combine(url)
        hasher.combine(title)
        let hash = hasher.finalize()
        guard self.hashes[page] != hash else { return false }
        if self.hashes.count >= Limits.rememberedPageNames { self.hashes.removeAll(keepingCapacity: true) }
        self.hashes[page] = hash
        return true
    }
}

/// Page views of one transaction, added up by site, page and day.
internal struct AudienceSums {
    struct Key: Hashable {
        var site: SiteID
        var page: PageKey
        var day: Int32
    }

    private(set) var sums: [Key: UInt64] = [:]

    mutating func add(_ views: UInt32, site: SiteID, page: PageKey, day: Int32) {
        self.sums[Key(site: site, page: page, day: day), default: 0] += UInt64(views)
    }
}
