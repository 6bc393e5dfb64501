package import Domain
internal import GRDB

extension CatalogDatabase {
    /// Writes a consistent copy of the catalog at `path` to a new file. The catalog may be in use, also by another
    /// process: it is only read, and nobody waits.
    package static func copy(_ path: String, to target: String) throws {
        let source = try DatabaseQueue(path: path, configuration: self.readOnly())
        let copy = try DatabaseQueue(path: target)
        try source.backup(to: copy)
        try copy.close()
        try source.close()
    }

    /// How a catalog is opened that is only looked at.
    internal static func readOnly() -> Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        configuration.label = "catalog, read only"
        return configuration
    }

    /// What the log says below this offset was decided before this catalog came to be: its deliveries are kept and
    /// not sent. 0 for a catalog that saw everything happen.
    package func historicBelow() throws -> UInt64 {
        try self.connections.read { try $0.historicBelow() }
    }

    /// Notes that this catalog is made anew from a log that ends at `offset`: everything below was decided before
    /// (``historicBelow()``), and what only the lost catalog held is not there.
    package func beginRebuild(below offset: UInt64) throws {
        try self.connections.write { database in
            try database.setMeta(Database.historicKey, offset)
            try database.setMeta(Database.rebuiltKey, offset)
        }
    }

    /// Makes a restored catalog follow the restored log, which is another stream of the same records: what that log
    /// holds was decided, and may have been delivered, before.
    package func adopt(stream: StreamID, historicBelow offset: UInt64) throws {
        try self.connections.write { database in
            if let applied = try database.appliedPosition() {
                try database.setAppliedPosition(LogPosition(stream: stream, offset: applied.offset))
            }
            try database.setMeta(Database.historicKey, offset)
        }
    }
}

extension Database {
    fileprivate static let historicKey = "historic_below"
    fileprivate static let rebuiltKey = "rebuilt_below"

    /// See ``CatalogDatabase/historicBelow()``.
    internal func historicBelow() throws -> UInt64 { try self.meta(Self.historicKey) ?? 0 }

    /// Where the log ended when the catalog was made anew from it; nil if it never was.
    internal func rebuiltBelow() throws -> UInt64? { try self.meta(Self.rebuiltKey) }

    private func meta(_ key: String) throws -> UInt64? {
        try self.row("SELECT value FROM meta WHERE key = ?", [key]).map { try $0.value("value") { UInt64($0) } }
    }

    fileprivate func setMeta(_ key: String, _ value: UInt64) throws {
        try self.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [key, String(value)])
    }
}
