import Domain
import ScoreStore
import TestSupport
import Testing

/// Promise 10: no lead and no alert without a confirmed human act; promise 8: claims are limited.
@Suite struct ConfirmationTests {
    private let contact = Workload.contacts[0]
    private let visitor = VisitorID(high: 5, low: 6)

    /// Everything is worth so much that a single act makes a contact hot.
    private var model: ScoringModel {
        var model = ScoringModel()
        model.groups = [.init(name: "web", halfLife: .days(30), max: 1_000)]
        model.pages = [.init(pattern: "/**", points: 100)]
        var click = ScoringModel.Condition()
        click.event = .emailClick
        model.rules = [
            .init(name: "click", condition: click, points: 300, hold: .seconds(10)),
            .init(name: "click now", condition: click, points: 300, alert: .immediate),
        ]
        model.stages.hotByGrade = []
        return model
    }

    private func bench(_ steps: [(second: Int64, item: LogItem)]) throws -> SlotBench {
        var bench = SlotBench()
        let start = Workload.start
        try bench.run(
            LogStep(time: start, items: [.model(self.model), .contact(ContactRecord(contact: self.contact))])
        )
        for step in steps { try bench.run(LogStep(time: start.adding(.seconds(step.second)), items: [step.item])) }
        return bench
    }

    private func click(link: UInt32, click: UInt64) -> LogItem {
        var record = EventRecord()
        record.kind = .emailClick
        record.contact = self.contact
        record.message = 1
        record.link = link
        record.click = click
        return .event(record)
    }

    private func page(_ verdict: Verdict, click: UInt64 = 0, contact: ContactID? = nil) -> LogItem {
        var record = EventRecord()
        record.visitor = self.visitor
        record.verdict = verdict
        record.contact = contact
        record.click = click
        return .event(record, path: "/a")
    }

    @Test(arguments: 3_000..<3_060) func onlyFetchesAMachineCouldMakeNeverMakeALeadOrAnAlert(seed: UInt64) throws {
        var bench = SlotBench()
        try bench.run(Workload(seed: seed, count: 200, onlyMachines: true).steps)
        let kinds = Set(bench.notifications.map(\.notification.kind))
        #expect(kinds.isDisjoint(with: [.leadQualified, .alert]), "seed \(seed): \(kinds)")
    }

    @Test func unconfirmedPointsAloneWaitForAPersonAndAConfirmationHandsOver() throws {
        var steps: [(second: Int64, item: LogItem)] = [(1, self.click(link: 1, click: 7)), (20, .tick)]
        var bench = try self.bench(steps)
        #expect(bench.contact(self.contact)?.ripeness.awaitsConfirmation == true)
        #expect(bench.kinds(self.contact).isEmpty)
        steps.append((30, self.page(.confirmed, click: 7, contact: self.contact)))
        bench = try self.bench(steps)
        #expect(bench.contact(self.contact)?.ripeness.awaitsConfirmation == false)
        #expect(bench.kinds(self.contact) == [.leadQualified])
    }

    /// Every verdict that effects give the clicks' timeline rows, by link, and the entries they confirm.
    private func findings(_ bench: SlotBench) -> (rows: [UInt32: [Verdict]], entries: Set<EntryID>, clicks: UInt32) {
        var rows: [UInt32: [Verdict]] = [:]
        var entries: Set<EntryID> = []
        var clicks: UInt32 = 0
        for effect in bench.effects {
            switch effect.body {
            case .timeline(let row) where row.kind == .emailClick:
                rows[row.link, default: []].append(row.verdict)
                clicks += row.count
            case .entryConfirmed(let entry, _): entries.insert(entry)
            default: break
            }
        }
        return (rows, entries, clicks)
    }

    private func likelyEntries(_ bench: SlotBench) -> Set<EntryID> {
        let entries = bench.effects.compactMap { effect -> EntryID? in
            guard case .entry(let entry) = effect.body, entry.verdict == .likely else { return nil }
            return entry.id
        }
        return Set(entries)
    }

    /// Held or counted in part: the second confirmation comes when the hold is over.
    @Test(arguments: [Int64(5), 30]) func aConfirmedClickIsSaidToBeOneInTimelineAndLedger(second: Int64) throws {
        let bench = try self.bench([
            (1, self.click(link: 1, click: 7)), (2, self.click(link: 2, click: 8)), (second - 1, .tick),
            (second, self.page(.confirmed, click: 7, contact: self.contact)),
        ])
        let findings = self.findings(bench)
        #expect(findings.rows == [1: [.likely, .confirmed], 2: [.likely]])
        #expect(findings.clicks == 2, "none of them is counted again")
        // Each of the two clicks brought an entry at once and a held one.
        #expect(self.likelyEntries(bench).count == 4)
        #expect(findings.entries == self.likelyEntries(bench).filter { $0.offset == 2 })
    }

    @Test func aBurstIsSaidToBeAMachinesAndAPersonsWordToBeAPersons() throws {
        var steps: [(second: Int64, item: LogItem)] = (1...3).map { number in
            (1, self.click(link: UInt32(number), click: UInt64(number)))
        }
        steps.append((60, .human(self.contact)))
        let findings = self.findings(try self.bench(steps))
        #expect(findings.rows[1] == [.likely, .machine, .confirmed])
        #expect(findings.rows[2] == [.likely, .machine, .confirmed])
        #expect(findings.rows[3] == [.machine, .confirmed])
        #expect(findings.clicks == 3)
        #expect(findings.entries.isEmpty, "what was taken back stays so; new entries give it back")
    }

    @Test func anUnconfirmedPageViewConfirmsNoClick() throws {
        let bench = try self.bench([
            (1, self.click(link: 1, click: 7)), (20, .tick), (30, self.page(.likely, click: 7, contact: self.contact)),
        ])
        #expect(bench.contact(self.contact)?.recentClicks.first?.verdict == .likely)
        #expect(bench.kinds(self.contact).isEmpty)
    }

    @Test func theHistoryOfAVisitorNobodyConfirmedConfirmsNothing() throws {
        var steps = (1...9).map { (second: Int64($0), item: self.page(.likely)) }
        steps.append((20, .link(self.visitor, self.contact)))
        let bench = try self.bench(steps)
        #expect(bench.contact(self.contact)?.ripeness.stage == .hot)
        #expect(bench.contact(self.contact)?.ripeness.awaitsConfirmation == true)
        #expect(bench.kinds(self.contact).isEmpty)
    }

    @Test func theHistoryOfAVisitorConfirmsAsOfItsOwnTime() throws {
        let month: Int64 = 31 * 86_400
        let late = try self.bench([(1, self.page(.confirmed)), (month, .link(self.visitor, self.contact))])
        #expect(late.contact(self.contact)?.lastConfirmed == Workload.start.adding(.seconds(1)))
        let soon = try self.bench([(1, self.page(.confirmed)), (60, .link(self.visitor, self.contact))])
        #expect(soon.kinds(self.contact) == [.leadQualified])
    }

    @Test func aBurstIsTakenBackWithItsReasonAndWithdrawsTheLead() throws {
        // A person was here before, so the first clicks of the scanner make a lead; the third unmasks it.
        var confirmed = EventRecord()
        confirmed.kind = .quoteView
        confirmed.contact = self.contact
        confirmed.verdict = .confirmed
        var model = self.model
        var quote = ScoringModel.Condition()
        quote.event = .quoteView
        model.rules.append(.init(name: "quote", condition: quote, points: 1))
        var bench = SlotBench()
        let start = Workload.start
        let items: [LogItem] = [
            .model(model), .contact(ContactRecord(contact: self.contact)), .event(confirmed),
            self.click(link: 1, click: 1), self.click(link: 2, click: 2), self.click(link: 3, click: 3),
        ]
        for item in items { try bench.run(LogStep(time: start, items: [item])) }
        #expect(bench.kinds(self.contact) == [.leadQualified, .leadWithdrawn])
        var reversed = 0
        var dropped = 0
        for effect in bench.effects {
            if case .entryReversed(_, _, _, .scannerBurst) = effect.body { reversed += 1 }
            if case .entryDropped(_, _, .scannerBurst) = effect.body { dropped += 1 }
        }
        #expect(reversed == 2)
        #expect(dropped == 2)
        let contact = try #require(bench.contact(self.contact))
        #expect(contact.balances.total(group: 0, now: 0) == 1)
        #expect(contact.ripeness.handedOverAt == .distantPast, "a withdrawn lead clears its cooldown")
    }

    @Test func aPersonsWordReinstatesABurstInFullAndOnce() throws {
        var steps: [(second: Int64, item: LogItem)] = (1...3).map { number in
            (1, self.click(link: UInt32(number), click: UInt64(number)))
        }
        steps.append((60, .human(self.contact)))
        var bench = try self.bench(steps)
        // Two clicks had brought entries, 300 at once and 300 held; the third unmasked them and never had any.
        let limit = self.model.groups[0].max
        #expect((bench.score(self.contact, at: 60) - limit).magnitude < 0.1)
        #expect(bench.contact(self.contact)?.lastConfirmed == Workload.start.adding(.seconds(60)))
        #expect(bench.kinds(self.contact) == [.leadQualified])
        let again = bench.effects.compactMap { effect -> LedgerEntry? in
            guard case .entry(let entry) = effect.body, entry.origin == .confirmation else { return nil }
            return entry
        }
        #expect(again.map(\.points) == [300, 300, 300, 300])
        #expect(again.allSatisfy { $0.author == "owner" && $0.refersTo != nil })
        let log = bench.effects.count
        try bench.run(61, .human(self.contact))
        #expect(bench.effects.count == log)
    }

    @Test func aPersonsWordIsNothingWhereNothingWasTakenBack() throws {
        let bench = try self.bench([(1, self.click(link: 1, click: 1)), (2, .human(self.contact)), (20, .tick)])
        #expect(bench.contact(self.contact)?.recentClicks.map(\.verdict) == [.likely])
        #expect(bench.contact(self.contact)?.lastConfirmed == .distantPast)
    }

    @Test func moreHeldEntriesThanAPersonMakesAreDroppedAsABurst() throws {
        let bench = try self.bench(
            (1...UInt64(Limits.provisionalEntries + 1)).map { number in
                // A link and a message of their own each: nothing but their number gives them away.
                var record = EventRecord()
                record.kind = .emailClick
                record.contact = self.contact
                record.message = UInt32(number)
                record.link = UInt32(number)
                record.click = number
                return (1, .event(record))
            }
        )
        let contact = try #require(bench.contact(self.contact))
        #expect(contact.provisional.isEmpty)
        #expect(contact.recentClicks.allSatisfy { $0.verdict == .machine })
        let kinds = bench.kinds(self.contact)
        #expect(!kinds.contains(.leadQualified))
    }

    @Test func claimsCountAtMostTheirMaximumTowardsAStage() throws {
        var claim = EventRecord()
        claim.kind = .formSubmit
        claim.visitor = self.visitor
        claim.verdict = .confirmed
        claim.trust = .claim
        claim.contact = Workload.claimed[0]
        let form = LogItem.event(claim, email: "someone@example.com")
        let bench = try self.bench([(1, form)] + (2...9).map { (second: Int64($0), item: self.page(.confirmed)) })
        let contact = try #require(bench.contact(Workload.claimed[0]))
        let model = try #require(bench.models.models.last)
        let reading = ScoreReading(of: contact, model: model, at: Workload.start.adding(.seconds(9)))
        #expect(reading.total > 700)
        #expect(reading.forStages == self.model.claimedMax)
        #expect(contact.ripeness.stage == .warm)
        #expect(!bench.kinds(Workload.claimed[0]).contains(.leadQualified))
    }

    @Test func aClaimNeverOverwritesAKnownContact() throws {
        var claim = EventRecord()
        claim.kind = .formSubmit
        claim.visitor = self.visitor
        claim.verdict = .confirmed
        claim.trust = .claim
        claim.contact = self.contact
        let bench = try self.bench([(1, .event(claim, email: "other@example.com"))])
        let records = bench.effects.filter { effect in
            if case .contact = effect.body { return true }
            return false
        }
        #expect(records.count == 1, "the one of the import and no other")
        #expect(bench.contact(self.contact)?.isClaimed == false)
    }

    @Test func whatAnObjectingPersonDoesIsNotStored() throws {
        var record = ContactRecord(contact: self.contact)
        record.consents = [.clicks, .opens, .lastOpenDay, .objected]
        var open = EventRecord()
        open.kind = .emailOpen
        open.contact = self.contact
        var scanned = open
        scanned.filter = .bot
        let acts: [LogItem] = [self.click(link: 1, click: 1), .event(open), .event(scanned)]
        let bench = try self.bench([(1, .contact(record))] + acts.map { (2, $0) })
        let stored = bench.effects.filter { effect in
            switch effect.body {
            case .timeline, .lastOpenDay, .entry: true
            default: false
            }
        }
        #expect(stored.isEmpty)
    }

    @Test func aTieIsUndoneEvenWhenTheVisitorHadToMakeWay() throws {
        let slot = SlotMap(key: SipKey(7, 11)).slot(of: self.visitor)
        var bench = try self.bench([(1, self.page(.confirmed, contact: self.contact)), (2, self.page(.confirmed))])
        #expect(bench.contact(self.contact)?.balances.total(group: 0, now: 0) ?? 0 > 100)
        bench.slots[slot] = SlotState(slot: slot)
        try bench.run(
            LogStep(
                time: Workload.start.adding(.seconds(3)),
                items: [.link(self.visitor, self.contact, isUndone: true)]
            )
        )
        let total = try #require(bench.contact(self.contact)).balances.total(group: 0, now: 0)
        #expect(total.magnitude < 1e-9)
    }
}
