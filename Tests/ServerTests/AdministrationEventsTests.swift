import Catalog
import Domain
import EventLog
import ScoreStore
import TestSupport
import Testing

@testable import Server

@Suite struct AdministrationEventsTests {
    typealias Harness = AdministrationHarness

    private static let model = Harness.modelSource.replacing(
        "stages:",
        with: "  - { name: replied, when: { event: reply }, points: 50, group: sales }\nstages:"
    )

    @Test func aReplyIsAConfirmedActThatCounts() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.publishModel(Self.model)
            _ = try await harness.administration.putContact(Harness.input(crmID: "1", email: "p@example.com"))
            let contact = ContactReference.key(.crm("1"))
            let verdict = try await harness.administration.recordEvent(contact, EventInput(kind: .reply))
            #expect(verdict.outcome == "accepted")
            let entries = try await harness.administration.explain(contact).entries
            #expect(entries.map(\.rule) == ["replied"])
            #expect(entries.map(\.granted) == [50])
            #expect(entries.map(\.verdict) == ["confirmed"])
            #expect(entries.map(\.trust) == ["authenticated"])
            let timeline = try await harness.administration.timeline(contact, page: PageRequest()).items
            #expect(timeline.map(\.kind) == ["reply"])
        }
    }

    @Test func anEventOfOneNameCountsOnceAndEveryOneIsAccountedFor() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.publishModel(Self.model)
            _ = try await harness.administration.putContact(Harness.input(crmID: "1"))
            let contact = ContactReference.key(.crm("1"))
            for id in ["mail-1", "mail-1", "mail-2"] {
                _ = try await harness.administration.recordEvent(contact, EventInput(kind: .reply, id: id))
            }
            var consents = ConsentsInput()
            consents.objected = true
            _ = try await harness.administration.setConsents(contact, consents)
            let end = harness.core.log.end
            let verdict = try await harness.administration.recordEvent(contact, EventInput(kind: .reply, id: "mail-3"))
            #expect(verdict == EventVerdictView(outcome: "declined", reason: "contact_basis"))
            #expect(harness.core.log.end == end, "nothing of it is stored")
            let outcomes = try await harness.administration.status().outcomes
            #expect((outcomes.received, outcomes.accepted) == (4, 3))
            #expect(outcomes.declined["contact_basis"] == 1)
            #expect((outcomes.scored, outcomes.filtered["duplicate"]) == (2, 1))
            #expect(outcomes.acceptedTotal == 3)
        }
    }

    @Test func aQuoteViewNamesAQuoteOfTheContact() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.publishModel(Self.model)
            for number in ["1", "2"] {
                _ = try await harness.administration.putContact(Harness.input(crmID: number))
            }
            let contact = ContactReference.key(.crm("1"))
            let quote = try await harness.administration.createQuote(
                QuoteInput(title: "Q", url: "https://example.com/q.pdf", contact: contact)
            )
            _ = try await harness.administration.recordEvent(contact, EventInput(kind: .quoteView, quote: quote.id))
            let rules = try await harness.administration.explain(contact).entries.map(\.rule)
            #expect(rules == ["quote viewed"])
            for input in [
                EventInput(kind: .quoteView), EventInput(kind: .quoteView, quote: 9),
                EventInput(kind: .reply, message: 9), EventInput(kind: .pageView),
            ] {
                let error = await #expect(throws: AdministrationError.self) {
                    try await harness.administration.recordEvent(contact, input)
                }
                #expect(error?.problems.count == 1)
            }
            await #expect(throws: AdministrationError.self) {
                let other = ContactReference.key(.crm("2"))
                return try await harness.administration.recordEvent(
                    other,
                    EventInput(kind: .quoteView, quote: quote.id)
                )
            }
        }
    }

    // MARK: What a mail tool saw

    private static let mailModel = Harness.modelSource.replacing(
        "rules:",
        with: """
            rules:
              - { name: clicked, when: { event: email_click }, points: 10, group: sales, hold: 10s }
              - { name: opened, when: { event: email_open }, points: 1, group: sales }
            """
    )

    /// A contact, a message with three links, and what their consents are.
    private static func mailed(_ harness: Harness) async throws -> (message: UInt32, links: [UInt32]) {
        _ = try await harness.administration.publishModel(Self.mailModel)
        _ = try await harness.administration.putContact(Harness.input(crmID: "1"))
        let message = try await harness.administration.createMessage(name: "March", campaign: "").id
        var links: [UInt32] = []
        for number in 1...3 {
            let link = LinkInput(url: "https://www.example.com/\(number)", message: message)
            links.append(try await harness.administration.createLink(link).id)
        }
        return (message, links)
    }

    private static func click(_ id: String, _ link: UInt32?, agent: String? = nil) -> EventInput {
        var input = EventInput(kind: .emailClick, id: id)
        input.link = link
        input.agent = agent
        return input
    }

    @Test func aReportedClickIsHeldAndCountsOnceAsOneNobodyConfirmed() async throws {
        try await Harness.run { harness in
            let (message, links) = try await Self.mailed(harness)
            let contact = ContactReference.key(.crm("1"))
            for id in ["a", "a"] {
                _ = try await harness.administration.recordEvent(contact, Self.click(id, links[0]))
            }
            let held = try await harness.administration.explain(contact).entries
            #expect(held.map(\.state) == ["provisional"])
            #expect(held.map(\.verdict) == ["likely"])
            harness.clock.advance(.seconds(20))
            // Whatever is folded next finds that the hold is over.
            _ = try await harness.administration.recordEvent(contact, EventInput(kind: .reply))
            let settled = try await harness.administration.explain(contact).entries
            #expect(settled.map(\.granted) == [3])
            let row = try #require(
                try await harness.administration.timeline(contact, page: PageRequest()).items.last
            )
            #expect((row.kind, row.count, row.verdict) == ("email_click", 1, "likely"))
            let id = ContactID(text: try await harness.administration.contact(contact).id)
            let stored = try await harness.core.catalog.timeline(of: #require(id), limit: 9).last?.entry
            #expect(stored?.message == message && stored?.link == links[0], "a link's message is the click's")
        }
    }

    @Test func reportedClicksOfAScannerAreAMachines() async throws {
        try await Harness.run { harness in
            let (_, links) = try await Self.mailed(harness)
            let contact = ContactReference.key(.crm("1"))
            _ = try await harness.administration.recordEvent(contact, Self.click("bot", links[0], agent: "curl/8.1"))
            var outcomes = try await harness.administration.status().outcomes
            #expect((outcomes.scored, outcomes.filtered["bot"]) == (0, 1))
            harness.clock.advance(.minutes(5))
            for link in links {
                _ = try await harness.administration.recordEvent(contact, Self.click("\(link)", link))
            }
            outcomes = try await harness.administration.status().outcomes
            #expect((outcomes.scored, outcomes.filtered["machine_fetch"]) == (2, 1), "the third unmasks the burst")
            let explanation = try await harness.administration.explain(contact)
            #expect(explanation.sum == 0)
            #expect(explanation.entries.map(\.state) == ["dropped", "dropped"])
        }
    }

    @Test func aReportedOpenIsKeptAsFarAsTheContactAllows() async throws {
        try await Harness.run { harness in
            let (message, _) = try await Self.mailed(harness)
            let contact = ContactReference.key(.crm("1"))
            let open = { (id: String) in EventInput(kind: .emailOpen, id: id, message: message) }
            let refused = try await harness.administration.recordEvent(contact, open("a"))
            #expect(refused == EventVerdictView(outcome: "declined", reason: "contact_basis"))
            var consents = ConsentsInput()
            consents.lastOpenDay = true
            _ = try await harness.administration.setConsents(contact, consents)
            _ = try await harness.administration.recordEvent(contact, open("b"))
            #expect(try await harness.administration.contact(contact).lastOpenDay != nil)
            #expect(try await harness.administration.timeline(contact, page: PageRequest()).items.isEmpty)
            consents.opens = true
            _ = try await harness.administration.setConsents(contact, consents)
            // An image proxy names itself like a robot and is none.
            var proxied = open("c")
            proxied.agent = "GoogleImageProxy bot"
            _ = try await harness.administration.recordEvent(contact, proxied)
            let rows = try await harness.administration.timeline(contact, page: PageRequest()).items
            #expect(rows.map(\.kind) == ["email_open"])
            #expect(rows.map(\.verdict) == ["likely"])
        }
    }

    @Test func whatAMailToolReportsIsNamedAndOfOurOwn() async throws {
        try await Harness.run { harness in
            let (message, links) = try await Self.mailed(harness)
            let contact = ContactReference.key(.crm("1"))
            let other = try await harness.administration.createMessage(name: "April", campaign: "").id
            var nameless = Self.click("", links[0])
            nameless.id = nil
            var elsewhere = Self.click("a", links[0])
            elsewhere.message = other
            var nowhere = Self.click("a", links[0])
            nowhere.address = "192.0.2"
            for (input, fields) in [
                (nameless, ["id"]), (elsewhere, ["link"]), (nowhere, ["address"]), (Self.click("a", nil), ["link"]),
                (Self.click("a", 99), ["link"]), (EventInput(kind: .emailOpen, id: "a"), ["message"]),
                (EventInput(kind: .emailOpen, message: message), ["id"]),
            ] {
                let error = await #expect(throws: AdministrationError.self) {
                    try await harness.administration.recordEvent(contact, input)
                }
                #expect(error?.problems.map(\.field) == fields)
            }
        }
    }
}
