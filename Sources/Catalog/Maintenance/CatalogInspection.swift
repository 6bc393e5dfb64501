package import Domain
internal import GRDB

/// What a catalog's file holds, for an operator who looks at it. Read only, also while a service uses the file.
package struct CatalogInspection: Equatable, Sendable {
    /// How the tables compare with those this version knows.
    package enum Schema: Equatable, Sendable {
        /// The same.
        case current
        /// A start would change them.
        case older
        /// A newer version changed them: this one refuses to start.
        case newer
    }

    /// How the tables compare.
    package var schema: Schema
    /// How far the log has been applied; nil in a fresh catalog.
    package var applied: LogPosition?
    /// Where the log ended when the catalog was lost and made anew from it; nil if it never was.
    package var rebuiltBelow: UInt64?
    /// Deliveries that are still to be made.
    package var pendingDeliveries = 0
    /// Deliveries that were given up.
    package var deadDeliveries = 0
    /// What SQLite finds wrong with the file; empty if nothing.
    package var damage: [String]

    /// Looks at the file at `path`, which must exist.
    /// - Throws: what SQLite answers, when the file is no catalog or cannot be read.
    package init(path: String) throws {
        let queue = try DatabaseQueue(path: path, configuration: CatalogDatabase.readOnly())
        self = try queue.read { try Self(database: $0) }
        try queue.close()
    }

    private init(database: Database) throws {
        let migrator = CatalogSchema.migrator
        if try migrator.hasBeenSuperseded(database) {
            self.schema = .newer
        } else {
            self.schema = try migrator.hasCompletedMigrations(database) ? .current : .older
        }
        self.damage = try String.fetchAll(database, sql: "PRAGMA quick_check").filter { $0 != "ok" }
        // What a newer version's tables say is not for this one to read.
        guard self.schema != .newer, try database.tableExists("deliveries") else { return }
        self.applied = try database.appliedPosition()
        self.rebuiltBelow = try database.rebuiltBelow()
        self.pendingDeliveries = try Self.count("pending", database)
        self.deadDeliveries = try Self.count("dead", database)
    }

    private static func count(_ state: String, _ database: Database) throws -> Int {
        let row = try database.row("SELECT count(*) AS count FROM deliveries WHERE state = '\(state)'")
        return row?["count"] ?? 0
    }
}
