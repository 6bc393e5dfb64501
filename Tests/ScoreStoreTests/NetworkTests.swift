import Domain
import ScoreStore
import TestSupport
import Testing

/// Evidence that no single contact can see: many people's mail clicked from one network within seconds.
@Suite struct NetworkTests {
    private static let contacts = (1...6).map { ContactID(UInt64($0) << 32) }

    private var model: ScoringModel {
        var model = ScoringModel()
        model.groups = [.init(name: "mail", halfLife: .days(14), max: 100)]
        var click = ScoringModel.Condition()
        click.event = .emailClick
        model.rules = [.init(name: "click", condition: click, points: 10)]
        return model
    }

    private func click(_ contact: ContactID, network: UInt32, verdict: Verdict = .likely) -> LogItem {
        var record = EventRecord()
        record.kind = .emailClick
        record.contact = contact
        record.verdict = verdict
        record.message = 1
        record.link = 1
        record.click = contact.rawValue
        record.network = network
        return .event(record)
    }

    private func confirmation(_ contact: ContactID) -> LogItem {
        var record = EventRecord()
        record.kind = .clickConfirmation
        record.verdict = .confirmed
        record.contact = contact
        record.click = contact.rawValue
        return .event(record)
    }

    /// Runs clicks of the contacts, each so many seconds after the one before, and returns their scores.
    private func scores(
        network: (Int) -> UInt32,
        secondsBetween: Int64,
        contacts: Int,
        confirming: Int? = nil,
        reinstating: Int = 0
    ) throws -> [Double] {
        var bench = SlotBench()
        let known = Self.contacts.prefix(contacts)
        try bench.run(
            LogStep(
                time: Workload.start,
                items: [.model(self.model)] + known.map { .contact(ContactRecord(contact: $0)) }
            )
        )
        for (index, contact) in known.enumerated() {
            let time = Workload.start.adding(.seconds(1 + Int64(index) * secondsBetween))
            try bench.run(LogStep(time: time, items: [self.click(contact, network: network(index))]))
            if index == confirming { try bench.run(LogStep(time: time, items: [self.confirmation(contact)])) }
        }
        for contact in known.prefix(reinstating) { try bench.run(90, .human(contact)) }
        return known.map { bench.contact($0)?.balances.list.reduce(0) { $0 + $1.value } ?? 0 }
    }

    @Test func fivePeoplesMailClickedFromOneNetworkWithinSecondsIsAMachines() throws {
        let scores = try self.scores(network: { _ in 7 }, secondsBetween: 1, contacts: 6)
        // What the first four were granted is taken back, and the sixth comes too late to count.
        #expect(scores.allSatisfy { abs($0) < 1e-6 })
    }

    @Test func fourPeopleOrFiveOverAMinuteAreAnOffice() throws {
        let few = try self.scores(network: { _ in 7 }, secondsBetween: 1, contacts: 4)
        #expect(few.allSatisfy { $0 > 2 })
        let slow = try self.scores(network: { _ in 7 }, secondsBetween: 12, contacts: 6)
        #expect(slow.allSatisfy { $0 > 2 })
    }

    @Test func differentNetworksAndUnknownOnesAreNotCountedTogether() throws {
        #expect(try self.scores(network: { UInt32($0 + 1) }, secondsBetween: 1, contacts: 6).allSatisfy { $0 > 2 })
        #expect(try self.scores(network: { _ in 0 }, secondsBetween: 1, contacts: 6).allSatisfy { $0 > 2 })
    }

    @Test func aPersonsWordReinstatesWhatTheNetworkTookBack() throws {
        let scores = try self.scores(network: { _ in 7 }, secondsBetween: 1, contacts: 6, reinstating: 1)
        #expect(scores[0] > 9)
        #expect(abs(scores[1]) < 1e-6)
    }

    @Test func aClickThatAPersonConfirmedStays() throws {
        let scores = try self.scores(network: { _ in 7 }, secondsBetween: 1, contacts: 6, confirming: 2)
        #expect(scores[2] > 9)
        #expect(abs(scores[1]) < 1e-6)
    }
}
