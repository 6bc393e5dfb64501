import Catalog
import Domain
import EventLog
import ScoreStore
import TestSupport
import Testing

@testable import Server

@Suite struct AdministrationContentsTests {
    typealias Harness = AdministrationHarness

    static func draft(key: String = "www", hostnames: [String] = ["www.example.com"]) -> SiteDraft {
        var draft = SiteDraft()
        draft.key = key
        draft.hostnames = hostnames
        return draft
    }

    @Test func aTokenVerifiesAndItsAddressesCarryIt() async throws {
        try await Harness.run { harness in
            let put = try await harness.administration.putContact(Harness.input(crmID: "1"))
            let message = try await harness.administration.createMessage(name: "March", campaign: "spring")
            let link = try await harness.administration.createLink(LinkInput(url: "https://www.example.com/a"))
            let token = try await harness.administration.createToken(
                TokenInput(purpose: .message, contact: .key(.crm("1")), object: message.id, link: link.id)
            )
            let payload = try #require(Token.decode(token.token.utf8, signer: harness.signer))
            #expect(payload.purpose == .message)
            #expect(payload.contact.text == put.contact.id)
            #expect(payload.object == message.id)
            #expect(
                token.addresses == [
                    "click": "https://t.example.com/v/c/\(link.id)/\(token.token)",
                    "open": "https://t.example.com/v/o/\(message.id)/\(token.token).gif",
                ]
            )
        }
    }

    @Test func aQuoteOpensForItsOwnContactOnly() async throws {
        try await Harness.run { harness in
            for crmID in ["1", "2"] { _ = try await harness.administration.putContact(Harness.input(crmID: crmID)) }
            let quote = try await harness.administration.createQuote(
                QuoteInput(title: "Q-7", url: "https://www.example.com/q7.pdf", contact: .key(.crm("1")))
            )
            #expect(harness.core.directory.current.quotes[quote.id]?.title == "Q-7")
            let token = try await harness.administration.createToken(
                TokenInput(purpose: .quote, contact: .key(.crm("1")), object: quote.id)
            )
            #expect(token.addresses["quote"] == "https://t.example.com/v/q/\(quote.id)/\(token.token)")
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.createToken(
                    TokenInput(purpose: .quote, contact: .key(.crm("2")), object: quote.id)
                )
            }
            #expect(error?.problems.map(\.field) == ["object"])
        }
    }

    private static func quote(_ title: String, _ crmID: String) -> QuoteInput {
        QuoteInput(title: title, url: "https://www.example.com/\(title).pdf", contact: .key(.crm(crmID)))
    }

    @Test func quotesMadeAtOnceAreDifferentOnesAndAllOfThemOpen() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.putContact(Harness.input(crmID: "1"))
            let made = try await withThrowingTaskGroup(of: QuoteView.self) { group in
                // The same one twice, too: nothing but its number tells a quote from another.
                for number in 0..<16 {
                    group.addTask { try await harness.administration.createQuote(Self.quote("Q-\(number / 2)", "1")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(made.map(\.id)).count == 16)
            let known = harness.core.directory.current.quotes
            #expect(known.count == 16)
            for quote in made { #expect(known[quote.id]?.title == quote.title) }
        }
    }

    @Test func aQuoteOfSomebodyWhoIsErasedMeanwhileIsGoneOrWasNeverMade() async throws {
        try await Harness.run { harness in
            for number in 0..<24 {
                let crmID = "\(number)"
                _ = try await harness.administration.putContact(Harness.input(crmID: crmID))
                let erase = { @Sendable in _ = try await harness.administration.eraseContact(.key(.crm(crmID))) }
                let create = { @Sendable in
                    do {
                        _ = try await harness.administration.createQuote(Self.quote("Q", crmID))
                    } catch AdministrationError.notFound {}
                }
                let calls = number % 2 == 0 ? [erase, create] : [create, erase]
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for call in calls { group.addTask { try await call() } }
                    try await group.waitForAll()
                }
                #expect(harness.core.directory.current.quotes.isEmpty)
                #expect(try await harness.administration.quotes(page: PageRequest()).items.isEmpty)
            }
        }
    }

    @Test func aQuoteIsNotMadeWhileItsContactIsBeingErased() async throws {
        try await Harness.run { harness in
            let administration = harness.administration
            let put = try await administration.putContact(Harness.input(crmID: "1"))
            let contact = try #require(ContactID(text: put.contact.id))
            let creating = try await administration.changes.run {
                let creating = Task { try await administration.createQuote(Self.quote("Q", "1")) }
                // Long enough for a call that did not wait for its turn.
                for _ in 0..<50 { #expect(try await administration.quotes(page: PageRequest()).items.isEmpty) }
                var commands = CommandFrames(harness.core.store.slots)
                commands.append(ErasureRecord.contact(contact))
                try await administration.submit(commands)
                return creating
            }
            await #expect(throws: AdministrationError.notFound("contact crm:1")) { try await creating.value }
            #expect(try await administration.quotes(page: PageRequest()).items.isEmpty)
            #expect(harness.core.directory.current.quotes.isEmpty)
        }
    }

    @Test func clicksAreNotSignedForCallers() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.putContact(Harness.input(crmID: "1"))
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.createToken(TokenInput(purpose: .click, contact: .key(.crm("1"))))
            }
            #expect(error?.problems.map(\.field) == ["purpose"])
        }
    }

    @Test func aLinkFindsItsSiteAndReachesTheCollector() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.createSite(Self.draft())
            _ = try await harness.administration.createSite(Self.draft(key: "all", hostnames: ["*.example.org"]))
            for (url, site) in [
                ("https://WWW.example.com/a?b=1", "www"), ("http://shop.example.org:8080/", "all"),
                ("https://example.org/", nil), ("https://elsewhere.net", nil),
            ] {
                let link = try await harness.administration.createLink(LinkInput(url: url))
                #expect(link.site == site, "\(url)")
                #expect(harness.core.directory.current.links[link.id]?.url == url)
            }
            let page = try await harness.administration.links(page: PageRequest(limit: 3))
            #expect(page.items.map(\.id) == [4, 3, 2])
            #expect(try await harness.administration.links(page: PageRequest(after: page.next)).items.map(\.id) == [1])
        }
    }

    @Test(arguments: ["javascript:alert(1)", "//www.example.com", "https://", "https://a b.com", "ftp://example.com"])
    func aLinkLeadsToAnAbsoluteAddress(url: String) async throws {
        try await Harness.run { harness in
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.createLink(LinkInput(url: url))
            }
            #expect(error?.problems.map(\.field) == ["url"])
        }
    }

    @Test func aSiteReachesTheCollectorAndItsKeyIsUnique() async throws {
        try await Harness.run { harness in
            let site = try await harness.administration.createSite(Self.draft())
            #expect(site.snippet?.contains("https://t.example.com/v/t.js?site=www") == true)
            #expect(harness.core.directory.current.sites["www"]?.hostnames == ["www.example.com"])
            await #expect(throws: AdministrationError.self) {
                try await harness.administration.createSite(Self.draft())
            }
            var change = SiteDraft()
            change.mode = Site.Mode.none
            #expect(try await harness.administration.updateSite("www", change).beforeChoice == "none")
            try await harness.administration.deleteSite("www")
            #expect(harness.core.directory.current.sites.isEmpty)
            await #expect(throws: AdministrationError.notFound("site www")) {
                try await harness.administration.deleteSite("www")
            }
        }
    }

    @Test func everyWrongFieldOfASiteIsNamed() async throws {
        try await Harness.run { harness in
            var draft = Self.draft(key: "no key", hostnames: ["exa mple.com", "*.ok.com"])
            draft.origins = ["https://www.example.com/path"]
            draft.internalNetworks = ["10.0.0.0/8", "2001:db8::/32", "10.0.0.0/33", "10.0.0.0"]
            draft.excludedPaths = ["/admin/**", "admin"]
            draft.mode = .exempt
            draft.beforeChoice = .full
            draft.timeZone = "Europe/Nowhere"
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.createSite(draft)
            }
            #expect(
                error?.problems.map(\.field) == [
                    "key", "hostnames[0]", "origins[0]", "internal_networks[2]", "internal_networks[3]",
                    "excluded_paths[1]", "before_choice", "time_zone",
                ]
            )
        }
    }
}
