import Domain
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Catalog

@Suite struct EffectWriterTests {
    @Test func freshCatalogHasNoPosition() throws {
        #expect(try World().writer.appliedPosition() == nil)
    }

    @Test func positionMovesWithoutEffects() throws {
        let world = try World()
        try world.writer.apply([], applied: LogPosition(stream: testStream, offset: 9))
        #expect(try world.writer.appliedPosition() == LogPosition(stream: testStream, offset: 9))
        try world.writer.apply([], applied: LogPosition(stream: testStream, offset: 8))
        #expect(try world.writer.appliedPosition()?.offset == 9)
    }

    @Test func batchAppliedTwiceChangesNothing() throws {
        let effects = EffectSequence(seed: 1, records: 200).effects
        let world = try World(destinations: [destination("crm")])
        let end = LogPosition(stream: testStream, offset: 10_000)
        try world.writer.apply(effects, applied: end)
        let once = try world.catalog.dump()
        try world.writer.apply(effects, applied: end)
        #expect(try world.catalog.dump() == once)
    }

    @Test(arguments: 0..<25 as Range<UInt64>)
    func anySplitIntoBatchesGivesTheSameTables(seed: UInt64) throws {
        let effects = EffectSequence(seed: seed, records: 150).effects
        let whole = try World(destinations: [destination("crm"), destination("chat", [.leadQualified])])
        let split = try World(destinations: [destination("crm"), destination("chat", [.leadQualified])])
        let end = (effects.last?.offset ?? 0) + 1
        try whole.writer.apply(effects, applied: LogPosition(stream: testStream, offset: end))
        var numbers = SeededRandom(seed: seed &+ 1_000)
        var applied: UInt64 = 0
        while applied < end {
            let next = min(end, applied + UInt64.random(in: 1...40, using: &numbers))
            // A replay begins anywhere below what was applied.
            let from = UInt64.random(in: 0...applied, using: &numbers)
            let batch = effects.filter { from <= $0.offset && $0.offset < next }
            try split.writer.apply(batch, applied: LogPosition(stream: testStream, offset: next))
            applied = next
        }
        #expect(try split.catalog.dump() == whole.catalog.dump(), "seed \(seed)")
    }

    @Test func notificationUnderAnAliasSeesTheStandingOfItsMoment() async throws {
        let world = try World(destinations: [destination("crm")])
        let alias = ContactID(99)
        try world.apply(
            .contact(annaRecord()),
            .alias(alias, of: anna),
            .standing(standing(score: 61)),
            .notification(LeadNotification(kind: .alert, contact: alias)),
            .standing(standing(score: 62))
        )
        let body = try #require(try await world.catalog.deliveries(limit: 1).first).item.body
        #expect(String(decoding: body, as: UTF8.self).contains(#""total":61"#))
    }

    @Test func failedBatchLeavesNothing() throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(.contact(annaRecord()))
        let before = try world.catalog.dump()
        #expect(throws: DatabaseError.self) {
            try world.apply(
                .entry(entry(1)),
                .notification(LeadNotification(kind: .leadQualified, contact: anna)),
                .entry(entry(1, 1, granted: .nan))
            )
        }
        #expect(try world.catalog.dump() == before)
        // The next batch takes the same place.
        try world.apply(.entry(entry(1)))
        #expect(try world.writer.appliedPosition()?.offset == 3)
    }

    @Test func otherStreamIsRefused() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(
            .contact(annaRecord()),
            .notification(LeadNotification(kind: .leadQualified, contact: anna))
        )
        let other = LogPosition(stream: StreamID(5), offset: 1)
        #expect(throws: CatalogFailure.otherStream(stored: testStream, given: other.stream)) {
            try world.writer.apply([], applied: other)
        }
        #expect(try await world.catalog.deliveries(limit: 10).count == 1)
        #expect(try world.writer.appliedPosition()?.stream == testStream)
    }

    @Test func rebuildMakesTheSameTablesAndSendsNothing() async throws {
        let effects = EffectSequence(seed: 77, records: 200).effects
        let end = LogPosition(stream: testStream, offset: 10_000)
        let first = try World(destinations: [destination("crm")])
        try first.writer.apply(effects, applied: end)
        let again = try World(destinations: [destination("crm")])
        try again.writer.apply(effects, applied: end, historic: true)
        let (before, after) = (try first.catalog.dump(), try again.catalog.dump())
        for table in before.keys where !["deliveries", "digest"].contains(table) {
            #expect(after[table] == before[table], "\(table)")
        }
        let sent = try await first.catalog.deliveries(limit: 10_000)
        let kept = try await again.catalog.deliveries(limit: 10_000)
        #expect(!sent.isEmpty)
        #expect(Set(kept.map(\.item.key)) == Set(sent.map(\.item.key)))
        #expect(kept.allSatisfy { $0.state == .historic })
        #expect(try again.catalog.texts("SELECT id FROM digest WHERE sent IS NULL").isEmpty)
    }

    @Test func commitIsAnnouncedOnlyWhenThereIsSomethingToDeliver() throws {
        let announced = Mutex(0)
        let writer = EffectWriter(
            catalog: try CatalogDatabase(),
            settings: .init(destinations: [destination("crm", [.alert])], source: "s", consoleAddress: "c")
        ) { announced.withLock { $0 += 1 } }
        func apply(_ kind: NotificationKind, _ offset: UInt64, historic: Bool = false) throws {
            let effect = Effect(
                offset: offset,
                slot: Slot(1),
                ordinal: 0,
                time: Timestamp(seconds: 1),
                body: .notification(LeadNotification(kind: kind, contact: anna))
            )
            let end = LogPosition(stream: testStream, offset: offset + 1)
            try writer.apply([effect], applied: end, historic: historic)
        }
        try apply(.leadQualified, 0)
        try apply(.alert, 1, historic: true)
        #expect(announced.withLock { $0 } == 0)
        try apply(.alert, 2)
        #expect(announced.withLock { $0 } == 1)
        try apply(.alert, 2)
        #expect(announced.withLock { $0 } == 1)
    }
}
