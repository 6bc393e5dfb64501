package import Domain
import Yams

/// A scoring model's file (design, section 6): YAML in, a valid model or every problem with it out.
package enum ModelFile {
    /// Reads and checks the file at a path.
    package static func load(path: String) -> Result<ScoringModel, SettingsProblems> {
        switch TextFile.read(path, limit: Limits.modelBytes) {
        case .success(let text): self.parse(text, file: path)
        case .failure(let problem): .failure(SettingsProblems([problem]))
        }
    }

    /// Reads and checks a model's text; `file` is what problems call it.
    package static func parse(_ text: String, file: String) -> Result<ScoringModel, SettingsProblems> {
        let report = ProblemReport(source: file)
        guard let root = YAMLText.root(text, limit: Limits.modelBytes, report: report) else {
            return .failure(SettingsProblems(report.sorted))
        }
        let model = self.model(Field(node: root, name: "", line: root.mark?.line, report: report))
        // A value that could not be read has a stand-in in the model; a second complaint about that would mislead.
        if report.problems.isEmpty {
            for problem in model.problems() {
                let line = report.line(of: problem.field)
                report.add(line: line, field: problem.field, "expected \(problem.expected), got \(problem.got)")
            }
        }
        return report.problems.isEmpty ? .success(model) : .failure(SettingsProblems(report.sorted))
    }

    private static let keys = [
        "version", "groups", "pages", "rules", "unconfirmed", "claimed_max", "exclude", "fit", "stages",
    ]

    private static func model(_ root: Field) -> ScoringModel {
        var model = ScoringModel()
        guard let fields = root.fields(self.keys, "a mapping with \(self.keys.joined(separator: ", "))") else {
            return model
        }
        let version = fields.required("version", "a whole number from 1 on")
        model.version = version?.parsed("a whole number from 1 on") { UInt32($0) } ?? 1
        model.groups = self.groups(fields.required("groups", "at least one group"))
        model.pages = self.pages(fields["pages"])
        let rules = fields["rules"]?.items("a list of rules", atMost: Limits.rules) ?? []
        model.rules = rules.compactMap(RuleReading.rule)
        if let unconfirmed = fields["unconfirmed"]?.number() { model.unconfirmed = unconfirmed }
        if let claimedMax = fields["claimed_max"]?.number() { model.claimedMax = claimedMax }
        let exclude = fields["exclude"]?.fields(["status"], "a mapping with status")
        let statuses = exclude?.required("status", "a list of statuses")
        let items = statuses?.items("a list of statuses", atMost: ContactRecord.statuses.count) ?? []
        model.excludedStatuses = items.compactMap { item in
            item.choice(ContactRecord.statuses) { ContactRecord.statuses.contains($0) ? $0 : nil }
        }.sorted()
        if let fit = fields["fit"] { model.fit = FitReading.fit(fit) }
        if let stages = fields.required("stages", "the stages warm and hot") {
            model.stages = FitReading.stages(stages)
        }
        return model
    }

    private static func groups(_ field: Field?) -> [ScoringModel.Group] {
        let what = "a mapping of groups, each with half_life and max"
        let entries = field?.entries(what, atMost: Limits.groups) { "groups.\($0)" } ?? []
        return entries.compactMap { name, field in
            let fields = field.fields(["half_life", "max"], "a mapping with half_life and max")
            let halfLife = fields?.required("half_life", DurationText.expected)?.duration()
            let max = fields?.required("max", "a number")?.number()
            guard let halfLife, let max else { return nil }
            return ScoringModel.Group(name: name, halfLife: halfLife, max: max)
        }
    }

    private static func pages(_ field: Field?) -> [ScoringModel.PageRule] {
        let what = "a mapping of path patterns to points"
        let entries = field?.entries(what, atMost: Limits.pagePatterns) { "pages[\($0)]" } ?? []
        return entries.compactMap { pattern, field in
            guard field.node.mapping != nil else {
                let what = "a number of points or a mapping with points, limit, topic, group"
                return field.parsed(what, NumberText.parse).map { ScoringModel.PageRule(pattern: pattern, points: $0) }
            }
            let fields = field.fields(["points", "limit", "topic", "group"], "a mapping")
            guard let points = fields?.required("points", "a number")?.number() else { return nil }
            return ScoringModel.PageRule(
                pattern: pattern,
                points: points,
                limit: fields?["limit"]?.parsed(DurationText.expectedLimit, DurationText.parseLimit),
                topic: fields?["topic"]?.text(),
                group: fields?["group"]?.text()
            )
        }
    }
}

/// All problems of one reading: never empty.
package struct SettingsProblems: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problems in the order of the file.
    package let problems: [SettingsProblem]

    /// A list of problems.
    package init(_ problems: [SettingsProblem]) { self.problems = problems }

    /// One problem a line.
    package var description: String { self.problems.map(\.description).joined(separator: "\n") }
}
