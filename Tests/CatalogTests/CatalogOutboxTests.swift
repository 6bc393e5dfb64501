import Domain
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Catalog

@Suite struct CatalogOutboxTests {
    @Test(arguments: OutboxContract.allCases)
    func memoryOutboxKeepsTheContract(_ behaviour: OutboxContract) async throws {
        let outbox = MemoryOutbox()
        try await behaviour.check(OutboxContract.Fixture(outbox: outbox) { outbox.add($0) })
    }

    @Test(arguments: OutboxContract.allCases)
    func catalogKeepsTheContract(_ behaviour: OutboxContract) async throws {
        try await behaviour.check(self.fixture(try CatalogDatabase()))
    }

    @Test(arguments: OutboxContract.allCases)
    func catalogOnDiskKeepsTheContract(_ behaviour: OutboxContract) async throws {
        let directory = try TemporaryDirectory()
        try await behaviour.check(self.fixture(try CatalogDatabase(path: directory.path("catalog.sqlite"))))
    }

    @Test func memoryOutboxRetriesDeadLettersOnly() async throws {
        let outbox = MemoryOutbox()
        let dead = outbox.add(self.item(1))
        let delivered = outbox.add(self.item(2))
        try await outbox.record(self.attempt(dead, .dead))
        try await outbox.record(self.attempt(delivered, .delivered))
        for id in [dead, delivered] { outbox.retry(id) }
        #expect(outbox.state(of: dead) == .pending(due: .distantPast))
        #expect(outbox.state(of: delivered) == .delivered)
        #expect(outbox.attempts == [self.attempt(dead, .dead), self.attempt(delivered, .delivered)])
        #expect(try await outbox.ready(for: "crm", at: .distantPast, limit: 9).map(\.attempts) == [0])
    }

    private func fixture(_ catalog: CatalogDatabase) -> OutboxContract.Fixture {
        OutboxContract.Fixture(outbox: CatalogOutbox(catalog: catalog)) { try await self.add($0, to: catalog) }
    }

    @discardableResult
    private func add(_ item: OutboxItem, to catalog: CatalogDatabase) async throws -> Int64 {
        try await catalog.connections.write { database in
            try database.execute(
                sql: """
                    INSERT INTO deliveries (destination, key, kind, contact, log_offset, body, created, due, state)
                    VALUES (?, ?, ?, ?, 0, ?, ?, 0, 'pending')
                    """,
                arguments: [
                    item.destination, item.key, item.kind.name,
                    item.contact.rawValue == 0 ? nil : item.contact.rawValue.stored,
                    String(decoding: item.body, as: UTF8.self), item.created.microseconds,
                ]
            )
            return database.lastInsertedRowID
        }
    }

    private func item(_ number: Int64) -> OutboxItem {
        OutboxItem(
            id: 0,
            destination: "crm",
            key: "k\(number)",
            kind: .alert,
            contact: ContactID(UInt64(number)),
            body: [],
            created: Timestamp(seconds: number)
        )
    }

    private func attempt(_ id: Int64, _ verdict: OutboxVerdict, at seconds: Int64 = 5) -> DeliveryAttempt {
        DeliveryAttempt(
            item: id,
            time: Timestamp(seconds: seconds),
            status: 400,
            error: "no such field",
            verdict: verdict
        )
    }

    @Test func deadLettersAreListedWithTheirLastAttemptAndRetried() async throws {
        let catalog = try CatalogDatabase()
        let announced = Mutex(0)
        let outbox = CatalogOutbox(catalog: catalog) { announced.withLock { $0 += 1 } }
        var ids: [Int64] = []
        for number in 1...4 as ClosedRange<Int64> { ids.append(try await self.add(self.item(number), to: catalog)) }
        for id in ids.prefix(3) { try await outbox.record(self.attempt(id, .dead)) }
        let dead = try await outbox.deadLetters(limit: 2)
        #expect(dead.map(\.item.id) == Array(ids.prefix(2)))
        #expect(dead.first?.lastAttempt == self.attempt(ids[0], .dead))
        #expect(try await outbox.deadLetters(after: ids[1], limit: 2).map(\.item.id) == [ids[2]])

        #expect(try await outbox.retry([ids[0], ids[3], 999]) == 1)
        #expect(announced.withLock { $0 } == 1)
        let ready = try await outbox.ready(for: "crm", at: Timestamp(seconds: 6), limit: 10)
        #expect(ready.map(\.id) == [ids[0], ids[3]])
        #expect(ready.map(\.attempts) == [0, 0])
        #expect(try await outbox.retry() == 2)
        #expect(try await outbox.retry() == 0)
        #expect(announced.withLock { $0 } == 2)
        #expect(try await outbox.deadLetters(limit: 10).isEmpty)
    }

    @Test func everyAttemptIsKept() async throws {
        let catalog = try CatalogDatabase()
        let outbox = CatalogOutbox(catalog: catalog)
        let id = try await self.add(self.item(1), to: catalog)
        let attempts = [
            self.attempt(id, .retry(at: Timestamp(seconds: 9)), at: 5),
            self.attempt(id, .retry(at: Timestamp(seconds: 20)), at: 9),
            self.attempt(id, .delivered, at: 20),
        ]
        for attempt in attempts { try await outbox.record(attempt) }
        #expect(try await catalog.attempts(of: id, limit: 10) == attempts.reversed())
        let row = try #require(try await catalog.deliveries(state: .delivered, limit: 1).first)
        #expect(row.item.attempts == 3)
        #expect(row.item.firstAttempt == Timestamp(seconds: 5))
        #expect(row.lastAttempt == attempts[2])
    }

    @Test func rowNumbersAreNotUsedTwice() async throws {
        let world = try World(destinations: [destination("crm")])
        let lead = EffectBody.notification(LeadNotification(kind: .leadQualified, contact: anna))
        try world.apply(lead)
        let erased = try #require(try await world.catalog.deliveries(limit: 1).first).item.id
        try world.apply(.contactErased(anna))
        try world.apply(lead)
        try await CatalogOutbox(catalog: world.catalog).record(self.attempt(erased, .delivered))
        #expect(try await world.catalog.deliveries(limit: 10).map(\.state) == [.pending])
    }
}
