import Testing

@testable import Domain

struct ReferenceTests {
    @Test func idsKeepTheirZeros() {
        #expect(ContactID(0xab).text == "00000000000000ab")
        #expect(ContactID(text: "00000000000000ab") == ContactID(0xab))
        #expect(ContactID(text: "00000000000000AB") == ContactID(0xab))
        let visitor = VisitorID(high: 1, low: .max)
        #expect(visitor.text == "0000000000000001ffffffffffffffff")
        #expect(VisitorID(text: visitor.text) == visitor)
    }

    @Test(arguments: ["", "ab", "+0000000000000ab", "-0000000000000ab", "00000000000000ag", "00000000000000ab0"])
    func readsNoOtherIds(text: String) {
        #expect(ContactID(text: text) == nil)
        #expect(VisitorID(text: text + text) == nil || text.utf8.count == 16)
    }

    @Test func tellsTheKindsOfReferenceApart() {
        #expect(ContactReference(text: "00000000000000ab") == .id(ContactID(0xab)))
        #expect(ContactReference(text: "Ada@Example.com") == .key(.email("ada@example.com")))
        #expect(ContactReference(text: "crm:00000000000000ab") == .key(.crm("00000000000000ab")))
        #expect(ContactReference(text: "crm:a@example.com") == .key(.crm("a@example.com")))
        #expect(ContactReference(text: "crm:") == nil)
        #expect(ContactReference(text: "Ada") == nil)
    }

    @Test(arguments: [
        ("time_zon", "time_zone"), ("hostname", "hostnames"), ("tiem_zone", "time_zone"), ("KEY", "key"),
        ("unrelated", nil), ("", nil),
    ])
    func guessesTheNameThatWasMeant(typed: String, meant: String?) {
        #expect(Spelling.nearest(to: typed, among: ["key", "hostnames", "time_zone"]) == meant)
    }

    @Test func scopesHoldTheOnesBelow() {
        let writer = Principal(name: "crm", scopes: [.write])
        #expect(writer.reaches(.read) && writer.reaches(.write) && !writer.reaches(.admin))
        #expect(!Principal(name: "nobody", scopes: []).reaches(.read))
        #expect(Scope.allCases.allSatisfy { Scope(name: $0.name) == $0 })
    }

    @Test func saysWhatIsMissingToTheNextStage() {
        let levels = (warm: ScoringModel.Levels(enter: 30, leave: 20), hot: ScoringModel.Levels(enter: 80, leave: 60))
        let view = { (stage: Stage, score: Double) in
            StageView(
                stage: stage,
                grade: .a,
                score: score,
                warm: levels.warm,
                hot: levels.hot,
                awaitsConfirmation: false,
                isExcluded: false
            )
        }
        #expect(view(.cold, 12.5).missing == 17.5)
        #expect(view(.cold, 12.5).next == "warm")
        #expect(view(.warm, 90).missing == 0)
        #expect(view(.hot, 90).next == nil)
        #expect(view(.hot, 90).missing == nil)
    }
}
