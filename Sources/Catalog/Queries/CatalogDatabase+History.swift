package import Domain
internal import GRDB

extension CatalogDatabase {
    /// A contact's ledger, newest in the log first, behind `after`, at most `limit`.
    package func ledger(of contact: ContactID, after: EntryID? = nil, limit: Int) async throws -> [LedgerRow] {
        try await self.connections.read { database in
            try database.ledger(of: database.resolve(contact), after: after, limit: limit)
        }
    }

    /// A contact's timeline, newest first, behind `after`, at most `limit`.
    package func timeline(
        of contact: ContactID,
        after: TimelineCursor? = nil,
        limit: Int
    ) async throws -> [TimelineRow] {
        try await self.connections.read { database in
            try database.timeline(of: database.resolve(contact), after: after, limit: limit)
        }
    }

    /// What a contact's score is checked with, from one transaction: at most `limit` entries, and the sum of those
    /// before them. Nil if there is no such contact.
    package func explainSnapshot(
        of contact: ContactID,
        limit: Int = Limits.explainedEntries
    ) async throws -> ExplainSnapshot? {
        try await self.connections.read { database in
            guard let row = try database.contactRow(contact) else { return nil }
            let entries = try database.ledger(of: row.record.contact, after: nil, limit: limit)
            return ExplainSnapshot(
                contact: row,
                entries: entries.reversed(),
                earlier: try database.earlierEntries(of: row.record.contact, than: entries.last?.entry.id),
                applied: try database.appliedPosition()
            )
        }
    }

    /// Views per page and day of a site, from `day` on, at most `limit`.
    package func audience(of site: SiteID, from day: Int32, limit: Int) async throws -> [AudienceRow] {
        try await self.connections.read { database in
            try database.rows(
                """
                SELECT a.*, coalesce(p.url, '') AS url FROM audience a LEFT JOIN pages p ON p.key = a.page
                WHERE a.site = ? AND a.day >= ? ORDER BY a.day, a.views DESC, a.page LIMIT ?
                """,
                [Int64(site.rawValue), Int64(day), Int64(max(0, limit))]
            ).map {
                AudienceRow(
                    site: site,
                    page: PageKey($0.bits("page")),
                    url: $0["url"],
                    day: Int32(clamping: $0["day"] as Int64),
                    views: $0.bits("views")
                )
            }
        }
    }
}
