import ArgumentParser
import Domain
import Settings

/// `vendange check`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate settings and model, and say what each site's mode means.",
        discussion: "Reads files only; a running service is not asked and not disturbed."
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        try await CommandFailure.guarding {
            let settings = try self.options.load()
            print("settings: valid")
            for warning in settings.warnings { print("warning: \(warning)") }
            switch ModelFile.load(path: settings.modelFile) {
            case .success(let model):
                let rules = model.rules.count
                print("model \(settings.modelFile): valid, version \(model.version), \(rules) rules")
            case .failure(let problems):
                throw CommandFailure(.badSettings, problems.description)
            }
            for site in settings.sites { print("site \(site.key): " + Self.meaning(of: site)) }
            for destination in settings.destinations {
                let kinds = destination.notifications.map(\.name).joined(separator: ", ")
                print("destination \(destination.name) (\(destination.kind.rawValue)): \(kinds)")
            }
            if settings.destinations.isEmpty { print("destinations: none, so no lead will leave the service") }
        }
    }

    /// What will be seen of a site's visitors, in one line.
    static func meaning(of site: Site) -> String {
        switch (site.mode, site.beforeChoice) {
        case (.none, _): "one counter; no page, no person"
        case (.exempt, .none): "nothing before a choice, day totals per page after acceptance; no person, no lead"
        case (.exempt, _): "day totals per page for everybody who does not refuse; no person, no lead"
        case (.full, .none):
            "nothing before a choice; after acceptance pages, points and leads; after refusal one counter"
        case (.full, .exempt):
            "day totals per page before a choice; after acceptance pages, points and leads; after refusal one counter"
        case (.full, .full):
            "pages, points and leads without asking: only where the law allows it; after refusal one counter"
        }
    }
}
