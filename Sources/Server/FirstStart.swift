import Catalog
import Domain
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
        let publication = Publication(core: self.core)
        try await publication.finish()
        guard self.core.store.currentModel == nil else { return }
        let source = try String(contentsOfFile: self.settings.modelFile, encoding: .utf8)
        let model = try ModelFile.parse(source, file: self.settings.modelFile).get()
        try await publication.run(model, source: source)
    }
}
