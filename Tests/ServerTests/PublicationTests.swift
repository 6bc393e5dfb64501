import Catalog
import Domain
import ScoreStore
import Settings
import TestSupport
import Testing

@testable import Server

@Suite struct PublicationTests {
    typealias Harness = AdministrationHarness

    private func record(_ model: ScoringModel, _ core: Core) async throws {
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .model, slot: .every) { model.encode(to: &$0) }
        try await core.submit(frames, records: 1)
    }

    @Test func theSourceOfAPublicationThatACrashInterruptedIsThereAfterTheNextStart() async throws {
        try await Harness.run { harness in
            let core = harness.core
            let source = Harness.modelSource
            let model = try ModelFile.parse(source, file: "model.yaml").get()
            // What a crash behind the record leaves.
            try await core.catalog.setMeta(Publication.draftKey, to: source)
            try await self.record(model, core)
            #expect(try await core.catalog.modelSource(version: 1) == nil)
            try await Publication(core: core).finish()
            #expect(try await core.catalog.modelSource(version: 1) == source)
            #expect(try await core.catalog.models(limit: 9).map(\.offset) == [0])
            try await Publication(core: core).finish()
        }
    }

    @Test func aDraftThatWasNeverLoggedIsNoPublication() async throws {
        try await Harness.run { harness in
            try await harness.core.catalog.setMeta(Publication.draftKey, to: Harness.modelSource)
            try await Publication(core: harness.core).finish()
            #expect(try await harness.core.catalog.models(limit: 9).isEmpty)
            // Another text of the same version was logged.
            var other = try ModelFile.parse(Harness.modelSource, file: "model.yaml").get()
            other.unconfirmed = 0.125
            try await self.record(other, harness.core)
            try await Publication(core: harness.core).finish()
            #expect(try await harness.core.catalog.models(limit: 9).isEmpty)
        }
    }
}
