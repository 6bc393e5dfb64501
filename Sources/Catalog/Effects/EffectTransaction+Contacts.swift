internal import Domain
internal import GRDB

extension EffectTransaction {
    mutating func write(_ record: ContactRecord) throws {
        let id = record.contact.rawValue.stored
        try self.ensure(record.contact)
        // One who is known is nobody's second key, whatever the id once stood for.
        try self.database.run("DELETE FROM aliases WHERE alias = ?", [id])
        if let account = record.account { try self.write(account) }
        if let owner = record.owner { try self.write(owner) }
        try self.database.run(
            """
            UPDATE contacts SET is_known = 1, email = ?, first_name = ?, last_name = ?, phone = ?, language = ?,
                status = ?, role = ?, account = ?, owner = ?, consents = ?, is_claimed = ?
            WHERE id = ?
            """,
            [
                record.email, record.firstName, record.lastName, record.phone, record.language, record.status,
                record.role, record.account?.id.stored, record.owner?.key, Int64(record.consents.rawValue),
                record.isClaimed, id,
            ]
        )
        try self.database.run("DELETE FROM contact_keys WHERE contact = ?", [id])
        for (position, key) in record.keys.enumerated() {
            // A key belongs to whom it was given last.
            try self.database.run(
                "INSERT OR REPLACE INTO contact_keys (kind, value, contact, position) VALUES (?, ?, ?, ?)",
                [key.kind.name, key.value, id, position]
            )
        }
        try self.database.run("DELETE FROM contact_fields WHERE contact = ?", [id])
        for field in record.fields {
            try self.database.run(
                "INSERT OR REPLACE INTO contact_fields (contact, name, value) VALUES (?, ?, ?)",
                [id, field.name, field.value]
            )
        }
    }

    mutating func write(_ consents: ContactConsents, of contact: ContactID) throws {
        try self.ensure(contact)
        try self.database.run(
            "UPDATE contacts SET consents = ? WHERE id = ?",
            [Int64(consents.rawValue), contact.rawValue.stored]
        )
    }

    // A record that does not say a name or domain takes none away.
    private func write(_ account: ContactRecord.Account) throws {
        try self.database.run(
            """
            INSERT INTO accounts (id, key, name, domain) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                key = excluded.key,
                name = coalesce(nullif(excluded.name, ''), name),
                domain = coalesce(nullif(excluded.domain, ''), domain)
            """,
            [account.id.stored, account.key, account.name, account.domain]
        )
    }

    private func write(_ owner: ContactRecord.Owner) throws {
        try self.database.run(
            """
            INSERT INTO owners (key, name) VALUES (?, ?)
            ON CONFLICT (key) DO UPDATE SET name = coalesce(nullif(excluded.name, ''), name)
            """,
            [owner.key, owner.name]
        )
    }

    mutating func write(alias: ContactID, of contact: ContactID) throws {
        guard alias != contact else {
            try self.database.run("DELETE FROM aliases WHERE alias = ?", [alias.rawValue.stored])
            return
        }
        try self.ensure(contact)
        try self.database.run(
            "INSERT OR REPLACE INTO aliases (alias, contact) VALUES (?, ?)",
            [alias.rawValue.stored, contact.rawValue.stored]
        )
    }

    mutating func link(_ visitor: VisitorID, to contact: ContactID, trust: LinkTrust, at time: Timestamp) throws {
        try self.ensure(contact)
        try self.database.run(
            "INSERT OR REPLACE INTO visitors (id, contact, trust, linked) VALUES (?, ?, ?, ?)",
            [visitor.stored, contact.rawValue.stored, trust.name, time.microseconds]
        )
    }

    /// What the visitor did was somebody else's, or they want it forgotten: it leaves the timeline. The ledger keeps
    /// its entries beside the reversal that takes them back; of one who wants to be forgotten it keeps neither the
    /// page nor the browser.
    func unlink(_ visitor: VisitorID, from contact: ContactID, _ reason: ReversalReason) throws {
        let arguments: StatementArguments = [visitor.stored, contact.rawValue.stored]
        try self.database.run("DELETE FROM visitors WHERE id = ? AND contact = ?", arguments)
        try self.database.run("DELETE FROM timeline WHERE visitor = ? AND contact = ?", arguments)
        guard reason == .erased else { return }
        try self.database.run(
            "UPDATE ledger SET page = NULL, visitor = NULL WHERE visitor = ? AND contact = ?",
            arguments
        )
    }

    mutating func write(lastOpenDay day: Int32, of contact: ContactID) throws {
        try self.ensure(contact)
        try self.database.run(
            "UPDATE contacts SET last_open_day = max(coalesce(last_open_day, ?1), ?1) WHERE id = ?2",
            [Int64(day), contact.rawValue.stored]
        )
    }

    mutating func write(_ standing: ContactStanding) throws {
        let id = standing.contact.rawValue.stored
        try self.ensure(standing.contact)
        try self.database.run(
            """
            UPDATE contacts SET score = ?, limited = ?, as_of = ?, stage = ?, awaits_confirmation = ?, grade = ?,
                first_seen = ?, last_seen = ?, visits = ?, page_views = ?, clicks = ?, quote_views = ?, handed_over = ?
            WHERE id = ?
            """,
            [
                standing.score, standing.limited, standing.asOf.microseconds, standing.stage.name,
                standing.awaitsConfirmation, standing.grade.name, standing.firstSeen.storedOrNever,
                standing.lastSeen == .distantPast ? nil : standing.lastSeen.microseconds, Int64(standing.visits),
                Int64(standing.pageViews), Int64(standing.clicks), Int64(standing.quoteViews),
                standing.handedOver.storedOrNever, id,
            ]
        )
        try self.database.run("DELETE FROM balances WHERE contact = ?", [id])
        for balance in standing.balances {
            try self.database.run(
                "INSERT OR REPLACE INTO balances (contact, group_name, topic, value, decay) VALUES (?, ?, ?, ?, ?)",
                [id, balance.group, balance.topic, balance.value, balance.decay]
            )
        }
    }
}
