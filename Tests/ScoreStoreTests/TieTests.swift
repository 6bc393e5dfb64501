import Domain
import ScoreStore
import TestSupport
import Testing

/// Ties between browsers and people: what they bring, and that undoing them takes back exactly that.
@Suite struct TieTests {
    private let contact = Workload.contacts[0]
    private let other = Workload.contacts[1]
    private let visitor = VisitorID(high: 5, low: 6)

    private func bench(_ change: (inout ScoringModel) -> Void = { _ in }) throws -> SlotBench {
        var bench = SlotBench()
        try bench.run(0, .model(.plain(change)), .known(self.contact), .known(self.other))
        return bench
    }

    private static func withTopics(_ model: inout ScoringModel) {
        model.pages = ["one", "two", "three", "four", "five"].map {
            .init(pattern: "/\($0)", points: $0 == "five" ? 7 : 20, topic: $0)
        }
        model.pages.append(.init(pattern: "/more", points: 21, topic: "five"))
    }

    @Test func undoingATieTakesItsInterestBackTopicByTopic() throws {
        var bench = try self.bench(Self.withTopics)
        try bench.run(1, .page(self.visitor, "/one"), .page(self.visitor, "/two"))
        try bench.run(2, .link(self.visitor, self.contact))
        try bench.run(3, .page(self.visitor, "/one"))
        #expect(bench.worth(self.contact, topic: "one", at: 3) > 39)
        try bench.run(4, .link(self.visitor, self.contact, isUndone: true))
        for topic in ["one", "two", ""] { #expect(bench.worth(self.contact, topic: topic, at: 4).magnitude < 1e-9) }
        let reversed = bench.effects.compactMap { effect -> String? in
            guard case .entry(let entry) = effect.body, entry.origin == .reversal else { return nil }
            return entry.topic
        }
        #expect(reversed == ["one", "two"])
    }

    @Test func aTopicThatLostItsNameIsTakenBackWhereItsPointsWent() throws {
        var bench = try self.bench(Self.withTopics)
        let own = VisitorID(high: 7, low: 8)
        try bench.run(1, .page(self.visitor, "/five", contact: self.contact))
        // Four topics that are worth more: the stranger's loses its name.
        let paths = ["/one", "/two", "/three", "/four"]
        try bench.run(2, .page(own, contact: self.contact))
        for path in paths { try bench.run(3, .page(own, path)) }
        #expect(bench.worth(self.contact, topic: "five", at: 3) == 0)
        #expect(bench.worth(self.contact, topic: "", at: 3) > 6)
        // The contact's own interest in it is worth a name again; "four" makes way.
        try bench.run(4, .page(own, "/more"))
        #expect(bench.worth(self.contact, topic: "four", at: 4) == 0)
        try bench.run(5, .link(self.visitor, self.contact, isUndone: true))
        #expect((bench.worth(self.contact, topic: "five", at: 5) - 21).magnitude < 0.01)
        #expect((bench.worth(self.contact, topic: "", at: 5) - 20).magnitude < 0.01)
    }

    @Test func undoingATieTakesItsVisitsAndPageViewsBack() throws {
        var bench = try self.bench()
        try bench.run(1, .page(self.visitor), .page(self.visitor, "/b"))
        try bench.run(7_200, .page(self.visitor, contact: self.contact))
        try bench.run(14_400, .quote(self.contact), .page(self.visitor))
        let tied = try #require(bench.contact(self.contact))
        #expect(tied.firstSeen == Workload.start.adding(.seconds(1)))
        #expect(tied.pageViews == 4)
        #expect(tied.visits == 3)
        try bench.run(14_401, .link(self.visitor, self.contact, isUndone: true))
        let untied = try #require(bench.contact(self.contact))
        #expect(untied.firstSeen == Workload.start.adding(.seconds(14_400)))
        #expect(untied.pageViews == 0)
        #expect(untied.visits == 0)
        #expect(untied.quoteViews == 1)
    }

    @Test func aTiedVisitorIsNotDisplacedByStrangers() throws {
        var bench = try self.bench()
        try bench.run(1, .page(self.visitor, contact: self.contact))
        let slot = bench.map.slot(of: self.visitor)
        var number: UInt64 = 0
        var strangers = 0
        while strangers <= Limits.onceSeenVisitorsPerSlot {
            number += 1
            let stranger = VisitorID(high: 99, low: number)
            guard bench.map.slot(of: stranger) == slot else { continue }
            strangers += 1
            try bench.run(2, .page(stranger))
        }
        #expect(bench.visitor(self.visitor) != nil)
        try bench.run(3, .erase(self.visitor))
        #expect(bench.contact(self.contact)?.links.isEmpty == true)
        #expect(bench.score(self.contact, at: 3).magnitude < 1e-9)
    }

    @Test func whatAForgottenBrowserDidIsNotLostWhenItIsTiedAgain() throws {
        var bench = try self.bench()
        try bench.run(1, .page(self.visitor, contact: self.contact))
        // The store forgot the browser, as one may who was not seen for longer than its cookie lives.
        let slot = bench.map.slot(of: self.visitor)
        bench.slots[slot] = SlotState(slot: slot)
        if slot == bench.map.slot(of: self.contact) { return }
        try bench.run(2, .page(self.visitor), .page(self.visitor))
        try bench.run(3, .page(self.visitor, contact: self.contact))
        #expect((bench.score(self.contact, at: 3) - 40).magnitude < 0.01)
        try bench.run(4, .link(self.visitor, self.contact, isUndone: true))
        #expect(bench.score(self.contact, at: 4).magnitude < 1e-9)
    }

    // MARK: Promise 10

    /// Enough unconfirmed clicks to be hot without anybody's act.
    private func hotOnClicksAlone(_ bench: inout SlotBench, from second: Int64) throws {
        for number in 0..<4 {
            let click = UInt64(second) * 10 + UInt64(number)
            try bench.run(second + Int64(number) * 60, .click(self.contact, link: UInt32(number), click: click))
        }
    }

    private static func withClicks(_ model: inout ScoringModel) {
        model.rules.append(.init(name: "click", condition: .on(.emailClick), points: 90))
    }

    @Test func aStrangersFormConfirmsNothing() throws {
        var bench = try self.bench(Self.withClicks)
        try bench.run(1, .form(self.visitor, claiming: self.contact), .page(self.visitor))
        try self.hotOnClicksAlone(&bench, from: 100)
        #expect(bench.contact(self.contact)?.lastConfirmed == .distantPast)
        #expect(bench.contact(self.contact)?.ripeness.awaitsConfirmation == true)
        #expect(!bench.kinds(self.contact).contains(.leadQualified))
    }

    @Test func aClaimedHistoryConfirmsNothing() throws {
        var bench = try self.bench(Self.withClicks)
        try bench.run(1, .page(self.visitor), .page(self.visitor, "/b"))
        try bench.run(2, .form(self.visitor, claiming: self.contact))
        try self.hotOnClicksAlone(&bench, from: 100)
        #expect(!bench.kinds(self.contact).contains(.leadQualified))
        // Once somebody vouches for the tie, those were the person's own acts.
        try bench.run(500, .link(self.visitor, self.contact))
        #expect(bench.kinds(self.contact).last == .leadQualified)
    }

    @Test func actsOfSomebodyElsesBrowserConfirmNothing() throws {
        var bench = try self.bench(Self.withClicks)
        try bench.run(1, .page(self.visitor, contact: self.other))
        try bench.run(2, .page(self.visitor, contact: self.contact, click: 1_000))
        try self.hotOnClicksAlone(&bench, from: 100)
        try bench.run(400, .page(self.visitor, contact: self.contact, click: 1_000))
        #expect(bench.contact(self.contact)?.lastConfirmed == .distantPast)
        #expect(!bench.kinds(self.contact).contains(.leadQualified))
    }

    @Test func anUndoneTieConfirmsNothingAnyLonger() throws {
        var bench = try self.bench(Self.withClicks)
        try bench.run(1, .page(self.visitor, contact: self.contact))
        try bench.run(2, .link(self.visitor, self.contact, isUndone: true))
        try self.hotOnClicksAlone(&bench, from: 100)
        #expect(bench.contact(self.contact)?.lastConfirmed == .distantPast)
        #expect(!bench.kinds(self.contact).contains(.leadQualified))
    }

    @Test func aClickStaysTheContactsOwnWhenTheBrowserThatConfirmedItIsUntied() throws {
        var bench = try self.bench(Self.withClicks)
        try bench.run(1, .click(self.contact, click: 1))
        try bench.run(2, .page(self.visitor, contact: self.contact, click: 1))
        #expect(bench.kinds(self.contact).last == .leadQualified)
        try bench.run(3, .link(self.visitor, self.contact, isUndone: true))
        #expect((bench.score(self.contact, at: 3) - 90).magnitude < 0.01)
        #expect(bench.contact(self.contact)?.lastConfirmed == .distantPast)
        #expect(bench.kinds(self.contact).last == .leadWithdrawn)
    }

    @Test func aLeadThatRestedOnATieIsWithdrawnWithItAndWaits() throws {
        var bench = try self.bench(Self.withClicks)
        try bench.run(1, .page(self.visitor, contact: self.contact))
        try self.hotOnClicksAlone(&bench, from: 100)
        #expect(bench.kinds(self.contact).last == .leadQualified)
        try bench.run(500, .link(self.visitor, self.contact, isUndone: true))
        #expect(bench.kinds(self.contact).last == .leadWithdrawn)
        #expect(bench.contact(self.contact)?.ripeness.stage == .hot)
        #expect(bench.contact(self.contact)?.ripeness.awaitsConfirmation == true)
    }

    @Test func claimsAndForwardedLinksRaiseNoAlert() throws {
        var bench = try self.bench {
            $0.rules.append(.init(name: "form", condition: .on(.formSubmit), points: 1, alert: .immediate))
            $0.rules.append(.init(name: "page", condition: .on(.pageView), points: 1, alert: .digest))
        }
        try bench.run(1, .form(self.visitor, claiming: self.contact), .form(nil, claiming: Workload.claimed[0]))
        try bench.run(2, .page(self.visitor, contact: self.other))
        #expect(bench.notifications.allSatisfy { $0.notification.kind != .alert })
        try bench.run(3, .page(self.visitor, contact: self.contact))
        #expect(bench.kinds(self.contact).last == .alert)
    }

    // MARK: Claims

    @Test(arguments: [FilterReason.bot, .internalNetwork])
    func aFormOfABotOrOfTheSitesOwnNetworkMakesNobodyKnown(filter: FilterReason) throws {
        var bench = try self.bench()
        try bench.run(1, .form(nil, claiming: Workload.claimed[0], filter: filter))
        try bench.run(1, .form(nil, claiming: Workload.claimed[1], verdict: .machine))
        #expect(bench.contact(Workload.claimed[0]) == nil)
        #expect(bench.contact(Workload.claimed[1]) == nil)
    }

    // MARK: Limits

    @Test func noRoundOverManyLimitedPagesGrantsAnyOfThemTwice() throws {
        let paths = (1...8).map { "/limited/\($0)" }
        var bench = try self.bench { model in
            model.pages = paths.map { .init(pattern: $0, points: 10, limit: .init(count: 1, window: .days(1))) }
        }
        for round in 0..<4 {
            for path in paths { try bench.run(Int64(round) * 100, .page(self.visitor, path)) }
        }
        let balances = try #require(bench.visitor(self.visitor)).balances
        #expect(balances.list.reduce(0) { $0 + $1.value } <= 10 * Double(Limits.limitWindowsPerVisitor))
        // A day later the windows are over, and their room is free.
        try bench.run(90_000, .page(self.visitor, paths[7]))
        #expect(try #require(bench.visitor(self.visitor)).balances.list[0].value > 60)
    }
}
