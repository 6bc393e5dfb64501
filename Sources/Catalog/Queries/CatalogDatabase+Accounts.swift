package import Domain
internal import GRDB

extension CatalogDatabase {
    // The caller says which accounts.
    private static let accountRows = """
        SELECT a.*, count(c.id) AS contact_count, coalesce(sum(c.score), 0.0) AS score, min(c.grade) AS grade,
            count(c.id) FILTER (WHERE c.stage = 'hot') AS hot_count
        FROM accounts a LEFT JOIN contacts c ON c.account = a.id
        """

    /// Accounts in the order of their keys, behind the key `after`, at most `limit`.
    package func accounts(after key: String = "", limit: Int) async throws -> [AccountRow] {
        try await self.connections.read { database in
            try database.rows(
                "\(Self.accountRows) WHERE a.key > ? GROUP BY a.key, a.id ORDER BY a.key LIMIT ?",
                [key, Int64(max(0, limit))]
            ).map { try $0.accountRow() }
        }
    }

    /// The account of a key (`crm:<id>` or `domain:<host>`) and its contacts with the highest scores first, at most
    /// `limit`; nil if there is none.
    package func account(_ key: String, limit: Int) async throws -> (row: AccountRow, contacts: [ContactRow])? {
        try await self.connections.read { database in
            let found = try database.row("\(Self.accountRows) WHERE a.key = ? GROUP BY a.id", [key])
            guard let row = try found?.accountRow() else { return nil }
            let contacts = try database.rows(
                "SELECT id FROM contacts WHERE account = ? ORDER BY score DESC, id LIMIT ?",
                [row.account.id.stored, Int64(max(0, limit))]
            )
            return (row, try contacts.compactMap { try database.contactRow(ContactID($0.bits("id"))) })
        }
    }
}

extension Row {
    fileprivate func accountRow() throws -> AccountRow {
        let grade: String? = self["grade"]
        return AccountRow(
            account: ContactRecord.Account(
                id: self.bits("id"),
                key: self["key"],
                name: self["name"],
                domain: self["domain"]
            ),
            contactCount: self["contact_count"],
            score: self["score"],
            grade: try grade.map { _ in try self.value("grade", Grade.init(name:)) },
            hotCount: self["hot_count"]
        )
    }
}
