package import Domain
internal import GRDB

extension CatalogDatabase {
    /// Adds an API key by the hash of its secret, which is never stored.
    /// - Throws: ``CatalogFailure/duplicate(_:)`` when the hash is already there.
    package func addAPIKey(
        name: String,
        hash: [UInt8],
        scopes: [String],
        at time: Timestamp
    ) async throws -> APIKeyRow {
        try await self.connections.write { database in
            if try database.row("SELECT 1 FROM api_keys WHERE hash = ?", [hash.blob]) != nil {
                throw CatalogFailure.duplicate(name)
            }
            try database.run(
                "INSERT INTO api_keys (name, hash, scopes, created) VALUES (?, ?, ?, ?)",
                [name, hash.blob, try scopes.json, time.microseconds]
            )
            return APIKeyRow(
                id: database.lastInsertedRowID,
                name: name,
                scopes: scopes,
                created: time,
                lastUsedDay: nil
            )
        }
    }

    /// The key of a hash; nil if there is none.
    package func apiKey(hash: [UInt8]) async throws -> APIKeyRow? {
        try await self.connections.read { database in
            try database.row("SELECT * FROM api_keys WHERE hash = ?", [hash.blob])?.apiKey()
        }
    }

    /// All keys, by number.
    package func apiKeys() async throws -> [APIKeyRow] {
        try await self.connections.read { database in
            try database.rows("SELECT * FROM api_keys ORDER BY id").map { try $0.apiKey() }
        }
    }

    /// Notes the day a key was used; writes only when the day is a new one.
    package func markAPIKeyUsed(_ id: Int64, day: Int32) async throws {
        try await self.connections.write { database in
            try database.run(
                "UPDATE api_keys SET last_used_day = ?1 WHERE id = ?2 AND coalesce(last_used_day, ?1 - 1) < ?1",
                [Int64(day), id]
            )
        }
    }

    /// Removes a key. False when there is none.
    package func removeAPIKey(_ id: Int64) async throws -> Bool {
        try await self.connections.write { database in
            try database.run("DELETE FROM api_keys WHERE id = ?", [id])
            return database.changesCount > 0
        }
    }
}

extension Row {
    fileprivate func apiKey() throws -> APIKeyRow {
        let day: Int64? = self["last_used_day"]
        return APIKeyRow(
            id: self["id"],
            name: self["name"],
            scopes: try self.value("scopes", [String].init(json:)),
            created: self.time("created"),
            lastUsedDay: day.map { Int32(clamping: $0) }
        )
    }
}
