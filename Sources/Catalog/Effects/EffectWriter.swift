package import Domain
internal import GRDB
internal import Synchronization

/// Writes what follows from the log into the catalog: batches of effects in log order, each in one transaction with
/// the position it reaches.
///
/// Applying a batch again changes nothing, because effects below the stored position are left out. The caller is one
/// thread; a call returns when the transaction is on disk, or throws and leaves nothing of it.
package final class EffectWriter: Sendable {
    /// What bodies and rows say beyond the effects themselves.
    package struct Settings: Sendable {
        /// Where notifications go.
        package var destinations: [Destination]
        /// `source` of the CloudEvents: the service's own address.
        package var source: String
        /// The console's address without a trailing slash; bodies link to `<console>/contacts/<id>`.
        package var consoleAddress: String

        /// Settings.
        package init(destinations: [Destination], source: String, consoleAddress: String) {
            self.destinations = destinations
            self.source = source
            self.consoleAddress = consoleAddress
        }
    }

    let catalog: CatalogDatabase
    let settings: Settings
    let onCommit: @Sendable () -> Void
    private let names = Mutex(PageNames())

    /// A writer. `onCommit` is called on the writing thread after a commit that left something to deliver; it must
    /// return at once.
    package init(catalog: CatalogDatabase, settings: Settings, onCommit: @escaping @Sendable () -> Void = {}) {
        self.catalog = catalog
        self.settings = settings
        self.onCommit = onCommit
    }

    /// How far the log has been applied: everything below the offset; nil in a fresh catalog.
    package func appliedPosition() throws -> LogPosition? {
        try self.catalog.connections.read { try $0.appliedPosition() }
    }

    /// Applies effects, in log order, and moves the position to `applied`, which lies behind all of them.
    ///
    /// With `historic`, deliveries are kept for the record and never sent: a rebuild makes again what was already
    /// decided.
    /// - Throws: ``CatalogFailure/otherStream(stored:given:)``, or what SQLite answers.
    package func apply(_ effects: [Effect], applied: LogPosition, historic: Bool = false) throws {
        precondition(
            effects.allSatisfy { $0.offset < applied.offset },
            "an effect at or behind the position would be applied twice"
        )
        // Moved out, so that noting a name copies nothing; after a failure nothing is remembered, which is safe.
        let names = self.names.withLock { names in
            defer { names = PageNames() }
            return names
        }
        let left = try self.catalog.connections.write { database -> (hasDeliveries: Bool, names: PageNames)? in
            let stored = try database.appliedPosition()
            if let stored, stored.stream != applied.stream {
                throw CatalogFailure.otherStream(stored: stored.stream, given: applied.stream)
            }
            let floor = stored?.offset ?? 0
            guard stored == nil || applied.offset > floor else { return nil }
            var transaction = EffectTransaction(
                database: database,
                settings: self.settings,
                stream: applied.stream,
                historic: historic,
                names: names
            )
            try transaction.apply(effects.filter { $0.offset >= floor })
            try database.setAppliedPosition(applied)
            return (transaction.hasDeliveries, transaction.names)
        }
        guard let left else { return }
        self.names.withLock { $0 = left.names }
        if left.hasDeliveries { self.onCommit() }
    }
}

extension Database {
    /// How far the log has been applied.
    internal func appliedPosition() throws -> LogPosition? {
        guard let row = try self.row("SELECT stream, log_offset FROM applied") else { return nil }
        let stream = try row.value("stream") { UInt64(hexadecimal: $0) }
        return LogPosition(stream: StreamID(stream), offset: row.bits("log_offset"))
    }

    internal func setAppliedPosition(_ position: LogPosition) throws {
        try self.run(
            "INSERT OR REPLACE INTO applied (only, stream, log_offset) VALUES (1, ?, ?)",
            [position.stream.description, position.offset.stored]
        )
    }
}
