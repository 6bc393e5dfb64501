import Catalog
import Domain
import ScoreStore
import Testing

@Suite struct ContactEffectTests {
    @Test func contactComesBackWhole() async throws {
        let world = try World()
        try world.apply(.contact(annaRecord()))
        let row = try #require(try await world.catalog.contact(anna))
        #expect(row.record == annaRecord())
        #expect(row.isKnown)
        #expect(row.standing == ContactStanding(contact: anna, asOf: Timestamp(seconds: 0)))
    }

    @Test func laterRecordReplacesKeysAndFieldsButNotTheScore() async throws {
        let world = try World()
        try world.apply(.contact(annaRecord()), .standing(standing()))
        var record = annaRecord()
        record.keys = [ExternalKey(.crm, "C-17")]
        record.fields = []
        record.owner = nil
        record.account?.name = ""
        record.isClaimed = true
        record.consents = [.objected, .lastOpenDay]
        try world.apply(.contact(record))
        let row = try #require(try await world.catalog.contact(anna))
        // A record that does not name the account takes its name not away.
        record.account?.name = "Acme"
        #expect(row.record == record)
        #expect(row.standing.score == 42)
    }

    @Test func aWithdrawalChangesTheConsentsAlone() async throws {
        let world = try World()
        try world.apply(.contact(annaRecord()), .consents(anna, [.objected]))
        var record = annaRecord()
        record.consents = [.objected]
        #expect(try await world.catalog.contact(anna)?.record == record)
    }

    @Test func standingComesBackWhole() async throws {
        let world = try World()
        var wanted = standing()
        wanted.limited = 3
        wanted.awaitsConfirmation = true
        wanted.balances = [
            NamedBalance(group: "mail", topic: "", value: 2, decay: 0.25),
            NamedBalance(group: "web", topic: "", value: 30, decay: 1.5),
            NamedBalance(group: "web", topic: "maintenance", value: 10, decay: 1.5),
        ]
        wanted.firstSeen = Timestamp(seconds: 10)
        wanted.lastSeen = Timestamp(seconds: 20)
        wanted.visits = 3
        wanted.pageViews = .max
        wanted.clicks = 2
        wanted.quoteViews = 1
        wanted.handedOver = Timestamp(seconds: 15)
        try world.apply(.standing(standing(score: 1)), .standing(wanted))
        #expect(try await world.catalog.contact(anna)?.standing == wanted)
        try world.apply(.standing(standing(score: 5)))
        #expect(try await world.catalog.contact(anna)?.standing == standing(score: 5))
    }

    @Test func rowsOfAnUnknownContactMakeAStub() async throws {
        let world = try World()
        try world.apply(
            .entry(entry(0)),
            .timeline(TimelineEntry(contact: bert, visit: 1, kind: .pageView, page: .none, date: Timestamp(seconds: 1)))
        )
        #expect(try await world.catalog.contact(anna)?.isKnown == false)
        #expect(try await world.catalog.contact(bert)?.isKnown == false)
        try world.apply(.contact(annaRecord()))
        #expect(try await world.catalog.contact(anna)?.isKnown == true)
        #expect(try await world.catalog.ledger(of: anna, limit: 10).count == 1)
    }

    @Test func aliasLeadsToItsContact() async throws {
        let world = try World()
        let alias = ContactID(99)
        try world.apply(.contact(annaRecord()), .entry(entry(0)), .alias(alias, of: anna))
        #expect(try await world.catalog.contact(alias)?.record == annaRecord())
        #expect(try await world.catalog.ledger(of: alias, limit: 10).count == 1)
        #expect(try await world.catalog.explainSnapshot(of: alias)?.entries.count == 1)
    }

    @Test func keyBelongsToWhomItWasGivenLast() async throws {
        let world = try World()
        var other = ContactRecord(contact: bert)
        other.keys = [ExternalKey(.email, "anna@acme.example")]
        try world.apply(.contact(annaRecord()), .contact(other))
        #expect(try await world.catalog.findContact("anna@acme.example")?.record.contact == bert)
        #expect(try await world.catalog.contact(anna)?.record.keys == [ExternalKey(.crm, "C-17")])
    }

    @Test func visitorsAreTiedAndUntied() async throws {
        let world = try World()
        let visitor = VisitorID(high: .max, low: 5)
        try world.apply(.linked(visitor, contact: anna, trust: .claim), at: 30)
        try world.apply(.linked(VisitorID(high: 1, low: 0), contact: anna, trust: .token), at: 40)
        #expect(
            try await world.catalog.visitors(of: anna) == [
                VisitorRow(visitor: visitor, contact: anna, trust: .claim, linked: Timestamp(seconds: 30)),
                VisitorRow(
                    visitor: VisitorID(high: 1, low: 0),
                    contact: anna,
                    trust: .token,
                    linked: Timestamp(seconds: 40)
                ),
            ]
        )
        try world.apply(.unlinked(visitor, contact: bert, reason: .wrongLink))
        #expect(try await world.catalog.visitors(of: anna).count == 2)
        try world.apply(.unlinked(visitor, contact: anna, reason: .wrongLink))
        #expect(try await world.catalog.visitors(of: anna).map(\.visitor.high) == [1])
    }

    /// Of a tied browser and of another: a page in the timeline, and an entry for it.
    private func whatTwoBrowsersDid(_ world: World) throws -> VisitorID {
        let visitor = VisitorID(high: 7, low: 7)
        for (number, browser) in [visitor, VisitorID(high: 8, low: 8)].enumerated() {
            var made = entry(UInt64(number))
            made.page = PageKey(5)
            made.through = browser
            var row = TimelineEntry(
                contact: anna,
                visit: 1,
                kind: .pageView,
                page: PageKey(5),
                date: Timestamp(seconds: Int64(number + 1))
            )
            row.visitor = browser
            try world.apply(.page(PageKey(5), url: "acme.example/", title: "Home"), .entry(made), .timeline(row))
        }
        return visitor
    }

    @Test func pagesOfABrowserThatRefusesLeaveTimelineAndLedger() async throws {
        let world = try World()
        let visitor = try self.whatTwoBrowsersDid(world)
        #expect(try await world.catalog.timeline(of: anna, limit: 10).count == 2)
        try world.apply(.unlinked(visitor, contact: anna, reason: .erased))
        #expect(try await world.catalog.timeline(of: anna, limit: 10).map(\.entry.date.seconds) == [2])
        let ledger = try await world.catalog.ledger(of: anna, limit: 10)
        #expect(ledger.map(\.url) == ["acme.example/", ""])
        #expect(ledger.map(\.entry.granted) == [15, 15], "what was granted stays, beside what takes it back")
        let left = try world.catalog.texts("SELECT count(*) FROM ledger WHERE visitor = '\(visitor.text)'")
        #expect(left == [["0"]])
    }

    @Test func pagesOfABrowserThatWasTiedWronglyLeaveTheTimeline() async throws {
        let world = try World()
        let visitor = try self.whatTwoBrowsersDid(world)
        try world.apply(.unlinked(visitor, contact: anna, reason: .wrongLink))
        #expect(try await world.catalog.timeline(of: anna, limit: 10).count == 1)
        #expect(try await world.catalog.ledger(of: anna, limit: 10).map(\.url) == ["acme.example/", "acme.example/"])
    }

    @Test func aSecondKeyEndsWhenItStandsForItselfOrForAContactOfItsOwn() async throws {
        let world = try World()
        try world.apply(.contact(annaRecord()), .alias(ContactID(99), of: anna), .alias(bert, of: anna))
        #expect(try await world.catalog.aliases(of: anna) == [bert, ContactID(99)])
        try world.apply(.alias(ContactID(99), of: ContactID(99)), .contact(ContactRecord(contact: bert)))
        #expect(try await world.catalog.aliases(of: anna).isEmpty)
        #expect(try await world.catalog.contact(ContactID(99)) == nil)
        #expect(try await world.catalog.contact(bert)?.record.contact == bert)
    }

    @Test func lastOpenDayOnlyGrows() async throws {
        let world = try World()
        try world.apply(.lastOpenDay(anna, day: 20_000))
        try world.apply(.lastOpenDay(anna, day: 19_000))
        #expect(try await world.catalog.contact(anna)?.lastOpenDay == 20_000)
    }

    @Test func erasureLeavesNothingOfTheContact() async throws {
        let world = try World(destinations: [destination("crm")])
        _ = try await world.catalog.addQuote(
            .init(id: 0, title: "Roof", url: "", contact: anna),
            at: Timestamp(seconds: 500)
        )
        let empty = try world.catalog.dump().filter { !["applied", "quotes"].contains($0.key) }
        try world.apply(
            .contact(annaRecord()),
            .entry(entry(0)),
            .timeline(TimelineEntry(contact: anna, visit: 0, kind: .reply, page: .none, date: Timestamp(seconds: 1))),
            .standing(standing()),
            .alias(ContactID(99), of: anna),
            .linked(VisitorID(high: 1, low: 2), contact: anna, trust: .token),
            .notification(LeadNotification(kind: .leadQualified, contact: anna)),
            .notification(LeadNotification(kind: .alert, contact: anna, detail: "x", isDigest: true))
        )
        try await world.catalog.setImportHash(5, of: anna)
        try world.apply(.contactErased(anna))
        var left = try world.catalog.dump()
        #expect(left["quotes"]?.isEmpty == true)
        for table in ["applied", "quotes"] { left[table] = nil }
        // The company and its salesperson are not the person.
        for table in ["accounts", "owners"] {
            #expect(left[table]?.count == 1)
            left[table] = []
        }
        #expect(left == empty)
    }

    @Test func whatTheErasureItselfSaysStillLeaves() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(.contact(annaRecord()))
        try world.apply(
            .notification(LeadNotification(kind: .consentChanged, contact: anna, detail: "erased")),
            .contactErased(anna)
        )
        #expect(try await world.catalog.deliveries(state: .pending, limit: 10).map(\.item.kind) == [.consentChanged])
    }

    @Test func theWithdrawalThatGoesWithAnErasureNamesNobody() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(.contact(annaRecord()), .standing(standing()))
        var farewell = LeadNotification(kind: .leadWithdrawn, contact: anna, detail: "erased")
        farewell.isAnonymous = true
        try world.apply(.notification(farewell), .contactErased(anna))
        let item = try #require(try await world.catalog.deliveries(limit: 10).first).item
        let body = String(decoding: item.body, as: UTF8.self)
        #expect(body.contains("ffff000000000001"))
        for known in ["Anna", "Roth", "acme", "C-17", "33 1", "olga", "42", "contacts/"] {
            #expect(!body.contains(known), "\(known) in \(body)")
        }
    }

    @Test func replayedErasureSparesLaterQuotes() async throws {
        let world = try World()
        let quote = try await world.catalog.addQuote(
            .init(id: 0, title: "Roof", url: "", contact: anna),
            at: Timestamp(seconds: 2_000)
        )
        try world.apply(.contactErased(anna), at: 1_000)
        #expect(try await world.catalog.quotes(limit: 10) == [quote])
    }
}
