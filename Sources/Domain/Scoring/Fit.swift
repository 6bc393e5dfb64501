extension ScoringModel.Fit {
    /// The grade of a contact with these fields: the first row of the table whose axes are reached. B where no
    /// table is given, C where no row holds.
    package func grade(of fields: [ContactRecord.Field]) -> Grade {
        guard !self.grades.isEmpty else { return .b }
        let weight = Self.sum(self.weight, over: fields)
        let potential = Self.sum(self.potential, over: fields)
        for rule in self.grades where weight >= rule.weight ?? -.infinity && potential >= rule.potential ?? -.infinity {
            return rule.grade
        }
        return .c
    }

    private static func sum(_ factors: [ScoringModel.Factor], over fields: [ContactRecord.Field]) -> Double {
        var sum = 0.0
        for factor in factors {
            guard let value = fields.first(where: { $0.name == factor.field })?.value else { continue }
            sum += factor.points(of: value) * factor.factor
        }
        return sum
    }
}

extension ScoringModel.Factor {
    fileprivate func points(of value: String) -> Double {
        if let exact = self.values.first(where: { $0.value == value }) { return exact.points }
        guard let number = Double(value) else { return 0 }
        return self.bands.last { $0.from <= number }?.points ?? 0
    }
}
