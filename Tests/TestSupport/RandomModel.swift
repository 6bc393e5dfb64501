package import Domain

/// Random scoring models that are valid: every optional part is sometimes there and sometimes not.
package enum RandomModel {
    /// A model determined by the generator's state. `problems()` has nothing to say about it.
    package static func make(_ random: inout SeededRandom) -> ScoringModel {
        var model = ScoringModel()
        model.version = UInt32.random(in: 1...9_999, using: &random)
        model.groups = (0..<Int.random(in: 1...4, using: &random)).map { index in
            ScoringModel.Group(name: "g\(index)", halfLife: self.span(&random), max: self.positive(&random))
        }
        let groups = model.groups.map(\.name)
        model.pages = (0..<Int.random(in: 0...12, using: &random)).map { self.page($0, groups, &random) }
        model.rules = (0..<Int.random(in: 0...12, using: &random)).map { self.rule($0, groups, &random) }
        model.unconfirmed = Double.random(in: 0...1, using: &random)
        model.claimedMax = self.positive(&random)
        model.excludedStatuses = ContactRecord.statuses.filter { _ in Bool.random(using: &random) }.sorted()
        model.fit = self.fit(&random)
        model.stages = self.stages(&random)
        return model
    }

    private static func page(_ index: Int, _ groups: [String], _ random: inout SeededRandom) -> ScoringModel.PageRule {
        let tails = ["", "/*", "/**", "/*-pdf", "/*/b"]
        return ScoringModel.PageRule(
            pattern: "/p\(index)\(self.one(of: tails, &random))",
            points: self.points(&random),
            limit: self.maybe(&random) { self.limit(&$0) },
            topic: self.maybe(&random) { self.one(of: ["maintenance", "energie", "t-3"], &$0) },
            group: self.maybe(&random) { self.one(of: groups, &$0) }
        )
    }

    private static func rule(_ index: Int, _ groups: [String], _ random: inout SeededRandom) -> ScoringModel.Rule {
        var condition = ScoringModel.Condition()
        condition.contact = self.matches(&random)
        if Int.random(in: 0..<5, using: &random) == 0 {
            condition.silent = self.span(&random)
            let alert: ScoringModel.Alert = Bool.random(using: &random) ? .immediate : .digest
            return ScoringModel.Rule(name: "rule \(index)", condition: condition, alert: alert)
        }
        self.fill(&condition, &random)
        let points = self.points(&random)
        return ScoringModel.Rule(
            name: self.one(of: ["rule \(index)", "règle n° \(index): \"ça\"", "#\(index)", "- \(index)"], &random),
            condition: condition,
            points: points,
            group: self.maybe(&random) { self.one(of: groups, &$0) },
            topic: self.maybe(&random) { self.one(of: ["maintenance", "froid"], &$0) },
            limit: self.maybe(&random) { self.limit(&$0) },
            hold: points > 0 && Bool.random(using: &random) ? self.span(&random) : .seconds(0),
            alert: points == 0 ? .immediate : self.one(of: [.none, .immediate, .digest], &random)
        )
    }

    private static func fill(_ condition: inout ScoringModel.Condition, _ random: inout SeededRandom) {
        let texts = ["devis", "true", "12", "a: b", "l'été", "x # y", " spaced ", "null", "~"]
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            condition.event = self.one(of: [.custom, .formSubmit, .download], &random)
            condition.name = self.maybe(&random) { self.one(of: texts, &$0) }
        case 1:
            condition.event = self.maybe(&random) { _ in .engagement }
            condition.scroll = UInt8.random(in: 0...100, using: &random)
            condition.engaged = self.maybe(&random) { self.span(&$0) }
        case 2:
            condition.visit = self.one(of: [.first, .return], &random)
            if condition.visit == .return { condition.after = self.maybe(&random) { self.span(&$0) } }
        default:
            condition.event = self.one(of: EventKind.allCases, &random)
        }
        condition.path = self.maybe(&random) { self.one(of: ["/tarifs", "/a/**", "/b/*/c"], &$0) }
        condition.campaign = self.maybe(&random) { self.one(of: texts, &$0) }
        condition.source = self.maybe(&random) { self.one(of: texts, &$0) }
    }

    private static func matches(_ random: inout SeededRandom) -> [ScoringModel.FieldMatch] {
        let all = [
            ScoringModel.FieldMatch(field: "grade", value: "A"),
            ScoringModel.FieldMatch(field: "role", value: "decision"),
            ScoringModel.FieldMatch(field: "status", value: "prospect"),
        ]
        return all.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    }

    private static func fit(_ random: inout SeededRandom) -> ScoringModel.Fit {
        var fit = ScoringModel.Fit()
        fit.weight = (0..<Int.random(in: 0...3, using: &random)).map { self.factor($0, &random) }
        fit.potential = (0..<Int.random(in: 0...3, using: &random)).map { self.factor($0, &random) }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let potential = self.maybe(&random) { self.points(&$0) }
            let weight = potential == nil ? self.points(&random) : self.maybe(&random) { self.points(&$0) }
            let grade = self.one(of: Grade.allCases, &random)
            fit.grades.append(ScoringModel.GradeRule(weight: weight, potential: potential, grade: grade))
        }
        if Bool.random(using: &random) { fit.grades.append(ScoringModel.GradeRule(grade: .c)) }
        return fit
    }

    private static func factor(_ index: Int, _ random: inout SeededRandom) -> ScoringModel.Factor {
        var factor = ScoringModel.Factor(field: "field_\(index)")
        factor.factor = Double.random(in: 0...100, using: &random)
        if Bool.random(using: &random) {
            factor.bands = [-1.5, 0, 20, 10_000].map { ScoringModel.Band(from: $0, points: self.points(&random)) }
        } else {
            factor.values = ["12", "industry", "services: b"].map {
                ScoringModel.ValuePoints(value: $0, points: self.points(&random))
            }
        }
        return factor
    }

    private static func stages(_ random: inout SeededRandom) -> ScoringModel.Stages {
        var stages = ScoringModel.Stages()
        stages.warm = self.levels(from: 1, &random)
        stages.hot = self.levels(from: stages.warm.enter + 1, &random)
        stages.cooldown = self.span(&random)
        for grade in Grade.allCases where Bool.random(using: &random) {
            let levels = self.levels(from: stages.warm.enter + 1, &random)
            stages.hotByGrade.append(ScoringModel.GradeLevels(grade: grade, levels: levels))
        }
        return stages
    }

    private static func levels(from least: Double, _ random: inout SeededRandom) -> ScoringModel.Levels {
        let enter = Double.random(in: least...(least + 100), using: &random)
        return ScoringModel.Levels(enter: enter, leave: Double.random(in: 0...(enter - 0.5), using: &random))
    }

    private static func limit(_ random: inout SeededRandom) -> ScoringModel.Limit {
        let windows: [TimeSpan] = [.hours(1), .days(1), .days(7), .days(30), self.span(&random)]
        return ScoringModel.Limit(
            count: UInt32.random(in: 1...9, using: &random),
            window: self.one(of: windows, &random)
        )
    }

    private static func span(_ random: inout SeededRandom) -> TimeSpan {
        let units: [Int64] = [1, 60, 3_600, 86_400, 604_800]
        return .seconds(Int64.random(in: 1...52, using: &random) * self.one(of: units, &random))
    }

    private static func points(_ random: inout SeededRandom) -> Double {
        Bool.random(using: &random)
            ? Double(Int.random(in: -50...50, using: &random))
            : Double.random(in: -1_000...1_000, using: &random)
    }

    private static func positive(_ random: inout SeededRandom) -> Double { abs(self.points(&random)) + 1 }

    private static func one<Item>(of items: [Item], _ random: inout SeededRandom) -> Item {
        items[Int.random(in: items.indices, using: &random)]
    }

    private static func maybe<Item>(
        _ random: inout SeededRandom,
        _ make: (inout SeededRandom) -> Item
    ) -> Item? {
        Bool.random(using: &random) ? make(&random) : nil
    }
}
