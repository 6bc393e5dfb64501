import Catalog
package import Domain
import ScoreStore
import Settings

extension ServiceAdministration {
    package func currentModel() async throws -> ModelView {
        guard let model = self.core.store.currentModel else {
            throw AdministrationError.notFound("model is published yet")
        }
        return ModelView(model, isCurrent: true)
    }

    package func models(page: PageRequest) async throws -> Page<ModelView> {
        let published = self.core.store.modelHistory.models
        let before = try PageCursor.number(page) ?? .max
        let rows = published.reversed().filter { $0.offset < UInt64(clamping: before) }.prefix(page.rowsToRead)
        return Page(
            Array(rows),
            page,
            next: { PageCursor.text($0.offset) },
            view: { model in
                ModelView(model, isCurrent: model.offset == published.last?.offset)
            }
        )
    }

    package func modelSource(version: UInt32) async throws -> String {
        guard let source = try await self.core.catalog.modelSource(version: version) else {
            throw AdministrationError.notFound("model with the version \(version)")
        }
        return source
    }

    package func validateModel(_ source: String) async throws -> [ModelFileProblem] {
        switch self.parsed(source) {
        case .success: []
        case .failure(let problems): problems.list
        }
    }

    package func publishModel(_ source: String) async throws -> ModelView {
        try await self.changes.run {
            switch self.parsed(source) {
            case .failure(let problems): throw AdministrationError.invalid(problems.list.map(FieldProblem.init))
            case .success(let model):
                try self.checkIsWorking()
                do {
                    try await Publication(core: self.core).run(model, source: source)
                } catch let refusal as AppendRefusal {
                    throw Self.unavailable(refusal)
                } catch CatalogFailure.duplicate {
                    throw AdministrationError.conflict("Version \(model.version) was published with other contents.")
                }
            }
            return try await self.currentModel()
        }
    }

    /// A model that could be published now, or everything that keeps it from being.
    private func parsed(_ source: String) -> Result<ScoringModel, ModelFileProblems> {
        switch ModelFile.parse(source, file: "model.yaml") {
        case .failure(let failure):
            let problems = failure.problems.map {
                ModelFileProblem(line: $0.line, field: $0.field, message: $0.message)
            }
            return .failure(ModelFileProblems(list: problems))
        case .success(let model):
            guard self.core.store.modelHistory.hasRoom(for: model) else {
                let message = "expected at most \(Limits.groups) groups over all versions; use names of earlier ones"
                return .failure(
                    ModelFileProblems(list: [ModelFileProblem(line: nil, field: "groups", message: message)])
                )
            }
            let current = self.core.store.modelHistory.models.map(\.source.version).max() ?? 0
            guard model.version > current else {
                let message = "expected a version above \(current), which is in force, got \(model.version)"
                let line = source.split(separator: "\n", omittingEmptySubsequences: false)
                    .firstIndex { $0.hasPrefix("version:") }
                let problem = ModelFileProblem(line: line.map { $0 + 1 }, field: "version", message: message)
                return .failure(ModelFileProblems(list: [problem]))
            }
            var writer = ByteWriter()
            model.encode(to: &writer)
            guard writer.bytes.count <= Limits.recordBytes - RecordFrame.plainHeaderBytes else {
                let message = "expected at most \(Limits.recordBytes) bytes once encoded, got \(writer.bytes.count)"
                return .failure(ModelFileProblems(list: [ModelFileProblem(line: nil, field: "", message: message)]))
            }
            return .success(model)
        }
    }
}

/// Why a YAML cannot be published; never empty.
private struct ModelFileProblems: Error {
    var list: [ModelFileProblem]
}

extension FieldProblem {
    /// The line goes with the text, since fields of other inputs have none.
    fileprivate init(_ problem: ModelFileProblem) {
        let place = problem.line.map { "line \($0): " } ?? ""
        let parts = problem.message.split(separator: ", got ", maxSplits: 1).map(String.init)
        let expected = parts[0].hasPrefix("expected ") ? String(parts[0].dropFirst(9)) : parts[0]
        self.init(field: problem.field, expected: place + expected, got: parts.count > 1 ? parts[1] : "")
    }
}

extension ModelView {
    fileprivate init(_ model: CompiledModel, isCurrent: Bool) {
        self.init(
            version: model.source.version,
            published: model.published,
            offset: model.offset,
            isCurrent: isCurrent
        )
    }
}
