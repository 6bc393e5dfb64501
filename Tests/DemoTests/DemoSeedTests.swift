import Demo
import Domain
import Testing

@Suite struct DemoSeedTests {
    private static func seed(_ administration: FakeAdministration) -> DemoSeed {
        DemoSeed(administration: administration, addresses: DemoAddresses())
    }

    @Test func aFirstStartMakesWhatTheDemonstrationNeeds() async throws {
        let administration = FakeAdministration()
        try await Self.seed(administration).plant()
        let state = administration.now
        #expect(state.sites.map(\.key) == [DemoSeed.siteKey])
        #expect(state.sites.first?.origins.contains("http://localhost:8082") == true)
        #expect(state.sites.first?.mode == "full" && state.sites.first?.beforeChoice == "exempt")
        #expect(state.contacts[DemoSeed.email]?.owner?.name == "Paul Durand")
        #expect(state.contacts[DemoSeed.email]?.fields.contains { $0.name == "employees" } == true)
        #expect(Set(state.links.map(\.url)) == Set(DemoSeed.linkedPaths.map { "http://localhost:8082" + $0 }))
        #expect(state.quotes.count == 1 && state.messages.count == 1)
    }

    @Test func aSecondStartChangesNothing() async throws {
        let administration = FakeAdministration()
        try await Self.seed(administration).plant()
        let changes = administration.now.changes
        try await Self.seed(administration).plant()
        _ = try await Self.seed(administration).mailbox()
        #expect(administration.now.changes == changes)
    }

    @Test func whatWasMadeIsFoundBehindManyNewerThings() async throws {
        let administration = FakeAdministration()
        try await Self.seed(administration).plant()
        for number in 0..<9 {
            let message = try await administration.createMessage(name: "\(number)", campaign: "")
            // The same page in another mailing is another link.
            _ = try await administration.createLink(LinkInput(url: "http://localhost:8082/tarifs", message: message.id))
        }
        let changes = administration.now.changes
        try await Self.seed(administration).plant()
        #expect(administration.now.changes == changes)
    }

    @Test func theMailboxHasTheSignedAddresses() async throws {
        let administration = FakeAdministration()
        let seed = Self.seed(administration)
        try await seed.plant()
        let mailbox = try await seed.mailbox()
        #expect(mailbox.contact == "Claire Martin")
        #expect(mailbox.links.map(\.path) == DemoSeed.linkedPaths)
        #expect(mailbox.links.allSatisfy { $0.address.hasPrefix("/c/") })
        #expect(mailbox.quote == "/q/1/token")
    }

    @Test func theNewsletterHasAPixelOnlyWhenTheContactAllowsIt() async throws {
        let administration = FakeAdministration()
        let seed = Self.seed(administration)
        try await seed.plant()
        #expect(try await seed.mailbox().pixel == nil)
        administration.change { $0.contacts[DemoSeed.email]?.consents = [.clicks, .opens] }
        #expect(try await seed.mailbox().pixel == "/o/1/token.gif")
        administration.change { $0.contacts[DemoSeed.email]?.consents = [.clicks, .opens, .objected] }
        #expect(try await seed.mailbox().pixel == nil)
    }
}
