import Domain
import Testing

/// Each worker folds with a copy of the model in force: it must be the model, whatever was published before it.
@Suite struct ModelCopyTests {
    private static func model(_ groups: [String], halfLife: Int64, topics: [String]) -> ScoringModel {
        var model = ScoringModel()
        model.groups = groups.map { ScoringModel.Group(name: $0, halfLife: .days(halfLife), max: Double(halfLife)) }
        model.pages = topics.map { .init(pattern: "/\($0)", points: 3, topic: $0) }
        model.pages.append(.init(pattern: "/**", points: 1))
        var silence = ScoringModel.Condition()
        silence.silent = .days(30)
        model.rules = [
            .init(name: "silence", condition: silence, points: -5),
            .init(name: "quote", condition: .init(), points: 10, group: groups.last ?? ""),
        ]
        return model
    }

    @Test func aCopyIsTheModelAfterEveryPublication() throws {
        var history = ModelHistory()
        let publications = [
            Self.model(["web", "mail", "sales"], halfLife: 30, topics: ["pumps", "doors"]),
            Self.model(["mail", "web"], halfLife: 14, topics: ["doors", "gates"]),
            Self.model(["web", "fairs"], halfLife: 60, topics: ["pumps"]),
        ]
        for (number, model) in publications.enumerated() {
            let time = Timestamp(seconds: 1_800_000_000 + Int64(number) * 864_000)
            history.publish(model, offset: UInt64(number * 10), at: time)
            let original = try #require(history.models.last)
            let copy = original.copy()
            #expect(copy.source == original.source)
            #expect(copy.offset == original.offset && copy.published == original.published)
            #expect(copy.groupNames == original.groupNames && copy.topicNames == original.topicNames)
            #expect(copy.clocks == original.clocks)
            #expect(copy.maxima == original.maxima)
            #expect(copy.pageGrants == original.pageGrants)
            #expect(copy.rules.map(\.grant) == original.rules.map(\.grant))
            #expect(copy.rules.map(\.condition) == original.rules.map(\.condition))
            #expect(copy.silentRules.map(\.grant) == original.silentRules.map(\.grant))
            for path in ["/pumps", "/doors", "/gates", "/else"] {
                let grants = [original, copy].map { model in
                    Array(path.utf8).withUnsafeBytes { model.pageGrant(path: $0) }
                }
                #expect(grants[0] == grants[1], "\(path)")
            }
        }
        #expect(history.models.last?.groupNames == ["web", "mail", "sales", "fairs"])
        #expect(history.models.last?.maxima[2] == nil)
    }
}
