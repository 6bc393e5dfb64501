import Catalog
import Domain
import Testing

@Suite struct HistoryEffectTests {
    @Test func entryComesBackWhole() async throws {
        let world = try World()
        let message = try await world.catalog.addMessage(name: "Spring", campaign: "s26", at: Timestamp(seconds: 1))
        var wanted = entry(0, 4)
        wanted.origin = .confirmation
        wanted.topic = "maintenance"
        wanted.capped = 2
        wanted.state = .provisional
        wanted.heldUntil = Timestamp(seconds: 77)
        wanted.verdict = .likely
        wanted.trust = .forwarded
        wanted.page = PageKey(.max)
        wanted.message = message.id
        wanted.link = 8
        wanted.quote = 9
        wanted.refersTo = EntryID(offset: 3, ordinal: 1)
        wanted.author = "Olga"
        try world.apply(.page(PageKey(.max), url: "acme.example/tarifs", title: "Tarifs"), .entry(wanted))
        let row = try #require(try await world.catalog.ledger(of: anna, limit: 10).first)
        #expect(row.entry == wanted)
        #expect(row.state == .provisional)
        #expect(row.url == "acme.example/tarifs")
        #expect(row.title == "Tarifs")
        #expect(row.objectName == "Spring")
        #expect(row.repeats == 0)
        #expect(row.reason == nil && row.reversedBy == nil)
    }

    @Test(arguments: [LedgerEntry.Origin.page, .rule, .beforeIdentification, .confirmation, .manual, .reversal])
    func everyOriginIsStored(_ origin: LedgerEntry.Origin) async throws {
        let world = try World()
        var wanted = entry(0)
        wanted.origin = origin
        try world.apply(.entry(wanted))
        #expect(try await world.catalog.ledger(of: anna, limit: 1).map(\.entry.origin) == [origin])
    }

    @Test func provisionalEntryIsSettledWithWhatWasGranted() async throws {
        let world = try World()
        var held = entry(0)
        held.state = .provisional
        held.granted = 0
        try world.apply(.entry(held))
        try world.apply(.entrySettled(held.id, contact: anna, granted: 9, capped: 6))
        let row = try #require(try await world.catalog.ledger(of: anna, limit: 1).first)
        #expect(row.state == .settled)
        #expect(row.entry.granted == 9)
        #expect(row.entry.capped == 6)
    }

    @Test func whatIsFoundOutLaterIsSaidWhereItWasSaidFirst() async throws {
        let world = try World()
        var likely = entry(0, granted: 3)
        likely.verdict = .likely
        var click = TimelineEntry(contact: anna, visit: 0, kind: .emailClick, page: .none, date: Timestamp(seconds: 9))
        click.message = 2
        click.link = 3
        click.verdict = .likely
        click.trust = .forwarded
        try world.apply(.entry(likely), .timeline(click))
        var found = click
        found.verdict = .machine
        found.trust = .token
        found.count = 0
        try world.apply(.timeline(found))
        #expect(try await world.catalog.timeline(of: anna, limit: 5).map(\.entry.verdict) == [.machine])
        found.verdict = .confirmed
        try world.apply(.timeline(found), .entryConfirmed(likely.id, contact: anna))
        var wanted = likely
        wanted.verdict = .confirmed
        #expect(try await world.catalog.ledger(of: anna, limit: 5).map(\.entry) == [wanted], "and nothing else")
        click.verdict = .confirmed
        #expect(try await world.catalog.timeline(of: anna, limit: 5).map(\.entry) == [click])
    }

    @Test(arguments: ReversalReason.allCases)
    func droppedEntryNamesItsReason(_ reason: ReversalReason) async throws {
        let world = try World()
        try world.apply(.entry(entry(0)), .entry(entry(0, 1)))
        try world.apply(.entryDropped(EntryID(offset: 0, ordinal: 1), contact: anna, reason: reason))
        let rows = try await world.catalog.ledger(of: anna, limit: 5)
        #expect(rows.map(\.state) == [.dropped, .settled])
        #expect(rows.map(\.reason) == [reason, nil])
        let explained = try #require(try await world.catalog.explainSnapshot(of: anna)).entries
        #expect(explained.map(\.reason) == [nil, reason])
    }

    @Test func reversedEntryStaysInTheSumAndNamesWhatTookItBack() async throws {
        let world = try World()
        try world.apply(.entry(entry(0)))
        var reversal = entry(1, granted: -15)
        reversal.origin = .reversal
        reversal.refersTo = EntryID(offset: 0, ordinal: 0)
        try world.apply(
            .entry(reversal),
            .entryReversed(EntryID(offset: 0, ordinal: 0), contact: anna, by: reversal.id, reason: .wrongLink)
        )
        let entries = try #require(try await world.catalog.explainSnapshot(of: anna)).entries
        #expect(entries.map(\.state) == [.settled, .settled])
        #expect(entries.map(\.reason) == [.wrongLink, nil])
        #expect(entries.map(\.reversedBy) == [reversal.id, nil])
        #expect(entries.reduce(0) { $0 + $1.entry.granted } == 0)
        #expect(
            try world.catalog.texts("SELECT state FROM contact_ledger ORDER BY log_offset") == [
                ["\"reversed\""], ["\"settled\""],
            ]
        )
    }

    @Test func repeatsAreCountedOnTheEntry() async throws {
        let world = try World()
        try world.apply(.entry(entry(0)))
        try world.apply(.entryRepeated(EntryID(offset: 0, ordinal: 0), contact: anna))
        try world.apply(
            .entryRepeated(EntryID(offset: 0, ordinal: 0), contact: anna),
            .entryRepeated(EntryID(offset: 0, ordinal: 0), contact: bert)
        )
        #expect(try await world.catalog.ledger(of: anna, limit: 1).map(\.repeats) == [2])
    }

    @Test func timelineSumsUpTheSamePageOfAVisit() async throws {
        let world = try World()
        var first = TimelineEntry(
            contact: anna,
            visit: 1,
            kind: .pageView,
            page: PageKey(5),
            date: Timestamp(seconds: 50)
        )
        first.referrer = "search.example"
        first.campaign = "s26"
        first.isFromBefore = true
        first.verdict = .likely
        first.engagedMilliseconds = 1_000
        first.scrollPercent = 60
        var second = first
        second.date = Timestamp(seconds: 40)
        second.referrer = "other.example"
        second.verdict = .confirmed
        second.trust = .claim
        second.isFromBefore = false
        second.scrollPercent = 30
        second.count = 2
        var third = second
        third.verdict = .likely
        third.trust = .token
        third.date = Timestamp(seconds: 60)
        try world.apply(.page(PageKey(5), url: "acme.example/", title: "Home"), .timeline(first))
        try world.apply(.timeline(second), .timeline(third))
        var wanted = first
        wanted.url = "acme.example/"
        wanted.title = "Home"
        wanted.date = Timestamp(seconds: 60)
        wanted.count = 5
        wanted.engagedMilliseconds = 3_000
        wanted.verdict = .confirmed
        wanted.isFromBefore = false
        let rows = try await world.catalog.timeline(of: anna, limit: 10)
        #expect(rows.map(\.entry) == [wanted])
        #expect(rows.map(\.firstDate) == [Timestamp(seconds: 40)])
    }

    @Test func timelineKeepsDifferentActsApart() async throws {
        let world = try World()
        let base = TimelineEntry(
            contact: anna,
            visit: 1,
            kind: .pageView,
            page: PageKey(5),
            date: Timestamp(seconds: 1)
        )
        var others = [base, base, base, base, base, base, base, base]
        others[1].visit = 2
        others[2].kind = .download
        others[3].page = PageKey(6)
        others[4].name = "brochure.pdf"
        others[5].message = 1
        others[6].link = 1
        others[7].quote = 1
        for other in others { try world.apply(.timeline(other)) }
        #expect(try await world.catalog.timeline(of: anna, limit: 100).count == others.count)
    }

    @Test(arguments: EventKind.allCases)
    func everyKindIsStored(_ kind: EventKind) async throws {
        let world = try World()
        let entry = TimelineEntry(contact: anna, visit: 0, kind: kind, page: .none, date: Timestamp(seconds: 1))
        try world.apply(.timeline(entry))
        #expect(try await world.catalog.timeline(of: anna, limit: 1).map(\.entry) == [entry])
    }

    @Test func pageKeepsItsTitleWhenALaterOneHasNone() async throws {
        let world = try World()
        try world.apply(.page(PageKey(5), url: "acme.example/", title: "Home"))
        try world.apply(.page(PageKey(5), url: "acme.example/", title: ""))
        #expect(try world.catalog.texts("SELECT title FROM pages") == [["\"Home\""]])
    }

    @Test func aPageIsCalledWhatItWasLastCalledHoweverOftenItWasCalledSo() throws {
        let world = try World()
        let names = [
            ("a.example/", "A"), ("a.example/", "A"), ("b.example/", ""), ("a.example/", "A"), ("a.example/", "B"),
            ("a.example/", "A"),
        ]
        for (url, title) in names {
            try world.apply(.page(PageKey(5), url: url, title: title))
            let stored = try world.catalog.texts("SELECT url, title FROM pages")
            #expect(stored == [["\"\(url)\"", "\"\(title.isEmpty ? "A" : title)\""]])
        }
    }

    @Test func aNameThatWasNotCommittedIsWrittenAgain() throws {
        let world = try World()
        #expect(throws: (any Error).self) {
            // No entry is worth what is not a number, and with it the whole transaction goes.
            try world.apply(.page(PageKey(5), url: "a.example/", title: "A"), .entry(entry(1, 1, granted: .nan)))
        }
        try world.apply(.page(PageKey(5), url: "a.example/", title: "A"))
        #expect(try world.catalog.texts("SELECT title FROM pages") == [["\"A\""]])
    }

    @Test func audienceAddsUp() async throws {
        let world = try World()
        try world.apply(.page(PageKey(5), url: "acme.example/", title: "Home"))
        for views in [3, 4] as [UInt32] {
            try world.apply(.audience(site: SiteID(1), page: PageKey(5), day: 20_000, views: views))
        }
        try world.apply(.audience(site: SiteID(1), page: PageKey(5), day: 20_001, views: 1))
        try world.apply(.audience(site: SiteID(2), page: PageKey(5), day: 20_000, views: 9))
        #expect(
            try await world.catalog.audience(of: SiteID(1), from: 20_000, limit: 10) == [
                AudienceRow(site: SiteID(1), page: PageKey(5), url: "acme.example/", day: 20_000, views: 7),
                AudienceRow(site: SiteID(1), page: PageKey(5), url: "acme.example/", day: 20_001, views: 1),
            ]
        )
    }
}
