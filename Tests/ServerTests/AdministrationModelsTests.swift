import Catalog
import Domain
import EventLog
import ScoreStore
import Testing

@testable import Server

@Suite struct AdministrationModelsTests {
    typealias Harness = AdministrationHarness

    @Test func aPublishedModelIsInForceForEverySlot() async throws {
        try await Harness.run { harness in
            await #expect(throws: AdministrationError.self) { try await harness.administration.currentModel() }
            let view = try await harness.administration.publishModel(Harness.modelSource)
            #expect(view.version == 1)
            #expect(view.isCurrent)
            #expect(try await harness.administration.modelSource(version: 1) == Harness.modelSource)
            #expect(harness.core.store.currentModel?.source.groups.map(\.name) == ["web", "sales"])
        }
    }

    @Test func theVersionMustGrow() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.publishModel(Harness.modelSource)
            let end = harness.core.log.end
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.publishModel(Harness.modelSource)
            }
            #expect(error?.problems.map(\.field) == ["version"])
            #expect(harness.core.log.end == end)
            #expect(try await harness.administration.validateModel(Harness.modelSource).map(\.line) == [1])
            let next = Harness.modelSource.replacing("version: 1", with: "version: 2")
            #expect(try await harness.administration.publishModel(next).version == 2)
            let models = try await harness.administration.models(page: PageRequest(limit: 1))
            #expect(models.items.map(\.version) == [2])
            let rest = try await harness.administration.models(page: PageRequest(after: models.next))
            #expect(rest.items.map(\.version) == [1])
            #expect(rest.items.map(\.isCurrent) == [false])
        }
    }

    @Test func aModelWithMistakesIsNotPublished() async throws {
        try await Harness.run { harness in
            let source = Harness.modelSource.replacing("half_life: 30d", with: "half_life: soon")
            let problems = try await harness.administration.validateModel(source)
            #expect(problems.map(\.line) == [3])
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.publishModel(source)
            }
            #expect(error?.problems.count == problems.count)
            #expect(harness.core.store.currentModel == nil)
        }
    }
}
