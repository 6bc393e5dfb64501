import Domain
import TestSupport
import Testing

/// Rules are found by what they ask; what is found must be what trying every rule in turn finds.
@Suite struct RuleIndexTests {
    private static let kinds: [EventKind] = [.pageView, .custom, .formSubmit, .download]
    private static let paths = ["/a", "/a/b", "/b", "/a/b/c", "/"]
    private static let patterns = ["/a", "/a", "/a/**", "/*", "/b", "/**", "/a/*/c"]
    private static let names = ["demo", "devis", "", "essai"]

    @Test(arguments: 0..<60) func theRulesOfAnEventAreThoseThatAskForIt(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var source = ScoringModel()
        source.groups = [ScoringModel.Group(name: "web", halfLife: .days(30), max: 100)]
        let most = seed.isMultiple(of: 10) ? Limits.rules : 30
        source.rules = (0..<Int.random(in: 1...most, using: &random)).map { Self.rule($0, &random) }
        var history = ModelHistory()
        history.publish(source, offset: 0, at: .distantPast)
        // A copy, as each worker has one.
        let model = try #require(history.models.last).copy()
        for kind in Self.kinds {
            for path in Self.paths {
                for name in Self.names {
                    let found = Self.grants(model, kind, path: path, name: name)
                    let expected = source.rules.filter { Self.asks($0.condition, for: kind, path: path, name: name) }
                    #expect(found == expected.map(\.name), "\(kind) on \(path) called \(name)")
                }
            }
        }
    }

    private static func rule(_ number: Int, _ random: inout SeededRandom) -> ScoringModel.Rule {
        var condition = ScoringModel.Condition()
        if Int.random(in: 0..<10, using: &random) == 0 {
            condition.silent = .days(30)
        } else {
            if Bool.random(using: &random) { condition.event = Self.kinds.randomElement(using: &random) }
            if Bool.random(using: &random) { condition.path = Self.patterns.randomElement(using: &random) }
            if Int.random(in: 0..<3, using: &random) == 0 {
                condition.name = ["demo", "devis"].randomElement(using: &random)
            }
        }
        return ScoringModel.Rule(name: "rule \(number)", condition: condition, points: 1)
    }

    private static func asks(
        _ condition: ScoringModel.Condition,
        for kind: EventKind,
        path: String,
        name: String
    ) -> Bool {
        guard condition.silent == nil, condition.event == nil || condition.event == kind else { return false }
        if let pattern = condition.path {
            guard Array(path.utf8).withUnsafeBytes(PathPattern(pattern).matches) else { return false }
        }
        return condition.name == nil || condition.name == name
    }

    private static func grants(_ model: CompiledModel, _ kind: EventKind, path: String, name: String) -> [String] {
        var event = EventRecord()
        event.kind = kind
        event.path = TextRange(start: 0, count: path.utf8.count)
        event.name = TextRange(start: path.utf8.count, count: name.utf8.count)
        return Array((path + name).utf8).withUnsafeBytes { bytes in
            let fact = Fact(event: event, bytes: bytes, time: .distantPast, visit: nil, absence: .seconds(0))
            var names: [String] = []
            fact.forEachGrant(in: model, contactMatches: { _ in true }, { names.append($0.name) })
            return names
        }
    }
}
