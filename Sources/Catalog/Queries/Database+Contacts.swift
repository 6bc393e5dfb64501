internal import Domain
internal import GRDB

extension Database {
    /// The contact of an id or alias; nil if there is none.
    internal func contactRow(_ contact: ContactID) throws -> ContactRow? {
        let id = try self.resolve(contact).rawValue.stored
        let sql = """
            SELECT c.*, a.key AS account_key, a.name AS account_name, a.domain AS account_domain,
                o.name AS owner_name
            FROM contacts c LEFT JOIN accounts a ON a.id = c.account LEFT JOIN owners o ON o.key = c.owner
            WHERE c.id = ?
            """
        guard let row = try self.row(sql, [id]) else { return nil }
        return try self.contactRow(from: row)
    }

    /// The contact an alias stands for; the id itself if it is none, or if it is a contact's own: a contact comes
    /// before an alias here as in the fold.
    internal func resolve(_ contact: ContactID) throws -> ContactID {
        let row = try self.row(
            """
            SELECT contact FROM aliases
            WHERE alias = ?1 AND NOT EXISTS (SELECT 1 FROM contacts WHERE id = ?1 AND is_known)
            """,
            [contact.rawValue.stored]
        )
        return row.map { ContactID($0.bits("contact")) } ?? contact
    }

    private func contactRow(from row: Row) throws -> ContactRow {
        let contact = ContactID(row.bits("id"))
        var result = ContactRow(
            record: try self.record(of: contact, from: row),
            standing: try self.standing(of: contact, from: row)
        )
        result.isKnown = row["is_known"]
        let day: Int64? = row["last_open_day"]
        result.lastOpenDay = day.map { Int32(clamping: $0) }
        let hash: Int64? = row["import_hash"]
        result.importHash = hash.map { UInt64(bitPattern: $0) }
        return result
    }

    private func record(of contact: ContactID, from row: Row) throws -> ContactRecord {
        let id = contact.rawValue.stored
        var record = ContactRecord(contact: contact)
        record.email = row["email"]
        record.firstName = row["first_name"]
        record.lastName = row["last_name"]
        record.phone = row["phone"]
        record.language = row["language"]
        record.status = row["status"]
        record.role = row["role"]
        if let account: Int64 = row["account"] {
            record.account = ContactRecord.Account(
                id: UInt64(bitPattern: account),
                key: row["account_key"],
                name: row["account_name"],
                domain: row["account_domain"]
            )
        }
        if let owner: String = row["owner"] {
            record.owner = ContactRecord.Owner(key: owner, name: row["owner_name"])
        }
        record.consents = ContactConsents(rawValue: UInt8(clamping: row["consents"] as Int64))
        record.isClaimed = row["is_claimed"]
        record.keys = try self.rows(
            "SELECT kind, value FROM contact_keys WHERE contact = ? ORDER BY position",
            [id]
        ).map { ExternalKey(try $0.value("kind", ExternalKey.Kind.init(name:)), $0["value"]) }
        record.fields = try self.rows(
            "SELECT name, value FROM contact_fields WHERE contact = ? ORDER BY name",
            [id]
        ).map { ContactRecord.Field(name: $0["name"], value: $0["value"]) }
        return record
    }

    private func standing(of contact: ContactID, from row: Row) throws -> ContactStanding {
        let asOf: Int64? = row["as_of"]
        var standing = ContactStanding(contact: contact, asOf: Timestamp(microseconds: asOf ?? 0))
        standing.score = row["score"]
        standing.limited = row["limited"]
        standing.stage = try row.value("stage", Stage.init(named:))
        standing.awaitsConfirmation = row["awaits_confirmation"]
        standing.grade = try row.value("grade", Grade.init(name:))
        standing.firstSeen = row.time("first_seen")
        let lastSeen: Int64? = row["last_seen"]
        standing.lastSeen = Timestamp(microseconds: lastSeen ?? 0)
        standing.visits = row.number("visits")
        standing.pageViews = row.number("page_views")
        standing.clicks = row.number("clicks")
        standing.quoteViews = row.number("quote_views")
        standing.handedOver = row.time("handed_over")
        standing.balances = try self.rows(
            "SELECT group_name, topic, value, decay FROM balances WHERE contact = ? ORDER BY group_name, topic",
            [contact.rawValue.stored]
        ).map { NamedBalance(group: $0["group_name"], topic: $0["topic"], value: $0["value"], decay: $0["decay"]) }
        return standing
    }
}
