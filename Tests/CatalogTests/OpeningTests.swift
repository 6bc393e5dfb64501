import Domain
import GRDB
import Testing

@testable import Catalog

@Suite struct OpeningTests {
    @Test func fileIsDurableAndKeepsReferences() throws {
        let directory = try TemporaryDirectory()
        let catalog = try CatalogDatabase(path: directory.path("catalog.sqlite"))
        let settings = try catalog.settings()
        #expect(settings.journalMode == "wal")
        #expect(settings.synchronous == 2)
        #expect(settings.foreignKeys)
        #expect(settings.busyTimeoutMilliseconds == 10_000)
        #expect(settings.secureDelete)
        #expect(throws: DatabaseError.self) {
            try catalog.connections.write {
                try $0.execute(sql: "INSERT INTO aliases (alias, contact) VALUES (1, 2)")
            }
        }
    }

    @Test func memoryKeepsReferences() throws {
        #expect(try CatalogDatabase().settings().foreignKeys)
    }

    @Test func everyTableIsStrict() throws {
        let catalog = try CatalogDatabase()
        let lax = try catalog.texts(
            """
            SELECT name FROM pragma_table_list
            WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
            """
        )
        #expect(lax.isEmpty)
        #expect(try catalog.dump().count == 24)
    }

    @Test func reopeningFindsWhatWasWritten() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("catalog.sqlite")
        let first = try World(CatalogDatabase(path: path))
        try first.apply(.contact(annaRecord()))
        try first.catalog.close()
        let second = try World(CatalogDatabase(path: path))
        #expect(try await second.catalog.contact(anna)?.record == annaRecord())
        #expect(try second.writer.appliedPosition() == LogPosition(stream: testStream, offset: 1))
        #expect(try second.catalog.settings().synchronous == 2)
    }

    @Test func backupIsACompleteCatalog() async throws {
        let directory = try TemporaryDirectory()
        let world = try World(CatalogDatabase(path: directory.path("catalog.sqlite")))
        try world.apply(.contact(annaRecord()), .entry(entry(0)))
        try world.catalog.backUp(to: directory.path("copy.sqlite"))
        let copy = try CatalogDatabase(path: directory.path("copy.sqlite"))
        #expect(try copy.dump() == world.catalog.dump())
    }

    @Test func readersSeeTheLastCommitWhileAnotherTransactionIsOpen() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("catalog.sqlite")
        let world = try World(CatalogDatabase(path: path))
        try world.apply(.contact(annaRecord()))
        // A writer of its own holds the lock and has changed the row:
        //   other:  BEGIN  UPDATE           COMMIT
        //   reader:                SELECT            SELECT
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try await other.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE; UPDATE contacts SET first_name = 'Annette'")
        }
        #expect(try await world.catalog.contact(anna)?.record.firstName == "Anna")
        try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        #expect(try await world.catalog.contact(anna)?.record.firstName == "Annette")
        try other.close()
    }
}
