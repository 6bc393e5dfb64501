import Domain

enum ModelRoutes {
    static let all: [Route] = [
        .page("/api/v1/models", "listModels", "Published models, newest first", of: SystemSchemas.model) {
            .json(try await $0.administration.models(page: $0.page))
        },
        .change(
            .post,
            "/api/v1/models",
            "publishModel",
            "Publishes a model",
            .admin,
            body: .yaml,
            .json(SystemSchemas.model.one, status: 201)
        ) {
            .json(try await $0.administration.publishModel($0.text), status: 201)
        },
        .get("/api/v1/models/current", "currentModel", "The model in force", answers: SystemSchemas.model.one) {
            .json(try await $0.administration.currentModel())
        },
        .change(
            .post,
            "/api/v1/models/validate",
            "validateModel",
            "Says what is wrong with a model",
            .read,
            body: .yaml,
            .json(SystemSchemas.validation.one, status: 200)
        ) {
            .json(Validation(try await $0.administration.validateModel($0.text)))
        },
        Route(
            method: .get,
            path: "/api/v1/models/{version}/source",
            operation: "modelSource",
            summary: "A published model's YAML",
            access: .scope(.read),
            outcome: .other("application/yaml")
        ) {
            let source = try await $0.administration.modelSource(version: $0.number("version"))
            return .text(source, type: "application/yaml; charset=utf-8")
        },
    ]

    private struct Validation: Encodable, Sendable {
        var isValid: Bool
        var problems: [ModelFileProblem]

        init(_ problems: [ModelFileProblem]) {
            self.isValid = problems.isEmpty
            self.problems = Array(problems.prefix(Limits.apiPageItems))
        }
    }
}
