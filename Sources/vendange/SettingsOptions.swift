import ArgumentParser
import Foundation
import Settings

/// Where the settings come from: command line over environment over file over defaults.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The settings file. Without it, config/vendange.yaml or /etc/vendange/vendange.yaml if one is there."
    )
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("One setting, as in --set public.port=9000. May be repeated.", valueName: "key=value")
    )
    var overrides: [String] = []

    @Option(name: .customLong("data"), help: "Directory of log, catalog, checkpoints and keys (data_directory).")
    var dataDirectory: String?

    /// Of a checkout, and of an installed package.
    static let defaultFiles = ["config/vendange.yaml", "/etc/vendange/vendange.yaml"]

    /// The settings; ends the command with what is wrong if they are not valid.
    func load() throws -> ServiceSettings {
        var values: [String: String] = [:]
        for override in self.overrides {
            guard let equals = override.firstIndex(of: "=") else {
                throw ValidationError("--set \(override): expected key=value")
            }
            values[String(override[..<equals])] = String(override[override.index(after: equals)...])
        }
        if let dataDirectory { values["data_directory"] = dataDirectory }
        let file = self.config ?? Self.defaultFiles.first { FileManager.default.fileExists(atPath: $0) }
        // The command line's own variables are no settings of the service.
        let environment = ProcessInfo.processInfo.environment.filter { $0.key != "VENDANGE_API_KEY" }
        let loaded = SettingsLoader.load(file: file, environment: environment, overrides: values)
        switch loaded {
        case .success(let settings): return settings
        case .failure(let problems): throw CommandFailure(.badSettings, problems.description)
        }
    }
}
