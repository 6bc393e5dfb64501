package import Domain
internal import GRDB

extension CatalogDatabase {
    /// The contact of an id or alias; nil if there is none.
    package func contact(_ id: ContactID) async throws -> ContactRow? {
        try await self.connections.read { try $0.contactRow(id) }
    }

    /// The contact of an e-mail address, a CRM id, or sixteen hexadecimal digits; nil if there is none. A text that is
    /// all three is looked up in this order.
    package func findContact(_ text: String) async throws -> ContactRow? {
        guard !text.isEmpty else { return nil }
        return try await self.connections.read { database in
            for kind in [ExternalKey.Kind.email, .crm] {
                let value = kind == .email ? text.lowercased() : text
                if let row = try database.row(
                    "SELECT contact FROM contact_keys WHERE kind = ? AND value = ?",
                    [kind.name, value]
                ) {
                    return try database.contactRow(ContactID(row.bits("contact")))
                }
            }
            if let row = try database.row(
                "SELECT id FROM contacts WHERE email = ? ORDER BY is_claimed, id LIMIT 1",
                [text.lowercased()]
            ) {
                return try database.contactRow(ContactID(row.bits("id")))
            }
            return try UInt64(hexadecimal: text).flatMap { try database.contactRow(ContactID($0)) }
        }
    }

    /// Contacts in the order of their ids as signed numbers, behind `after`, at most `limit`.
    package func contacts(
        _ filter: ContactFilter = ContactFilter(),
        after: ContactID? = nil,
        limit: Int
    ) async throws -> [ContactRow] {
        try await self.connections.read { database in
            var conditions = Conditions()
            if let after { conditions.add("c.id > ?", after.rawValue.stored) }
            if let stage = filter.stage { conditions.add("c.stage = ?", stage.name) }
            if let owner = filter.owner { conditions.add("c.owner = ?", owner) }
            if let account = filter.account { conditions.add("c.account = ?", account.stored) }
            if let awaits = filter.awaitsConfirmation { conditions.add("c.awaits_confirmation = ?", awaits) }
            if let search = filter.search {
                conditions.add(
                    """
                    instr(lower(c.email || ' ' || c.first_name || ' ' || c.last_name || ' ' || coalesce(a.name, '')), \
                    lower(?)) > 0
                    """,
                    search
                )
            }
            conditions.limit = limit
            return try database.rows(
                """
                SELECT c.id FROM contacts c LEFT JOIN accounts a ON a.id = c.account
                WHERE \(conditions.terms) ORDER BY c.id LIMIT ?
                """,
                conditions.arguments
            ).compactMap { try database.contactRow(ContactID($0.bits("id"))) }
        }
    }

    /// The ids that further keys of a contact hash to.
    package func aliases(of contact: ContactID) async throws -> [ContactID] {
        try await self.connections.read { database in
            try database.rows(
                "SELECT alias FROM aliases WHERE contact = ? ORDER BY alias",
                [contact.rawValue.stored]
            ).map { ContactID($0.bits("alias")) }
        }
    }

    /// Browsers tied to a contact.
    package func visitors(of contact: ContactID) async throws -> [VisitorRow] {
        try await self.connections.read { database in
            let contact = try database.resolve(contact)
            return try database.rows(
                "SELECT * FROM visitors WHERE contact = ? ORDER BY linked, id",
                [contact.rawValue.stored]
            ).map { row in
                VisitorRow(
                    visitor: try row.value("id", VisitorID.init(stored:)),
                    contact: contact,
                    trust: try row.value("trust", LinkTrust.init(named:)),
                    linked: row.time("linked")
                )
            }
        }
    }

    /// Notes the hash of a contact's line after its import, so that the next import can tell an unchanged one.
    package func setImportHash(_ hash: UInt64, of contact: ContactID) async throws {
        try await self.connections.write { database in
            try database.run(
                """
                INSERT INTO contacts (id, import_hash) VALUES (?, ?)
                ON CONFLICT (id) DO UPDATE SET import_hash = excluded.import_hash
                """,
                [contact.rawValue.stored, hash.stored]
            )
        }
    }

    /// The hash of a contact's line at its last import; nil if there was none.
    package func importHash(of contact: ContactID) async throws -> UInt64? {
        try await self.connections.read { database in
            let row = try database.row("SELECT import_hash FROM contacts WHERE id = ?", [contact.rawValue.stored])
            let hash: Int64? = row?["import_hash"]
            return hash.map { UInt64(bitPattern: $0) }
        }
    }

    /// All salespeople, by key, at most `limit`.
    package func owners(limit: Int) async throws -> [ContactRecord.Owner] {
        try await self.connections.read { database in
            try database.rows("SELECT * FROM owners ORDER BY key LIMIT ?", [Int64(max(0, limit))])
                .map { ContactRecord.Owner(key: $0["key"], name: $0["name"]) }
        }
    }
}

/// The conditions of a query, as far as they are asked for.
internal struct Conditions {
    private var parts: [String] = []
    private var values: [(any DatabaseValueConvertible)?] = []
    /// The last argument.
    var limit = 0

    mutating func add(_ term: String, _ value: any DatabaseValueConvertible) {
        self.parts.append(term)
        self.values.append(value)
    }

    /// All of them joined; `1` for none.
    var terms: String { self.parts.isEmpty ? "1" : self.parts.joined(separator: " AND ") }

    /// The values, then the limit.
    var arguments: StatementArguments { StatementArguments(self.values + [max(0, self.limit)]) }
}

extension VisitorID {
    fileprivate init?(stored: String) {
        guard let high = UInt64(hexadecimal: stored.prefix(16)), let low = UInt64(hexadecimal: stored.dropFirst(16))
        else { return nil }
        self.init(high: high, low: low)
    }
}
