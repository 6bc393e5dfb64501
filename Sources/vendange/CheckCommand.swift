import ArgumentParser
import Domain
import Server
import Settings

/// `vendange check`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate settings, keys and model, and say what each site's mode means.",
        discussion: "Reads files only; a running service is not asked and not disturbed."
    )

    @OptionGroup var output: JSONOption
    @OptionGroup var options: SettingsOptions

    func run() async throws {
        try await CommandFailure.guarding {
            let settings = try self.options.load()
            let model: ScoringModel
            switch ModelFile.load(path: settings.modelFile) {
            case .success(let valid): model = valid
            case .failure(let problems): throw CommandFailure(.badSettings, problems.description)
            }
            let review: SettingsReview
            do {
                review = try SettingsReview(settings)
            } catch let failure as TokenKeys.Failure {
                throw CommandFailure(.badSettings, failure.description)
            }
            if self.output.json {
                print(Self.json(settings, model, review).pretty)
            } else {
                for line in Self.lines(settings, model, review) { print(line) }
            }
        }
    }

    private static func lines(
        _ settings: ServiceSettings,
        _ model: ScoringModel,
        _ review: SettingsReview
    ) -> [String] {
        var lines = ["settings: valid"] + settings.warnings.map { "warning: \($0)" }
        let rules = model.rules.count
        lines.append("model \(settings.modelFile): valid, version \(model.version), \(rules) rules")
        lines.append(
            review.keys.map { "keys \(settings.keyFilePath): \($0.count), number \($0.current) signs" }
                ?? "keys \(settings.keyFilePath): made at the first start"
        )
        for known in review.sites {
            let place = known.isInCatalog ? "" : " (added at the next start)"
            lines.append("site \(known.site.key): \(known.site.meaning)\(place)")
        }
        if review.sites.isEmpty { lines.append("sites: none, so every event will be refused") }
        for destination in settings.destinations {
            let kinds = destination.notifications.map(\.name).joined(separator: ", ")
            lines.append("destination \(destination.name) (\(destination.kind.rawValue)): \(kinds)")
        }
        if settings.destinations.isEmpty { lines.append("destinations: none, so no lead will leave the service") }
        return lines
    }

    private static func json(_ settings: ServiceSettings, _ model: ScoringModel, _ review: SettingsReview) -> JSON {
        .object([
            "warnings": .array(settings.warnings.map { .string("\($0)") }),
            "model": .object([
                "file": .string(settings.modelFile), "version": .number(Double(model.version)),
                "rules": .number(Double(model.rules.count)),
            ]),
            "keys": review.keys.map {
                .object(["count": .number(Double($0.count)), "current": .number(Double($0.current))])
            } ?? .null,
            "sites": .array(
                review.sites.map { known in
                    .object([
                        "key": .string(known.site.key), "mode": .string(known.site.mode.name),
                        "before_choice": .string(known.site.beforeChoice.name),
                        "is_in_catalog": .flag(known.isInCatalog), "meaning": .string(known.site.meaning),
                    ])
                }
            ),
            "destinations": .array(
                settings.destinations.map { destination in
                    .object([
                        "name": .string(destination.name), "kind": .string(destination.kind.rawValue),
                        "notifications": .array(destination.notifications.map { .string($0.name) }),
                    ])
                }
            ),
        ])
    }
}
