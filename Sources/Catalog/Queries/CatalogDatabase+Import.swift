package import Domain
internal import GRDB

/// What the catalog knows of the contacts and accounts a batch speaks of, read in one transaction.
package struct ContactLookup: Sendable {
    /// Whose each key is; keys that nobody has are missing.
    package var owners: [ExternalKey: ContactID] = [:]
    /// The contacts the keys lead to.
    package var contacts: [ContactID: ContactRow] = [:]
    /// Accounts by the domains that were asked for, the one with a CRM id first.
    package var accountsByDomain: [String: ContactRecord.Account] = [:]
    /// Accounts by the keys that were asked for.
    package var accountsByKey: [String: ContactRecord.Account] = [:]

    /// Nothing known.
    package init() {}
}

extension CatalogDatabase {
    /// Looks up the contacts of keys and of ids, and the accounts of keys and domains, as of one moment.
    ///
    /// A key that no contact lists still finds the contact whose e-mail address or first key it is.
    /// - Parameter ids: the id each key would give a new contact.
    package func lookUp(
        keys: [ExternalKey: ContactID],
        accountKeys: Set<String>,
        accountDomains: Set<String>
    ) async throws -> ContactLookup {
        try await self.connections.read { database in
            var lookup = ContactLookup()
            for (key, id) in keys {
                guard let owner = try database.owner(of: key, hashedTo: id) else { continue }
                if lookup.contacts[owner] == nil { lookup.contacts[owner] = try database.contactRow(owner) }
                if lookup.contacts[owner] != nil { lookup.owners[key] = owner }
            }
            for key in accountKeys { lookup.accountsByKey[key] = try database.account("key = ?", key) }
            for domain in accountDomains where !domain.isEmpty {
                lookup.accountsByDomain[domain] = try database.account("domain = ?", domain)
            }
            return lookup
        }
    }

    /// Notes the hashes of the lines that contacts were imported from, in one transaction. Contacts that are gone
    /// stay so.
    package func setImportHashes(_ hashes: [ContactID: UInt64]) async throws {
        guard !hashes.isEmpty else { return }
        try await self.connections.write { database in
            for (contact, hash) in hashes {
                try database.run(
                    "UPDATE contacts SET import_hash = ? WHERE id = ?",
                    [hash.stored, contact.rawValue.stored]
                )
            }
        }
    }
}

extension Database {
    fileprivate func owner(of key: ExternalKey, hashedTo id: ContactID) throws -> ContactID? {
        let listed = try self.row(
            "SELECT contact FROM contact_keys WHERE kind = ? AND value = ?",
            [key.kind.name, key.value]
        )
        if let listed { return ContactID(listed.bits("contact")) }
        if key.kind == .email {
            let named = try self.row(
                "SELECT id FROM contacts WHERE email = ? ORDER BY is_claimed, id LIMIT 1",
                [key.value]
            )
            if let named { return ContactID(named.bits("id")) }
        }
        let resolved = try self.resolve(id)
        let hashed = try self.row("SELECT 1 FROM contacts WHERE id = ?", [resolved.rawValue.stored])
        return hashed == nil ? nil : resolved
    }

    fileprivate func account(_ condition: String, _ value: String) throws -> ContactRecord.Account? {
        try self.row(
            "SELECT * FROM accounts WHERE \(condition) ORDER BY key LIKE 'crm:%' DESC, id LIMIT 1",
            [value]
        ).map { ContactRecord.Account(id: $0.bits("id"), key: $0["key"], name: $0["name"], domain: $0["domain"]) }
    }
}

// MARK: What the private port's pages ask

/// Where a page of audience figures goes on: behind a row.
package struct AudienceCursor: Equatable, Sendable {
    /// Its day.
    package var day: Int32
    /// Its views.
    package var views: UInt64
    /// Its page.
    package var page: PageKey

    /// A cursor.
    package init(day: Int32, views: UInt64, page: PageKey) {
        self.day = day
        self.views = views
        self.page = page
    }
}

extension CatalogDatabase {
    /// Views per day and page of a site, the days in order and the most viewed pages of each first, behind `after`.
    package func audience(
        of site: SiteID,
        days: ClosedRange<Int32>,
        after: AudienceCursor?,
        limit: Int
    ) async throws -> [AudienceRow] {
        try await self.connections.read { database in
            let start = after ?? AudienceCursor(day: .min, views: 0, page: .none)
            return try database.rows(
                """
                SELECT a.*, coalesce(p.url, '') AS url FROM audience a LEFT JOIN pages p ON p.key = a.page
                WHERE a.site = ? AND a.day BETWEEN ? AND ? AND (a.day, -a.views, a.page) > (?, ?, ?)
                ORDER BY a.day, a.views DESC, a.page LIMIT ?
                """,
                [
                    Int64(site.rawValue), Int64(days.lowerBound), Int64(days.upperBound), Int64(start.day),
                    -start.views.stored, start.page.rawValue.stored, Int64(max(0, limit)),
                ]
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

    /// A contact's ledger, oldest in the log first, behind `after`, at most `limit`.
    package func ledgerFromStart(of contact: ContactID, after: EntryID?, limit: Int) async throws -> [LedgerRow] {
        try await self.connections.read { database in
            let contact = try database.resolve(contact)
            let start = after.map { ($0.offset.stored, Int64($0.ordinal)) } ?? (-1, -1)
            let names = try database.rows(
                """
                SELECT log_offset, ordinal FROM ledger WHERE contact = ? AND (log_offset, ordinal) > (?, ?)
                ORDER BY log_offset, ordinal LIMIT ?
                """,
                [contact.rawValue.stored, start.0, start.1, Int64(max(0, limit))]
            )
            guard let last = names.last else { return [] }
            let end = EntryID(offset: last.bits("log_offset"), ordinal: UInt16(clamping: last["ordinal"] as Int64))
            // The same rows from their other end: just behind the last one, backwards.
            let behind =
                end.ordinal == .max
                ? EntryID(offset: end.offset + 1, ordinal: 0)
                : EntryID(offset: end.offset, ordinal: end.ordinal + 1)
            return try database.ledger(of: contact, after: behind, limit: names.count).reversed()
        }
    }

    /// The YAML of a published model; nil if the version was never published.
    package func modelSource(version: UInt32) async throws -> String? {
        try await self.connections.read { database in
            let row = try database.row("SELECT source FROM models WHERE version = ?", [Int64(version)])
            return row?["source"]
        }
    }
}
