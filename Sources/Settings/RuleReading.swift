import Domain

/// The rules of a model's file.
enum RuleReading {
    private static let keys = ["name", "when", "points", "group", "topic", "limit", "hold", "alert"]
    private static let conditionKeys = [
        "event", "path", "name", "campaign", "source", "visit", "after", "scroll", "engaged", "contact", "silent",
    ]

    static func rule(_ field: Field) -> ScoringModel.Rule? {
        guard let fields = field.fields(self.keys, "a mapping with name, when and points or alert") else { return nil }
        let name = fields.required("name", "a name")?.text("a name")
        let condition = fields.required("when", "conditions").flatMap(self.condition)
        var rule = ScoringModel.Rule(name: name ?? "", condition: condition ?? ScoringModel.Condition())
        rule.points = fields["points"]?.number() ?? 0
        rule.group = fields["group"]?.text()
        rule.topic = fields["topic"]?.text()
        rule.limit = fields["limit"]?.parsed(DurationText.expectedLimit, DurationText.parseLimit)
        rule.hold = fields["hold"]?.duration() ?? .seconds(0)
        rule.alert = fields["alert"]?.parsed("true, false or digest", self.alert) ?? .none
        return rule
    }

    private static func alert(_ text: String) -> ScoringModel.Alert? {
        switch text {
        case "true": .immediate
        case "false": ScoringModel.Alert.none
        case "digest": .digest
        default: nil
        }
    }

    private static func condition(_ field: Field) -> ScoringModel.Condition? {
        guard let fields = field.fields(self.conditionKeys, "a mapping of conditions") else { return nil }
        var condition = ScoringModel.Condition()
        condition.event = fields["event"]?.choice(EventKind.allCases.map(\.name)) { EventKind(name: $0) }
        condition.path = fields["path"]?.text("a path pattern")
        condition.name = fields["name"]?.text()
        condition.campaign = fields["campaign"]?.text()
        condition.source = fields["source"]?.text()
        condition.visit = fields["visit"]?.choice(["first", "return"]) { name in
            switch name {
            case "first": .first
            case "return": .return
            default: nil
            }
        }
        condition.after = fields["after"]?.duration()
        condition.scroll = fields["scroll"]?.parsed("a percentage from 0 to 100") { UInt8($0) }
        condition.engaged = fields["engaged"]?.duration()
        condition.contact = fields["contact"].map(self.matches) ?? []
        condition.silent = fields["silent"]?.duration()
        return condition
    }

    private static func matches(_ field: Field) -> [ScoringModel.FieldMatch] {
        let what = "a mapping of contact fields to values"
        let entries = field.entries(what, atMost: Limits.fieldMatches) { "\(field.name).\($0)" }
        return entries.compactMap { name, field in
            field.text("a value").map { ScoringModel.FieldMatch(field: name, value: $0) }
        }.sorted { $0.field < $1.field }
    }
}
