import Catalog
import Domain
import ScoreStore
import Testing

@testable import Server

@Suite struct AdministrationAccountsTests {
    typealias Harness = AdministrationHarness

    private func fill(_ harness: Harness) async throws {
        _ = try await harness.administration.publishModel(Harness.modelSource)
        for (number, domain) in [("1", "acme.example"), ("2", "acme.example"), ("3", "beta.example")] {
            _ = try await harness.administration.putContact(Harness.input(crmID: number, email: "p\(number)@\(domain)"))
        }
        let entry = ManualEntryInput(points: 90, group: "sales", reason: "fair", author: "olga", expires: .never)
        _ = try await harness.administration.addEntry(.key(.crm("2")), entry)
    }

    @Test func anAccountIsWhatItsContactsAddUpTo() async throws {
        try await Harness.run { harness in
            try await self.fill(harness)
            let account = try await harness.administration.account("domain:acme.example")
            #expect(account.account.contactCount == 2)
            #expect(account.account.score == 90)
            #expect(account.account.hotCount == 1)
            #expect(account.account.grade == "B")
            #expect(account.contacts.map(\.crmID) == ["2", "1"], "the ripest first")
            await #expect(throws: AdministrationError.notFound("account crm:7")) {
                try await harness.administration.account("crm:7")
            }
        }
    }

    @Test func accountsComeInPages() async throws {
        try await Harness.run { harness in
            try await self.fill(harness)
            let first = try await harness.administration.accounts(page: PageRequest(limit: 1))
            #expect(first.items.map(\.key) == ["domain:acme.example"])
            let second = try await harness.administration.accounts(page: PageRequest(after: first.next, limit: 1))
            #expect(second.items.map(\.key) == ["domain:beta.example"])
            #expect(second.next == nil)
        }
    }

    @Test func anExportHoldsEverything() async throws {
        try await Harness.run { harness in
            try await self.fill(harness)
            let contact = ContactReference.key(.crm("2"))
            _ = try await harness.administration.createQuote(
                QuoteInput(title: "Q", url: "https://example.com/q.pdf", contact: contact)
            )
            _ = try await harness.administration.recordEvent(contact, EventInput(kind: .reply))
            let export = try await harness.administration.export(contact)
            #expect(export.keys == ["crm:2", "email:p2@acme.example"])
            #expect(export.explanation.entries.map(\.rule) == ["fair"])
            #expect(export.timeline.map(\.kind) == ["reply"])
            #expect(export.quotes.map(\.title) == ["Q"])
            #expect(export.leads.map(\.state) == ["open"])
            #expect(Set(export.deliveries.map(\.kind)).contains("lead.qualified"))
        }
    }

    @Test func aDirectoryKnowsNoQuotesOfWhomWasErased() async throws {
        try await Harness.run { harness in
            try await self.fill(harness)
            let contact = ContactReference.key(.crm("2"))
            let quote = try await harness.administration.createQuote(
                QuoteInput(title: "Q", url: "https://example.com/q.pdf", contact: contact)
            )
            #expect(harness.core.directory.current.quotes[quote.id] != nil)
            _ = try await harness.administration.eraseContact(contact)
            #expect(harness.core.directory.current.quotes.isEmpty)
        }
    }

    @Test func anAnswerKeepsItsAuthor() async throws {
        try await Harness.run { harness in
            try await self.fill(harness)
            _ = try await harness.administration.answerLead(.key(.crm("2")), .good, author: "olga")
            let leads = try await harness.administration.leads(LeadQuery(), page: PageRequest()).items
            #expect(leads.map(\.answer) == ["good"])
            #expect(leads.map(\.answeredBy) == ["olga"])
            let answer = try await harness.core.catalog.deliveries(limit: 9).first { $0.item.kind == .leadAnswered }
            let body = String(decoding: try #require(answer).item.body, as: UTF8.self)
            #expect(body.contains(#""author":"olga""#))
        }
    }
}
