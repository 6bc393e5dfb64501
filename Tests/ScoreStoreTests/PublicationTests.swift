import Domain
import ScoreStore
import TestSupport
import Testing

/// Publishing a model changes what comes, and hands nobody over.
@Suite struct PublicationTests {
    private let contact = Workload.contacts[0]
    private let hour: Int64 = 3_600

    private func bench(_ model: ScoringModel, status: String = "") throws -> SlotBench {
        var bench = SlotBench()
        try bench.run(0, .model(model), .known(self.contact, status: status))
        return bench
    }

    private static func cooling(_ hours: Int64) -> ScoringModel {
        .plain { $0.stages.cooldown = .hours(hours) }
    }

    @Test func aShorterCooldownHandsNobodyOver() throws {
        var bench = try self.bench(Self.cooling(48))
        try bench.run(1, .quote(self.contact), .points(90, self.contact))
        // Decay ends it, so that its cooldown stands; then hot again.
        let cold = 40 * 24 * self.hour
        try bench.run(cold, .tick)
        #expect(bench.kinds(self.contact).contains(.leadCooled))
        try bench.run(cold, .quote(self.contact), .points(200, self.contact))
        #expect(bench.kinds(self.contact).last == .leadQualified)
        try bench.run(cold + 1, .points(-260, self.contact))
        bench.effects = []
        // Withdrawn: no cooldown. Hot, handed over, cooled by a model, hot again within the cooldown.
        try bench.run(cold + 2, .points(300, self.contact))
        #expect(bench.kinds(self.contact) == [.leadQualified])
        let strict = ScoringModel.plain {
            $0.stages.cooldown = .hours(48)
            $0.stages.hot = .init(enter: 1_000, leave: 900)
        }
        try bench.run(cold + 3, .model(strict))
        try bench.run(cold + 4, .tick, .quote(self.contact))
        #expect(bench.contact(self.contact)?.ripeness.isHandedOver == false)
        try bench.run(cold + 5, .model(Self.cooling(48)))
        try bench.run(cold + 6, .quote(self.contact))
        #expect(bench.contact(self.contact)?.ripeness.stage == .hot)
        bench.effects = []
        try bench.run(cold + self.hour, .model(Self.cooling(1)))
        try bench.run(cold + 2 * self.hour, .tick)
        #expect(!bench.kinds(self.contact).contains(.leadQualified))
        try bench.run(cold + 49 * self.hour, .tick)
        let lead = bench.notifications.last { $0.notification.kind == .leadQualified }
        #expect(lead?.time == Workload.start.adding(.seconds(cold + 2 + 48 * self.hour)))
    }

    @Test func theEndOfAnExclusionHandsOverOnEvidenceAndNotBefore() throws {
        var excluding = Self.cooling(24)
        excluding.excludedStatuses = ["competitor"]
        var bench = try self.bench(excluding, status: "competitor")
        try bench.run(1, .quote(self.contact), .points(90, self.contact))
        #expect(bench.contact(self.contact)?.ripeness.stage == .hot)
        try bench.run(10, .model(Self.cooling(24)))
        try bench.run(11, .answer(self.contact, .good), .tick)
        #expect(!bench.kinds(self.contact).contains(.leadQualified))
        try bench.run(12, .quote(self.contact))
        #expect(bench.kinds(self.contact).last == .leadQualified)
    }

    @Test func aPersonWhoNoLongerObjectsIsHandedOverOnEvidence() throws {
        var bench = try self.bench(Self.cooling(24))
        var objecting = ContactRecord(contact: self.contact)
        objecting.consents = [.clicks, .objected]
        try bench.run(1, .quote(self.contact), .points(90, self.contact))
        try bench.run(2, .contact(objecting))
        #expect(bench.kinds(self.contact).last == .leadWithdrawn)
        bench.effects = []
        try bench.run(3, .known(self.contact))
        #expect(!bench.kinds(self.contact).contains(.leadQualified))
        try bench.run(4, .quote(self.contact))
        #expect(bench.kinds(self.contact).last == .leadQualified)
    }

    @Test func aHeldEntryOfAGroupNoLongerNamedGrantsNothing() throws {
        let held = ScoringModel.plain {
            $0.groups.append(.init(name: "mail", halfLife: .days(30), max: 40))
            $0.rules = [
                .init(name: "click", condition: .on(.emailClick), points: 500, group: "mail", hold: .seconds(60))
            ]
        }
        var bench = try self.bench(held)
        try bench.run(1, .click(self.contact, click: 1))
        try bench.run(2, .model(.plain()))
        try bench.run(100, .tick)
        let balances = try #require(bench.contact(self.contact)).balances
        #expect(balances.list.allSatisfy { $0.value == 0 })
        let settled = bench.effects.compactMap { effect -> [Double]? in
            guard case .entrySettled(_, _, let granted, let capped) = effect.body else { return nil }
            return [granted, capped]
        }
        #expect(settled == [[0, 150]])
    }
}
