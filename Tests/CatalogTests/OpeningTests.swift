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
        #expect(try catalog.dump().count == 26)
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

    @Test func aCopyIsACompleteCatalogAlsoWhileItIsInUse() async throws {
        let directory = try TemporaryDirectory()
        let (path, copyPath) = (directory.path("catalog.sqlite"), directory.path("copy.sqlite"))
        let world = try World(CatalogDatabase(path: path))
        try world.apply(.contact(annaRecord()), .entry(entry(0)))
        try CatalogDatabase.copy(path, to: copyPath)
        try world.apply(.entry(entry(1)))
        let copy = try CatalogDatabase(path: copyPath)
        #expect(try copy.dump() != world.catalog.dump())
        #expect(try await copy.contact(anna)?.record == annaRecord())
        #expect(try World(copy).writer.appliedPosition()?.offset == 1)
    }

    @Test func aRestoredCatalogFollowsAnotherStreamAndCountsWhatItHasAsDecided() throws {
        let world = try World(CatalogDatabase())
        try world.apply(.contact(annaRecord()))
        #expect(try world.catalog.historicBelow() == 0)
        try world.catalog.adopt(stream: StreamID(9), historicBelow: 17)
        #expect(try world.writer.appliedPosition() == LogPosition(stream: StreamID(9), offset: 1))
        #expect(try world.catalog.historicBelow() == 17)
    }

    @Test func aCatalogOfANewerVersionIsRefusedAndLeftAsItIs() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("catalog.sqlite")
        try CatalogDatabase(path: path).close()
        let newer = try DatabaseQueue(path: path)
        let count = { try newer.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM grdb_migrations") } ?? 0 }
        let known = try count()
        try newer.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2099-01-01 something new')") }
        #expect(throws: CatalogFailure.newerSchema) { try CatalogDatabase(path: path) }
        #expect(try count() == known + 1)
        #expect(try CatalogInspection(path: path).schema == .newer)
        try newer.close()
    }

    @Test func anInspectionTellsWhatACatalogHoldsAndChangesNothing() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("catalog.sqlite")
        let world = try World(CatalogDatabase(path: path), destinations: [destination("crm")])
        try world.apply(
            .contact(annaRecord()),
            .notification(LeadNotification(kind: .leadQualified, contact: anna))
        )
        let found = try CatalogInspection(path: path)
        #expect(found.schema == .current)
        #expect(found.applied == LogPosition(stream: testStream, offset: 1))
        #expect(found.damage.isEmpty)
        #expect(found.pendingDeliveries == 1)
        #expect(found.deadDeliveries == 0)
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
