internal import GRDB

/// The tables and views, by the date they came.
///
/// A migration that was released is never edited: the next one changes what it made.
internal enum CatalogSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("2026-11-23 people, deliveries, own tables, views") { database in
            for part in [Self.ownTables, Self.peopleTables, Self.scoreTables, Self.deliveryTables, Self.views] {
                try database.execute(sql: part)
            }
        }
        migrator.registerMigration("2026-11-25 browsers of timeline and ledger") { database in
            try database.execute(sql: Self.visitorColumns)
        }
        migrator.registerMigration("2026-11-25 operator notices") { database in
            try database.execute(sql: Self.operatorTables)
        }
        return migrator
    }
}
