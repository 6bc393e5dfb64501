import Catalog
import Domain
import Foundation
import Testing

@Suite struct LeadBodyTests {
    /// A contact with a history, handed over.
    private func handedOver() async throws -> (World, [String: Any]) {
        let world = try World(destinations: [destination("crm")])
        let message = try await world.catalog.addMessage(name: "Spring", campaign: "s26", at: Timestamp(seconds: 1))
        var claimed = entry(0, 1, rule: "form", granted: 20, decay: 0)
        claimed.trust = .claim
        claimed.topic = "maintenance"
        var click = entry(0, 2, rule: "mail click", granted: 5)
        click.verdict = .likely
        click.message = message.id
        click.group = "mail"
        var page = entry(0, 0, granted: 25)
        page.page = PageKey(5)
        var held = entry(0, 3, rule: "held")
        held.state = .provisional
        var visit = TimelineEntry(
            contact: anna,
            visit: 1,
            kind: .pageView,
            page: PageKey(5),
            date: Timestamp(seconds: 950)
        )
        visit.referrer = "search.example"
        visit.campaign = "s26"
        visit.engagedMilliseconds = 12_500
        visit.scrollPercent = 80
        var stand = standing(score: 40)
        stand.balances = [
            NamedBalance(group: "mail", topic: "", value: 5, decay: 1),
            NamedBalance(group: "web", topic: "", value: 25, decay: 1),
            NamedBalance(group: "web", topic: "maintenance", value: 10, decay: 1),
        ]
        stand.firstSeen = Timestamp(seconds: 900)
        stand.lastSeen = Timestamp(microseconds: 950_250_000)
        stand.visits = 2
        stand.pageViews = 9
        stand.clicks = 1
        stand.quoteViews = 3
        try world.apply(
            .contact(annaRecord()),
            .page(PageKey(5), url: "acme.example/tarifs", title: "Tarifs"),
            .entry(page),
            .entry(claimed),
            .entry(click),
            .entry(held),
            .entry(entry(0, 4, rule: "taken back")),
            .entryReversed(
                EntryID(offset: 0, ordinal: 4),
                contact: anna,
                by: EntryID(offset: 0, ordinal: 5),
                reason: .machine
            ),
            .entryDropped(EntryID(offset: 0, ordinal: 4), contact: anna, reason: .machine),
            .timeline(visit),
            .standing(stand),
            .notification(LeadNotification(kind: .leadQualified, contact: anna)),
            .standing(standing(score: 1))
        )
        let delivery = try #require(try await world.catalog.deliveries(limit: 10).first)
        let json = try JSONSerialization.jsonObject(with: Data(delivery.item.body))
        return (world, try #require(json as? [String: Any]))
    }

    @Test func bodyIsAStructuredCloudEvent() async throws {
        let (world, body) = try await self.handedOver()
        let item = try #require(try await world.catalog.deliveries(limit: 10).first).item
        #expect(item.key == "000000000000abcd-0-7-11")
        #expect(body["id"] as? String == item.key)
        #expect(body["specversion"] as? String == "1.0")
        #expect(body["source"] as? String == "https://track.example.com")
        #expect(body["type"] as? String == "lead.qualified")
        #expect(body["subject"] as? String == "ffff000000000001")
        #expect(body["time"] as? String == "1970-01-01T00:16:40Z")
        #expect(body["datacontenttype"] as? String == "application/json")
    }

    @Test func leadSaysWhoItIsAbout() async throws {
        let data = try #require(try await self.handedOver().1["data"] as? [String: Any])
        let contact = try #require(data["contact"] as? [String: Any])
        #expect(contact["id"] as? String == "ffff000000000001")
        #expect(contact["first_name"] as? String == "Anna")
        #expect(contact["last_name"] as? String == "Roth")
        #expect(contact["email"] as? String == "anna@acme.example")
        #expect(contact["phone"] as? String == "+33 1 23 45")
        #expect(contact["status"] as? String == "prospect")
        #expect(contact["role"] as? String == "decision")
        #expect(
            contact["keys"] as? [[String: String]] == [
                ["kind": "crm", "value": "C-17"], ["kind": "email", "value": "anna@acme.example"],
            ]
        )
        #expect((data["account"] as? [String: Any])?["name"] as? String == "Acme")
        #expect((data["account"] as? [String: Any])?["id"] as? String == "ffffffffffffffff")
        #expect((data["owner"] as? [String: Any])?["key"] as? String == "olga@us.example")
        #expect(
            data["links"] as? [String: String] == ["contact": "https://console.example.com/contacts/ffff000000000001"]
        )
    }

    @Test func leadSaysWhatItIsWorthAndWhy() async throws {
        let data = try #require(try await self.handedOver().1["data"] as? [String: Any])
        let score = try #require(data["score"] as? [String: Any])
        #expect(score["total"] as? Double == 40)
        #expect(score["groups"] as? [String: Double] == ["mail": 5, "web": 35])
        #expect(score["topics"] as? [String: Double] == ["maintenance": 10])
        #expect(data["stage"] as? String == "hot")
        #expect(data["grade"] as? String == "A")
        // 25 + 20 half-way decayed to 10 + 5.
        #expect(data["share_claimed"] as? Double == 0.25)
        #expect(data["share_unconfirmed"] as? Double == 0.125)
        let entries = try #require(data["entries"] as? [[String: Any]])
        #expect(entries.compactMap { $0["rule"] as? String } == ["mail click", "form", "prices"])
        #expect(entries[0]["name"] as? String == "Spring")
        #expect(entries[0]["granted"] as? Double == 5)
        #expect(entries[0]["verdict"] as? String == "likely")
        #expect(entries[1]["topic"] as? String == "maintenance")
        #expect(entries[2]["url"] as? String == "acme.example/tarifs")
        #expect(entries[2]["title"] as? String == "Tarifs")
        #expect(entries[2]["date"] as? String == "1970-01-01T00:15:00Z")
    }

    @Test func leadSaysWhatTheyDid() async throws {
        let data = try #require(try await self.handedOver().1["data"] as? [String: Any])
        let counts = try #require(data["counts"] as? [String: Any])
        #expect(counts["visits"] as? Int == 2)
        #expect(counts["page_views"] as? Int == 9)
        #expect(counts["clicks"] as? Int == 1)
        #expect(counts["quote_views"] as? Int == 3)
        #expect(counts["first_seen"] as? String == "1970-01-01T00:15:00Z")
        #expect(counts["last_seen"] as? String == "1970-01-01T00:15:50.250000Z")
        let timeline = try #require(data["timeline"] as? [[String: Any]])
        #expect(timeline.count == 1)
        #expect(timeline[0]["kind"] as? String == "page_view")
        #expect(timeline[0]["url"] as? String == "acme.example/tarifs")
        #expect(timeline[0]["engaged_seconds"] as? Int == 12)
        #expect(timeline[0]["scroll_percent"] as? Int == 80)
        #expect(timeline[0]["referrer"] as? String == "search.example")
    }

    @Test func otherKindsCarryWhoAndDetailButNoHistory() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(
            .contact(annaRecord()),
            .standing(standing()),
            .notification(LeadNotification(kind: .alert, contact: anna, detail: "quote viewed"))
        )
        let item = try #require(try await world.catalog.deliveries(limit: 1).first).item
        let body = try #require(try JSONSerialization.jsonObject(with: Data(item.body)) as? [String: Any])
        let data = try #require(body["data"] as? [String: Any])
        #expect(data.keys.sorted() == ["account", "contact", "detail", "links", "owner", "score", "stage"])
        #expect(data["detail"] as? String == "quote viewed")
    }

    @Test func noticeAboutNobodyNamesNobody() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(
            .notification(LeadNotification(kind: .operatorNotice, contact: ContactID(0), detail: "disk is full"))
        )
        let item = try #require(try await world.catalog.deliveries(limit: 1).first).item
        #expect(item.contact == ContactID(0))
        let body = try #require(try JSONSerialization.jsonObject(with: Data(item.body)) as? [String: Any])
        #expect(body["subject"] == nil)
        #expect(body["data"] as? [String: String] == ["detail": "disk is full"])
    }

    @Test func oversizedLeadShowsLessButFits() async throws {
        let world = try World(destinations: [destination("crm")])
        let long = String(repeating: "é", count: Limits.urlBytes / 2)
        for number in 0..<60 as Range<UInt64> {
            var made = entry(number, granted: 1)
            made.rule = long
            var row = TimelineEntry(contact: anna, visit: UInt32(number), kind: .pageView, page: .none, date: made.date)
            row.url = long
            row.title = long
            row.referrer = long
            try world.apply(.entry(made), .timeline(row))
        }
        try world.apply(.notification(LeadNotification(kind: .leadQualified, contact: anna)))
        let item = try #require(try await world.catalog.deliveries(limit: 1).first).item
        #expect(item.body.count <= Limits.deliveryBodyBytes)
        let body = try #require(try JSONSerialization.jsonObject(with: Data(item.body)) as? [String: Any])
        let data = try #require(body["data"] as? [String: Any])
        #expect((data["entries"] as? [Any])?.count == 25)
        #expect((data["timeline"] as? [Any])?.count == 10)
    }

    @Test func namesInScoresAreLeftAsTheyAre() async throws {
        let world = try World(destinations: [destination("crm")])
        var stand = standing()
        stand.balances = [NamedBalance(group: "webVisits", topic: "HeatPumps", value: 1, decay: 0)]
        try world.apply(.standing(stand), .notification(LeadNotification(kind: .leadQualified, contact: anna)))
        let item = try #require(try await world.catalog.deliveries(limit: 1).first).item
        let text = String(decoding: item.body, as: UTF8.self)
        #expect(text.contains(#""groups":{"webVisits":1}"#))
        #expect(text.contains(#""topics":{"HeatPumps":1}"#))
    }
}
