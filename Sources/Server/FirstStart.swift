import Catalog
package import Domain
import Foundation
import ScoreStore
import Settings

/// What a service with an empty data directory gives itself: the settings' sites, and a scoring model.
struct FirstStart {
    let core: Core
    let settings: ServiceSettings

    func run() async throws {
        let known = Set(try await self.core.catalog.sites().map(\.key))
        for site in self.settings.sites where !known.contains(site.key) {
            _ = try await self.core.catalog.addSite(site)
        }
        await self.core.settle()
        guard self.core.store.currentModel == nil else { return }
        let source = try String(contentsOfFile: self.settings.modelFile, encoding: .utf8)
        let model = try ModelFile.parse(source, file: self.settings.modelFile).get()
        try await self.core.publish(model, source: source)
    }
}

extension Core {
    /// Logs a model for every slot and keeps its source.
    package func publish(_ model: ScoringModel, source: String) async throws {
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .model, slot: .every) { model.encode(to: &$0) }
        let end = try await self.submit(frames, records: 1)
        let published = self.store.modelHistory.models.last { $0.source.version == model.version }
        try await self.catalog.addModel(
            ModelRow(
                version: model.version,
                source: source,
                published: published?.published ?? self.clock.wallTime(),
                offset: published?.offset ?? end - 1
            )
        )
    }
}
