import Domain

/// The fit and the stages of a model's file.
enum FitReading {
    static func fit(_ field: Field) -> ScoringModel.Fit {
        var fit = ScoringModel.Fit()
        let keys = ["weight", "potential", "grades"]
        guard let fields = field.fields(keys, "a mapping with weight, potential and grades") else { return fit }
        fit.weight = self.factors(fields["weight"])
        fit.potential = self.factors(fields["potential"])
        fit.grades = (fields["grades"]?.items("a list of grade rows", atMost: Limits.fitFactors) ?? []).compactMap {
            row in
            let cells = row.fields(["weight", "potential", "is"], "a mapping with weight, potential and is")
            let weight = cells?["weight"]?.number()
            let potential = cells?["potential"]?.number()
            return cells?.required("is", "A, B or C").flatMap(self.grade).map {
                ScoringModel.GradeRule(weight: weight, potential: potential, grade: $0)
            }
        }
        return fit
    }

    private static func grade(_ field: Field) -> Grade? { field.parsed("A, B or C") { Grade(name: $0) } }

    private static func factors(_ field: Field?) -> [ScoringModel.Factor] {
        let items = field?.items("a list of factors", atMost: Limits.fitFactors) ?? []
        return items.compactMap { item in
            let keys = ["field", "bands", "values", "factor"]
            let fields = item.fields(keys, "a mapping with field, bands or values, factor")
            let name = fields?.required("field", "the name of a contact's or account's field")?.text()
            guard let fields, let name else { return nil }
            return ScoringModel.Factor(
                field: name,
                bands: self.bands(fields["bands"]),
                values: self.values(fields["values"]),
                factor: fields["factor"].map { $0.number() ?? 1 } ?? 1
            )
        }
    }

    private static func bands(_ field: Field?) -> [ScoringModel.Band] {
        guard let field else { return [] }
        let what = "a mapping of lower bounds to points"
        return field.entries(what, atMost: Limits.factorSteps) { "\(field.name).\($0)" }.compactMap { key, value in
            guard let from = NumberText.parse(key) else {
                value.report.add(
                    line: value.line,
                    field: value.name,
                    "expected a number as lower bound, got \"\(key)\""
                )
                return nil
            }
            return value.number().map { ScoringModel.Band(from: from, points: $0) }
        }
    }

    private static func values(_ field: Field?) -> [ScoringModel.ValuePoints] {
        guard let field else { return [] }
        let what = "a mapping of values to points"
        return field.entries(what, atMost: Limits.factorSteps) { "\(field.name).\($0)" }.compactMap { key, value in
            value.number().map { ScoringModel.ValuePoints(value: key, points: $0) }
        }.sorted { $0.value < $1.value }
    }

    static func stages(_ field: Field) -> ScoringModel.Stages {
        var stages = ScoringModel.Stages()
        guard let fields = field.fields(["warm", "hot"], "a mapping with warm and hot") else { return stages }
        let pair = "a mapping with enter and leave"
        let warm = fields.required("warm", pair)?.fields(["enter", "leave"], pair)
        if let levels = self.levels(warm) { stages.warm = levels }
        let hot = fields.required("hot", pair)?.fields(["enter", "leave", "cooldown", "by_grade"], pair)
        if let levels = self.levels(hot) { stages.hot = levels }
        if let cooldown = hot?["cooldown"]?.duration() { stages.cooldown = cooldown }
        let grades = hot?["by_grade"]?.fields(Grade.allCases.map(\.name), "a mapping of grades to enter and leave")
        stages.hotByGrade = Grade.allCases.compactMap { grade in
            let levels = self.levels(grades?[grade.name]?.fields(["enter", "leave"], pair))
            return levels.map { ScoringModel.GradeLevels(grade: grade, levels: $0) }
        }
        return stages
    }

    private static func levels(_ fields: Fields?) -> ScoringModel.Levels? {
        let enter = fields?.required("enter", "a number")?.number()
        let leave = fields?.required("leave", "a number")?.number()
        guard let enter, let leave else { return nil }
        return ScoringModel.Levels(enter: enter, leave: leave)
    }
}
