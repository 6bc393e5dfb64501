internal import Domain
internal import GRDB

extension Database {
    /// The columns of ``ledgerRow(from:)``; the caller says which rows. The detail of an entry from before
    /// identification are the pages the visitor remembered.
    private static let ledgerRows = """
        SELECT l.*, coalesce(p.url, '') AS page_url, coalesce(p.title, '') AS page_title,
            CASE l.origin WHEN 'before_identification' THEN coalesce((
                SELECT group_concat(coalesce(nullif(b.title, ''), b.url), ', ')
                FROM timeline t JOIN pages b ON b.key = t.page
                WHERE t.contact = l.contact AND t.visitor = coalesce(l.visitor, '') AND t.from_before
                    AND t.first_date <= l.date
            ), '') ELSE coalesce(m.name, q.title, '') END AS object_name
        FROM ledger l
        LEFT JOIN pages p ON p.key = l.page
        LEFT JOIN messages m ON m.id = l.message
        LEFT JOIN quotes q ON q.id = l.quote
        """

    /// A contact's entries, newest in the log first, behind `after`.
    internal func ledger(of contact: ContactID, after: EntryID?, limit: Int) throws -> [LedgerRow] {
        let start = after ?? EntryID(offset: UInt64(Int64.max), ordinal: .max)
        return try self.rows(
            """
            \(Self.ledgerRows)
            WHERE l.contact = ? AND (l.log_offset, l.ordinal) < (?, ?)
            ORDER BY l.log_offset DESC, l.ordinal DESC LIMIT ?
            """,
            [contact.rawValue.stored, start.offset.stored, Int64(start.ordinal), Int64(max(0, limit))]
        ).map(self.ledgerRow(from:))
    }

    /// What a contact's entries before one add up to. Read row by row: a ledger has no end, memory does.
    internal func earlierEntries(of contact: ContactID, than first: EntryID?) throws -> EarlierEntries {
        var earlier = EarlierEntries()
        guard let first else { return earlier }
        let cursor = try Row.fetchCursor(
            self.cachedStatement(
                sql: """
                    SELECT group_name, granted, decay, state = 'settled' AS counts FROM ledger
                    WHERE contact = ? AND (log_offset, ordinal) < (?, ?) ORDER BY log_offset, ordinal
                    """
            ),
            arguments: [contact.rawValue.stored, first.offset.stored, Int64(first.ordinal)]
        )
        while let row = try cursor.next() {
            earlier.add(group: row["group_name"], granted: row["counts"] ? row["granted"] : nil, decay: row["decay"])
        }
        return earlier
    }

    /// What a lead shows: the newest settled entries that count something and were not taken back.
    internal func reasons(of contact: ContactID, limit: Int) throws -> [LedgerRow] {
        try self.rows(
            """
            \(Self.ledgerRows)
            WHERE l.contact = ? AND l.state = 'settled' AND l.granted <> 0 AND l.origin <> 'reversal'
                AND l.reversed_by_offset IS NULL
            ORDER BY l.date DESC, l.log_offset DESC, l.ordinal DESC LIMIT ?
            """,
            [contact.rawValue.stored, Int64(max(0, limit))]
        ).map(self.ledgerRow(from:))
    }

    private func ledgerRow(from row: Row) throws -> LedgerRow {
        let id = EntryID(offset: row.bits("log_offset"), ordinal: UInt16(clamping: row["ordinal"] as Int64))
        var entry = LedgerEntry(
            id: id,
            contact: ContactID(row.bits("contact")),
            origin: try row.value("origin", LedgerEntry.Origin.init(name:)),
            rule: row["rule"],
            modelVersion: row.number("model_version"),
            group: row["group_name"],
            points: row["points"],
            granted: row["granted"],
            decay: row["decay"],
            date: row.time("date")
        )
        let state = try row.value("state", LedgerRow.State.init(rawValue:))
        entry.topic = row["topic"]
        entry.capped = row["capped"]
        entry.state = state == .provisional ? .provisional : .settled
        entry.heldUntil = row.time("held_until")
        entry.verdict = try row.value("verdict", Verdict.init(named:))
        entry.trust = try row.value("trust", LinkTrust.init(named:))
        entry.page = PageKey(row.bits("page"))
        entry.message = row.number("message")
        entry.link = row.number("link")
        entry.quote = row.number("quote")
        entry.refersTo = row.entryID("refers_to_offset", "refers_to_ordinal")
        entry.author = row["author"]
        var result = LedgerRow(entry: entry, state: state)
        if let reason: String = row["reason"] {
            guard let known = ReversalReason.allCases.first(where: { $0.tag == reason }) else {
                throw CatalogFailure.malformed("reason")
            }
            result.reason = known
        }
        result.reversedBy = row.entryID("reversed_by_offset", "reversed_by_ordinal")
        result.repeats = row.number("repeats")
        result.url = row["page_url"]
        result.title = row["page_title"]
        result.objectName = row["object_name"]
        return result
    }
}

extension Row {
    fileprivate func entryID(_ offset: String, _ ordinal: String) -> EntryID? {
        guard let word: Int64 = self[offset], let number: Int64 = self[ordinal] else { return nil }
        return EntryID(offset: UInt64(bitPattern: word), ordinal: UInt16(clamping: number))
    }
}
