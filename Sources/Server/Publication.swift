import Catalog
import Domain
import ScoreStore
import Settings

/// Publishes a scoring model: a record for every slot, and the author's source in the catalog.
///
/// The record is the publication, and the log cannot tell the source from it. So the source is kept aside before, and
/// entered under its version after; what a crash leaves in between is finished by the next start.
struct Publication {
    let core: Core

    static let draftKey = "model.draft"

    /// Publishes a model whose version is above all others.
    func run(_ model: ScoringModel, source: String) async throws {
        try await self.core.catalog.setMeta(Self.draftKey, to: source)
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .model, slot: .every) { model.encode(to: &$0) }
        try await self.core.submit(frames, records: 1)
        try await self.enter(source, as: model.version)
    }

    /// Enters the source of a publication that was interrupted behind its record.
    func finish() async throws {
        guard let source = try await self.core.catalog.meta(Self.draftKey),
            case .success(let model) = ModelFile.parse(source, file: Self.draftKey),
            self.core.store.modelHistory.models.contains(where: { $0.source == model })
        else { return }
        try await self.enter(source, as: model.version)
    }

    private func enter(_ source: String, as version: UInt32) async throws {
        guard let published = self.core.store.modelHistory.models.last(where: { $0.source.version == version }) else {
            return
        }
        try await self.core.catalog.addModel(
            ModelRow(version: version, source: source, published: published.published, offset: published.offset)
        )
    }
}
