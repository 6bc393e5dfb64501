import Domain
import Settings

/// Writes models as YAML: the inverse of `ModelFile`, for tests.
enum ModelWriter {
    static func yaml(_ model: ScoringModel) -> String {
        var lines = ["version: \(model.version)", "groups:"]
        for group in model.groups {
            lines.append("  \(group.name): { half_life: \(DurationText.text(group.halfLife)), max: \(group.max) }")
        }
        lines.append("pages: {\(model.pages.map(self.page).joined(separator: ", "))}")
        lines.append("rules:" + (model.rules.isEmpty ? " []" : ""))
        lines += model.rules.map { "  - " + self.rule($0) }
        lines.append("unconfirmed: \(model.unconfirmed)")
        lines.append("claimed_max: \(model.claimedMax)")
        lines.append("exclude: { status: [\(model.excludedStatuses.joined(separator: ", "))] }")
        lines.append("fit:")
        lines.append("  weight: [\(model.fit.weight.map(self.factor).joined(separator: ", "))]")
        lines.append("  potential: [\(model.fit.potential.map(self.factor).joined(separator: ", "))]")
        lines.append("  grades: [\(model.fit.grades.map(self.grade).joined(separator: ", "))]")
        lines.append("stages:")
        lines.append("  warm: { \(self.levels(model.stages.warm)) }")
        lines.append("  hot:")
        lines.append("    enter: \(model.stages.hot.enter)")
        lines.append("    leave: \(model.stages.hot.leave)")
        lines.append("    cooldown: \(DurationText.text(model.stages.cooldown))")
        let grades = model.stages.hotByGrade.map { "\($0.grade.name): { \(self.levels($0.levels)) }" }
        lines.append("    by_grade: { \(grades.joined(separator: ", ")) }")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func page(_ page: ScoringModel.PageRule) -> String {
        guard page.limit != nil || page.topic != nil || page.group != nil else {
            return "\(self.quoted(page.pattern)): \(page.points)"
        }
        var parts = ["points: \(page.points)"]
        if let limit = page.limit { parts.append("limit: \(self.limit(limit))") }
        if let topic = page.topic { parts.append("topic: \(topic)") }
        if let group = page.group { parts.append("group: \(group)") }
        return "\(self.quoted(page.pattern)): { \(parts.joined(separator: ", ")) }"
    }

    private static func rule(_ rule: ScoringModel.Rule) -> String {
        var parts = ["name: \(self.quoted(rule.name))", "when: { \(self.condition(rule.condition)) }"]
        if rule.points != 0 { parts.append("points: \(rule.points)") }
        if let group = rule.group { parts.append("group: \(group)") }
        if let topic = rule.topic { parts.append("topic: \(topic)") }
        if let limit = rule.limit { parts.append("limit: \(self.limit(limit))") }
        if rule.hold.microseconds != 0 { parts.append("hold: \(DurationText.text(rule.hold))") }
        switch rule.alert {
        case .none: break
        case .immediate: parts.append("alert: true")
        case .digest: parts.append("alert: digest")
        }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private static func condition(_ condition: ScoringModel.Condition) -> String {
        var parts: [String] = []
        if let event = condition.event { parts.append("event: \(event.name)") }
        if let path = condition.path { parts.append("path: \(self.quoted(path))") }
        if let name = condition.name { parts.append("name: \(self.quoted(name))") }
        if let campaign = condition.campaign { parts.append("campaign: \(self.quoted(campaign))") }
        if let source = condition.source { parts.append("source: \(self.quoted(source))") }
        if let visit = condition.visit { parts.append("visit: \(visit == .first ? "first" : "return")") }
        if let after = condition.after { parts.append("after: \(DurationText.text(after))") }
        if let scroll = condition.scroll { parts.append("scroll: \(scroll)") }
        if let engaged = condition.engaged { parts.append("engaged: \(DurationText.text(engaged))") }
        let matches = condition.contact.map { "\($0.field): \($0.value)" }
        if !matches.isEmpty { parts.append("contact: { \(matches.joined(separator: ", ")) }") }
        if let silent = condition.silent { parts.append("silent: \(DurationText.text(silent))") }
        return parts.joined(separator: ", ")
    }

    private static func factor(_ factor: ScoringModel.Factor) -> String {
        let bands = factor.bands.map { "\($0.from): \($0.points)" }
        let values = factor.values.map { "\(self.quoted($0.value)): \($0.points)" }
        let steps =
            bands.isEmpty
            ? "values: { \(values.joined(separator: ", ")) }" : "bands: { \(bands.joined(separator: ", ")) }"
        return "{ field: \(factor.field), \(steps), factor: \(factor.factor) }"
    }

    private static func grade(_ rule: ScoringModel.GradeRule) -> String {
        var parts: [String] = []
        if let weight = rule.weight { parts.append("weight: \(weight)") }
        if let potential = rule.potential { parts.append("potential: \(potential)") }
        return "{ \((parts + ["is: \(rule.grade.name)"]).joined(separator: ", ")) }"
    }

    private static func levels(_ levels: ScoringModel.Levels) -> String {
        "enter: \(levels.enter), leave: \(levels.leave)"
    }

    private static func limit(_ limit: ScoringModel.Limit) -> String {
        let names: [(TimeSpan, String)] = [
            (.hours(1), "hour"), (.days(1), "day"), (.days(7), "week"), (.days(30), "month"),
        ]
        let window = names.first { $0.0 == limit.window }?.1 ?? DurationText.text(limit.window)
        return "\(limit.count) per \(window)"
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\"\(String(escaped))\""
    }
}
