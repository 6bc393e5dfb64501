import Domain

enum OperationRoutes {
    static let all: [Route] = [
        .get("/api/v1/status", "status", "The service in figures", answers: SystemSchemas.status.one) {
            .json(try await $0.administration.status())
        },
        .get("/api/v1/keys", "listKeys", "All keys", access: .scope(.admin), answers: SystemSchemas.key.all) {
            .json(Items(try await $0.administration.keys()))
        },
        .change(
            .post,
            "/api/v1/keys",
            "createKey",
            "Makes a key",
            .admin,
            body: .json(InputSchemas.key),
            .json(SystemSchemas.createdKey.one, status: 201)
        ) {
            let names = $0.body["scopes"]?.texts ?? []
            let scopes = Scope.allCases.filter { names.contains($0.name) }
            guard !scopes.isEmpty else {
                throw AdministrationError.invalid([
                    FieldProblem(field: "scopes", expected: "at least one scope", got: "an empty list")
                ])
            }
            let key = try await $0.administration.createKey(name: $0.body["name"]?.text ?? "", scopes: scopes)
            return .json(key, status: 201)
        },
        .change(.delete, "/api/v1/keys/{key}", "revokeKey", "Removes a key", .admin, .noContent) {
            try await $0.administration.revokeKey($0.number("key"))
            return .noContent
        },
        .change(
            .post,
            "/api/v1/backups",
            "beginBackup",
            "Keeps the log whole while a backup is made",
            .admin,
            .json(SystemSchemas.backupHold.one, status: 201)
        ) {
            .json(try await $0.administration.beginBackup(), status: 201)
        },
        .change(.delete, "/api/v1/backups/{backup}", "endBackup", "The backup is made", .admin, .noContent) {
            try await $0.administration.endBackup($0.number("backup"))
            return .noContent
        },
        Route(
            method: .get,
            path: "/live",
            operation: "live",
            summary: "What happens from now on, as server-sent events",
            access: .scope(.read),
            outcome: .other("text/event-stream")
        ) {
            .live($0.administration.liveEvents())
        },
        Route(
            method: .get,
            path: "/metrics",
            operation: "metrics",
            summary: "Every metric, in Prometheus' text format",
            access: .metrics,
            outcome: .other("text/plain")
        ) {
            .text(PrometheusText.encode(await $0.administration.metrics()), type: PrometheusText.type)
        },
    ]
}
