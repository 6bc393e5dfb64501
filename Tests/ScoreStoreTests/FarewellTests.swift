import Domain
import ScoreStore
import TestSupport
import Testing

/// What destinations hear when a contact leaves: by erasure, or by decay.
@Suite struct FarewellTests {
    private let contact = Workload.contacts[0]

    private func bench(_ items: LogItem...) throws -> SlotBench {
        var bench = SlotBench()
        let model = ScoringModel.plain {
            $0.rules.append(.init(name: "click", condition: .on(.emailClick), points: 300))
        }
        try bench.run(0, .model(model), .known(self.contact))
        for item in items { try bench.run(1, item) }
        return bench
    }

    @Test func erasingAContactWhoWasHandedOverWithdrawsTheLeadFirst() throws {
        var bench = try self.bench(.quote(self.contact), .points(90, self.contact))
        #expect(bench.kinds(self.contact).last == .leadQualified)
        bench.effects = []
        try bench.run(2, .erase(self.contact))
        let bodies = bench.effects.map(\.body)
        #expect(bodies.count == 2)
        guard case .notification(let notification) = bodies[0], case .contactErased = bodies[1] else {
            Issue.record("\(bodies)")
            return
        }
        #expect(notification.kind == .leadWithdrawn)
    }

    @Test func erasingAContactWhoWasNotHandedOverTellsNobody() throws {
        var bench = try self.bench(.quote(self.contact))
        bench.effects = []
        try bench.run(2, .erase(self.contact))
        #expect(bench.effects.map(\.body) == [.contactErased(self.contact)])
    }

    @Test func aContactWhoWaitedForAPersonInVainGoesBackToMarketing() throws {
        var bench = try self.bench(.click(self.contact, click: 1))
        #expect(bench.contact(self.contact)?.ripeness.awaitsConfirmation == true)
        try bench.run(60 * 86_400, .tick)
        #expect(bench.kinds(self.contact) == [.contactNurture])
    }
}
