package import Domain

extension ScoringModel {
    /// A model with patterns for our pages and so many rules on page views. The first `matching` ones match them all; the
    /// others are of other pages: what they cost is what finding out costs that they do not match.
    package static func ofPageViews(rules: Int, matching: Int = 0) -> ScoringModel {
        var model = ScoringModel()
        model.groups = [
            ScoringModel.Group(name: "web", halfLife: .days(30), max: 1_000),
            ScoringModel.Group(name: "sales", halfLife: .days(60), max: 1_000),
        ]
        let twiceADay = ScoringModel.Limit(count: 2, window: .days(1))
        model.pages = [
            ScoringModel.PageRule(pattern: "/tarifs", points: 15, limit: twiceADay),
            ScoringModel.PageRule(pattern: "/maintenance/**", points: 5, topic: "maintenance"),
            ScoringModel.PageRule(pattern: "/energie/**", points: 4, topic: "energie"),
            ScoringModel.PageRule(pattern: "/carrieres/**", points: -10),
            ScoringModel.PageRule(pattern: "/**", points: 1),
        ]
        for number in 0..<rules {
            var condition = ScoringModel.Condition()
            condition.event = .pageView
            condition.path = number < matching ? "/**" : "/produits/\(number)/**"
            model.rules.append(ScoringModel.Rule(name: "product \(number)", condition: condition, points: 1))
        }
        return model
    }
}
