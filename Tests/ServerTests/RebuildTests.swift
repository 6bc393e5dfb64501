import Catalog
import Domain
import EventLog
import Foundation
import ScoreStore
import TestSupport
import Testing

@testable import Server

/// A catalog that is gone is made again from the log, and nobody hears the past twice.
@Suite struct RebuildTests {
    typealias Harness = AdministrationHarness

    static func objection(_ harness: Harness, crmID: String) async throws {
        let put = try await harness.administration.putContact(Harness.input(crmID: crmID, lastName: "Rebuilt"))
        let contact = try #require(ContactReference(text: put.contact.id))
        var consents = ConsentsInput()
        consents.objected = true
        _ = try await harness.administration.setConsents(contact, consents)
    }

    static func states(_ harness: Harness) async throws -> [String: DeliveryRow.State] {
        let rows = try await harness.core.catalog.deliveries(limit: 1_000)
        return Dictionary(rows.map { ($0.item.key, $0.state) }) { first, _ in first }
    }

    static func removeCatalog(_ directory: String) throws {
        for name in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: directory + "/" + name)
        }
    }

    @Test func whatTheLogHoldsIsHistoricAndWhatFollowsIsSent() async throws {
        let place = TemporaryPath()
        var before: [String: DeliveryRow.State] = [:]
        try await Harness.run(in: place.path) { harness in
            _ = try await harness.administration.publishModel(Harness.modelSource)
            try await Self.objection(harness, crmID: "1")
            try await Self.objection(harness, crmID: "2")
            before = try await Self.states(harness)
        }
        #expect(!before.isEmpty)
        try Self.removeCatalog(place.path)
        try await Harness.run(in: place.path) { harness in
            await harness.core.settle()
            let rebuilt = try await Self.states(harness)
            #expect(Set(rebuilt.keys) == Set(before.keys))
            #expect(rebuilt.values.allSatisfy { $0 == .historic })
            #expect(try await harness.administration.contacts(ContactQuery(), page: PageRequest()).items.count == 2)
            try await Self.objection(harness, crmID: "3")
            let after = try await Self.states(harness).filter { rebuilt[$0.key] == nil }
            #expect(!after.isEmpty)
            #expect(after.values.allSatisfy { $0 == .pending })
        }
    }

    @Test func aRebuildThatIsInterruptedGoesOnAsOne() async throws {
        let place = TemporaryPath()
        try await Harness.run(in: place.path) { harness in
            _ = try await harness.administration.publishModel(Harness.modelSource)
            try await Self.objection(harness, crmID: "1")
        }
        try Self.removeCatalog(place.path)
        // The rebuild noted where the past ends, applied the first record, and was killed.
        let log = try LogInspector(directory: place.path + "/log").statistics()
        let stream = try #require(log.stream)
        let catalog = try CatalogDatabase(path: place.path + "/catalog.sqlite")
        try catalog.beginRebuild(below: log.end)
        let writer = EffectWriter(
            catalog: catalog,
            settings: EffectWriter.Settings(destinations: [], source: "", consoleAddress: "")
        )
        try writer.apply([], applied: LogPosition(stream: stream, offset: 1), historic: true)
        try catalog.close()
        try await Harness.run(in: place.path) { harness in
            await harness.core.settle()
            let states = try await Self.states(harness)
            #expect(!states.isEmpty)
            #expect(states.values.allSatisfy { $0 == .historic })
        }
    }

    @Test func theOperatorsKeyIsMadeAgainWhenTheCatalogKnowsNone() async throws {
        let place = TemporaryPath()
        let key = OperatorKey(settings: Harness.settings(place.path))
        let file = place.path + "/admin.key"
        var first = ""
        try await Harness.run(in: place.path) { harness in
            try await key.make(with: harness.administration)
            first = try String(contentsOfFile: file, encoding: .utf8)
            try await key.make(with: harness.administration)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == first)
        }
        try Self.removeCatalog(place.path)
        try await Harness.run(in: place.path) { harness in
            try await key.make(with: harness.administration)
            let second = try String(contentsOfFile: file, encoding: .utf8)
            #expect(second != first)
            #expect(try await harness.administration.authenticate(second.trimmingCharacters(in: .newlines)) != nil)
        }
    }

    @Test func aDirectoryInUseOrHalfRestoredIsRefused() async throws {
        let place = TemporaryPath()
        try await Harness.run(in: place.path) { _ in
            await #expect(throws: StartFailure.inUse(place.path)) { try await Harness.run(in: place.path) { _ in } }
        }
        try Data().write(to: URL(filePath: place.path + "/restoring"))
        await #expect(throws: StartFailure.halfRestored(place.path)) { try await Harness.run(in: place.path) { _ in } }
    }
}
