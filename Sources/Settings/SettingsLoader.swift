import Domain
import Yams

/// Reads the service's settings in layers: command line over environment over file over defaults.
package enum SettingsLoader {
    /// Values of one list setting, destinations, sites.
    static let listItems = 256
    /// Bytes of the settings' file.
    static let fileBytes = 262_144

    /// The dotted names of all settings that may stand in any layer.
    package static var knownKeys: [String] { SettingKey.all.map(\.name) }

    /// The settings, or everything that is wrong in any layer.
    ///
    /// - Parameters:
    ///   - file: the path of the YAML file; nil for none.
    ///   - environment: the process's variables; those that start with `VENDANGE_` are settings, a list's values
    ///     separated by commas.
    ///   - overrides: dotted names and values from the command line, lists as in the environment.
    package static func load(
        file: String?,
        environment: [String: String],
        overrides: [String: String] = [:]
    ) -> Result<ServiceSettings, SettingsProblems> {
        var settings = ServiceSettings()
        var problems: [SettingsProblem] = []
        if let file {
            switch TextFile.read(file, limit: self.fileBytes) {
            case .success(let text): problems += self.read(text, file: file, into: &settings)
            case .failure(let problem): problems.append(problem)
            }
        }
        problems += self.read(environment: environment, into: &settings)
        problems += self.read(overrides: overrides, into: &settings)
        problems += self.halves(of: settings, file: file)
        return problems.isEmpty ? .success(settings) : .failure(SettingsProblems(problems))
    }

    /// Settings that mean nothing one without the other, whichever layer each came from.
    private static func halves(of settings: ServiceSettings, file: String?) -> [SettingsProblem] {
        let names = ["public.tls.certificate", "public.tls.key"]
        let listener = settings.publicListener
        let isGiven = [!listener.certificateFile.isEmpty, !listener.certificateKeyFile.isEmpty]
        guard isGiven[0] != isGiven[1] else { return [] }
        let (there, missing) = isGiven[0] ? (names[0], names[1]) : (names[1], names[0])
        let message = "expected \(missing) beside \(there), got none"
        return [SettingsProblem(source: file ?? "settings", field: missing, message: message)]
    }

    private static func read(
        _ text: String,
        file: String,
        into settings: inout ServiceSettings
    ) -> [SettingsProblem] {
        let report = ProblemReport(source: file)
        guard let node = YAMLText.root(text, limit: self.fileBytes, report: report) else { return report.sorted }
        let root = Field(node: node, name: "", line: node.mark?.line, report: report)
        self.read(root, section: "", into: &settings)
        return report.sorted
    }

    // The sections follow from the keys' names, so a new key is one line in one table.
    private static func read(_ field: Field, section: String, into settings: inout ServiceSettings) {
        let keys = SettingKey.all.filter { $0.name.hasPrefix(section) }
        var heads: [String] = []
        for key in keys {
            let head = String(key.name.dropFirst(section.count).prefix { $0 != "." })
            if !heads.contains(head) { heads.append(head) }
        }
        if section.isEmpty { heads += ["destinations", "sites"] }
        guard let fields = field.fields(heads, "a mapping with \(heads.joined(separator: ", "))") else { return }
        for head in heads {
            guard let field = fields[head] else { continue }
            if let key = keys.first(where: { $0.name == section + head }) {
                self.read(field, key: key, into: &settings)
            } else if section.isEmpty, head == "destinations" {
                settings.destinations = EntryReading.destinations(field)
            } else if section.isEmpty, head == "sites" {
                settings.sites = EntryReading.sites(field)
            } else {
                self.read(field, section: section + head + ".", into: &settings)
            }
        }
    }

    private static func read(_ field: Field, key: SettingKey, into settings: inout ServiceSettings) {
        guard key.isList else {
            guard let text = field.text(key.expected) else { return }
            if !key.apply(&settings, [text]) { field.expected(key.expected) }
            return
        }
        let items = field.items("a list of \(key.expected)", atMost: self.listItems)
        // Each item is tried alone first, so that the problem names the line of the wrong one.
        var probe = settings
        var values: [String] = []
        for item in items {
            guard let value = item.text(key.expected) else { continue }
            if key.apply(&probe, [value]) { values.append(value) } else { item.expected(key.expected) }
        }
        if field.node.sequence != nil { _ = key.apply(&settings, values) }
    }

    private static func read(
        environment: [String: String],
        into settings: inout ServiceSettings
    ) -> [SettingsProblem] {
        let variables = SettingKey.all.map(\.variable)
        var problems: [SettingsProblem] = []
        for name in environment.keys.sorted() where name.hasPrefix(SettingKey.variablePrefix) {
            guard let key = SettingKey.all.first(where: { $0.variable == name }) else {
                let message = "unknown variable" + Spelling.hint(for: name.uppercased(), among: variables)
                problems.append(SettingsProblem(source: "environment", field: name, message: message))
                continue
            }
            let value = environment[name, default: ""]
            if let message = self.apply(value, key, &settings) {
                problems.append(SettingsProblem(source: "environment", field: name, message: message))
            }
        }
        return problems
    }

    private static func read(
        overrides: [String: String],
        into settings: inout ServiceSettings
    ) -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        for name in overrides.keys.sorted() {
            guard let key = SettingKey.all.first(where: { $0.name == name }) else {
                let message = "unknown setting" + Spelling.hint(for: name, among: self.knownKeys)
                problems.append(SettingsProblem(source: "command line", field: name, message: message))
                continue
            }
            if let message = self.apply(overrides[name, default: ""], key, &settings) {
                problems.append(SettingsProblem(source: "command line", field: name, message: message))
            }
        }
        return problems
    }

    private static func apply(_ value: String, _ key: SettingKey, _ settings: inout ServiceSettings) -> String? {
        let values = key.isList ? value.split(separator: ",").map { self.trimmed($0) } : [value]
        return key.apply(&settings, values) ? nil : "expected \(key.expected), got \"\(value)\""
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
