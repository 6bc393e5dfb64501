package import Domain
internal import GRDB

extension CatalogDatabase {
    /// Keeps a model as it was published.
    /// - Throws: ``CatalogFailure/duplicate(_:)`` when the version is already there with another source.
    package func addModel(_ model: ModelRow) async throws {
        try await self.connections.write { database in
            let stored = try database.row("SELECT source FROM models WHERE version = ?", [Int64(model.version)])
            if let stored {
                guard stored["source"] == model.source else {
                    throw CatalogFailure.duplicate("version \(model.version)")
                }
                return
            }
            try database.run(
                "INSERT INTO models (version, source, published, log_offset) VALUES (?, ?, ?, ?)",
                [Int64(model.version), model.source, model.published.microseconds, model.offset.stored]
            )
        }
    }

    /// Published models, newest first, at most `limit`.
    package func models(limit: Int) async throws -> [ModelRow] {
        try await self.connections.read { database in
            try database.rows("SELECT * FROM models ORDER BY version DESC LIMIT ?", [Int64(max(0, limit))]).map {
                ModelRow(
                    version: $0.number("version"),
                    source: $0["source"],
                    published: $0.time("published"),
                    offset: $0.bits("log_offset")
                )
            }
        }
    }

    /// The installation's value of a name; nil if there is none.
    package func meta(_ key: String) async throws -> String? {
        try await self.connections.read { database in
            let row = try database.row("SELECT value FROM meta WHERE key = ?", [key])
            return row?["value"]
        }
    }

    /// Sets the installation's value of a name. Never a secret: the file is backed up and read by people.
    package func setMeta(_ key: String, to value: String) async throws {
        try await self.connections.write { database in
            try database.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [key, value])
        }
    }
}
