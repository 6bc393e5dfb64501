internal import CSQLite
package import Domain
internal import Foundation
internal import GRDB

/// The catalog: what people query, in one SQLite file.
///
/// **Purpose.** It holds three kinds of tables. *Projections* (contacts, ledger, timeline, leads, …) are written by
/// ``EffectWriter`` alone and follow from the log. *Deliveries* are decided by the log and carried on by the
/// dispatchers. *Own* tables (sites, links, messages, quotes, keys, models) are written by people and never rebuilt.
///
/// **Durability.** Write-ahead log with `synchronous = FULL`: a transaction that returned is on disk. The effects of a
/// batch and the position they reach are one transaction, so that a crash shows either all of a batch or nothing.
///
/// **Concurrency.** One writer connection; readers see the last committed transaction and never wait for it. Whatever
/// must agree with itself (`explain`) is read in one transaction.
///
/// **Forms.** Times are whole microseconds since 1970 in UTC; contact, account and page ids are 64-bit patterns in
/// signed columns. The views show both as people read them: ISO 8601 text and 16 hexadecimal digits.
///
/// **Failure.** A full or busy database throws out of the call and leaves nothing of it behind; the caller decides
/// when to try again.
package final class CatalogDatabase: Sendable {
    internal let connections: any DatabaseWriter

    /// Opens the catalog at a path, creating and migrating it as needed.
    package convenience init(path: String) throws {
        let pool = try DatabasePool(path: path, configuration: Self.configuration())
        try self.init(opened: pool)
    }

    /// An empty catalog in memory, gone with the process.
    package convenience init() throws {
        try self.init(opened: DatabaseQueue(configuration: Self.configuration()))
    }

    private init(opened connections: any DatabaseWriter) throws {
        self.connections = connections
        // GRDB sets NORMAL on a pool's writer after `prepareDatabase` ran, and NORMAL may lose the last transactions
        // with the power. Outside a transaction, where SQLite takes the pragma.
        try connections.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let migrator = CatalogSchema.migrator
        guard try !connections.read({ try migrator.hasBeenSuperseded($0) }) else { throw CatalogFailure.newerSchema }
        try migrator.migrate(connections)
    }

    /// Once for the process, before its first catalog. Where something else opened a database before, SQLite goes on
    /// counting, and nothing but speed is lost.
    private static let memoryCounts: Void = { _ = vendange_sqlite_without_memory_counts() }()

    private static func configuration() -> Configuration {
        Self.memoryCounts
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // A person in the `sqlite3` shell may hold the write lock for a moment.
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.label = "catalog"
        // An erased person's rows are overwritten, not only unlinked, whatever this SQLite was built with.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA secure_delete = ON") }
        // What a slow reader made the write-ahead log grow to is given back once it is gone.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_size_limit = 67108864") }
        return configuration
    }

    /// The durability settings of the writing connection, as SQLite answers them.
    package func settings() throws -> Settings {
        try self.connections.writeWithoutTransaction { database in
            Settings(
                journalMode: try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "",
                synchronous: try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? 0,
                foreignKeys: try Bool.fetchOne(database, sql: "PRAGMA foreign_keys") ?? false,
                busyTimeoutMilliseconds: try Int.fetchOne(database, sql: "PRAGMA busy_timeout") ?? 0,
                secureDelete: try Bool.fetchOne(database, sql: "PRAGMA secure_delete") ?? false
            )
        }
    }

    /// What SQLite says about a connection.
    package struct Settings: Equatable, Sendable {
        /// `wal` for a file.
        package var journalMode: String
        /// 2 is FULL.
        package var synchronous: Int
        /// Whether references are enforced.
        package var foreignKeys: Bool
        /// How long a statement waits for a lock.
        package var busyTimeoutMilliseconds: Int
        /// Whether what is deleted is overwritten.
        package var secureDelete: Bool
    }

    /// Closes all connections; later calls throw. What stands in the write-ahead log is brought into the file first, as
    /// far as no other program reads it, so that the one file is the catalog.
    package func close() throws {
        try? self.connections.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try self.connections.close()
    }
}

/// Why the catalog refused.
package enum CatalogFailure: Error, Equatable, Sendable {
    /// The effects are of another stream than the one applied so far: the log was replaced.
    case otherStream(stored: StreamID, given: StreamID)
    /// A stored value is none that this version writes; the text names the column.
    case malformed(String)
    /// Another row already has this name or key.
    case duplicate(String)
    /// A newer version of Vendange has changed the tables: this one does not know what they mean.
    case newerSchema
}
