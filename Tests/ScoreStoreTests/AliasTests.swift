import Domain
import ScoreStore
import TestSupport
import Testing

/// Second keys: acts under them reach their contact, once and never in circles.
@Suite struct AliasTests {
    private let email = Workload.contacts[0]
    private let crm = Workload.contacts[1]
    private let visitor = VisitorID(high: 1, low: 2)

    /// A contact known by e-mail gets a CRM id, is erased, and is imported again with the CRM id first. The alias of
    /// the first life was never taken back, as in a log of before this was done.
    private func importedTwice() throws -> SlotBench {
        var bench = SlotBench()
        try bench.run(0, .model(.plain()), .known(self.email))
        try bench.run(1, .known(self.email), .alias(self.crm, of: self.email))
        try bench.run(2, .erase(self.email))
        try bench.run(3, .known(self.crm), .alias(self.email, of: self.crm))
        return bench
    }

    @Test func aContactWhoseIDWasOnceASecondKeyIsNoSecondKey() throws {
        var bench = try self.importedTwice()
        #expect(bench.slots[bench.map.slot(of: self.crm)]?.primary(of: self.crm) == nil)
        try bench.run(4, .form(self.visitor, claiming: self.email))
        #expect(bench.contact(self.crm)?.links.map(\.visitor) == [self.visitor])
    }

    @Test func aTieUndoneAfterAnErasureAndASecondImportEnds() throws {
        var bench = try self.importedTwice()
        try bench.run(4, .page(self.visitor, contact: self.email))
        #expect(bench.score(self.crm, at: 4) > 9)
        try bench.run(5, .erase(self.visitor))
        #expect(bench.contact(self.crm)?.links.isEmpty == true)
        #expect(bench.score(self.crm, at: 5).magnitude < 1e-9)
    }

    /// Somebody unsubscribes with a mail that was sent when only their form's claim was known.
    @Test func aWithdrawalUnderASecondKeyIsItsContacts() throws {
        var bench = try self.importedTwice()
        let record = WithdrawalRecord(contact: self.email, withdrawn: [.clicks], objects: true)
        try bench.run(4, .withdrawal(record))
        let consents = try #require(bench.contact(self.crm)?.consents)
        #expect(consents.contains(.objected))
        #expect(!consents.contains(.clicks))
    }

    /// A browser that still takes itself for an erased contact's names somebody else.
    @Test func aFormInSomebodyElsesNameMakesNobodyOfAnErasedContact() throws {
        var bench = SlotBench()
        try bench.run(0, .model(.plain()), .form(self.visitor, claiming: self.email))
        #expect(bench.contact(self.email)?.isClaimed == true)
        try bench.run(1, .erase(self.email))
        try bench.run(2, .form(self.visitor, claiming: self.crm))
        #expect(bench.contact(self.email) == nil)
        #expect(bench.contact(self.crm)?.isClaimed == true)
    }

    @Test func aliasesThatPointAtEachOtherEnd() throws {
        var bench = SlotBench()
        try bench.run(0, .model(.plain()), .alias(self.crm, of: self.email), .alias(self.email, of: self.crm))
        for item in [
            LogItem.page(self.visitor, contact: self.email), .page(self.visitor), .form(nil, claiming: self.email),
            .click(self.crm, click: 1), .link(self.visitor, self.email, isUndone: true), .erase(self.visitor),
        ] {
            try bench.run(1, item)
        }
        #expect(bench.contact(self.email) == nil)
        #expect(bench.contact(self.crm)?.isClaimed == true, "the form led once to the other key, and stayed there")
    }

    @Test func aSecondKeyThatStandsForItselfAgainLeadsNowhere() throws {
        var bench = SlotBench()
        try bench.run(0, .model(.plain()), .known(self.email), .alias(self.crm, of: self.email))
        try bench.run(1, .erase(self.email), .alias(self.crm, of: self.crm))
        #expect(bench.slots[bench.map.slot(of: self.crm)]?.primary(of: self.crm) == nil)
        try bench.run(2, .form(nil, claiming: self.crm))
        #expect(bench.contact(self.crm)?.isClaimed == true)
    }
}
