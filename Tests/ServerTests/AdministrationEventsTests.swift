import Catalog
import Domain
import EventLog
import ScoreStore
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
}
