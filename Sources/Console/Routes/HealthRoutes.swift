import Domain

enum HealthRoutes {
    static let all: [Route] = HealthProbe.allCases.map { probe in
        .get(
            "/health/\(probe.rawValue)",
            "\(probe.rawValue)Health",
            summary(probe),
            access: .open,
            answers: SystemSchemas.health.one
        ) {
            let reasons = await $0.administration.health(probe)
            return .json(Health(reasons: reasons), status: reasons.isEmpty ? 200 : 503)
        }
    }

    private static func summary(_ probe: HealthProbe) -> String {
        switch probe {
        case .live: "Whether the process is worth keeping"
        case .ready: "Whether the log takes events"
        case .scoring: "Whether events come out of the store again"
        }
    }

    private struct Health: Encodable, Sendable {
        var status: String
        var reasons: [HealthReason]

        init(reasons: [HealthReason]) {
            self.status = reasons.isEmpty ? "ok" : "failing"
            self.reasons = reasons
        }
    }
}
