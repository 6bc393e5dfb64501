import Domain
import Synchronization

/// The part of the private port that the seed uses, in memory; everything else fails.
final class FakeAdministration: Administration {
    struct State: Sendable {
        var sites: [SiteView] = []
        var contacts: [String: ContactRecord] = [:]
        var messages: [MessageView] = []
        var links: [LinkView] = []
        var quotes: [QuoteView] = []
        /// Calls that changed something.
        var changes = 0
    }

    private let state = Mutex(State())
    /// Small pages, so that what is looked for may be on a later one.
    private static let pageSize = 2

    var now: State { self.state.withLock { $0 } }

    func change(_ body: (inout State) -> Void) { self.state.withLock { body(&$0) } }

    func sites() async throws -> [SiteView] { self.now.sites }

    func createSite(_ draft: SiteDraft) async throws -> SiteView {
        let site = draft.applied(to: Site(id: SiteID(1), key: "", name: "", hostnames: []))
        return self.state.withLock { state in
            state.changes += 1
            state.sites.append(SiteView(site))
            return SiteView(site)
        }
    }

    func contact(_ reference: ContactReference) async throws -> ContactView {
        guard case .key(.email(let email)) = reference, let record = self.now.contacts[email] else {
            throw AdministrationError.notFound("contact")
        }
        return Self.view(record)
    }

    func putContact(_ input: ContactInput) async throws -> PutContact {
        let email = input.email?.text ?? ""
        var record = ContactRecord(contact: ContactID(17))
        record.email = email
        record.firstName = input.firstName ?? ""
        record.lastName = input.lastName ?? ""
        record.account = input.account.map { .init(id: 1, key: "domain:x", name: $0.name ?? "") }
        record.owner = input.owner.map { .init(key: $0.key, name: $0.name ?? "") }
        record.fields = input.fields.map { .init(name: $0.name, value: $0.value) }
        return self.state.withLock { state in
            state.changes += 1
            let isNew = state.contacts.updateValue(record, forKey: email) == nil
            return PutContact(isNew: isNew, contact: Self.view(record))
        }
    }

    static func view(_ record: ContactRecord) -> ContactView {
        ContactView(record: record, standing: ContactStanding(contact: record.contact, asOf: .distantPast))
    }

    func messages(page: PageRequest) async throws -> Page<MessageView> { Self.part(self.now.messages, page) }

    func createMessage(name: String, campaign: String) async throws -> MessageView {
        self.state.withLock { state in
            state.changes += 1
            let id = UInt32(state.messages.count + 1)
            let view = MessageView(id: id, name: name, campaign: campaign, created: .distantPast)
            state.messages.insert(view, at: 0)
            return view
        }
    }

    func links(page: PageRequest) async throws -> Page<LinkView> { Self.part(self.now.links, page) }

    func createLink(_ input: LinkInput) async throws -> LinkView {
        self.state.withLock { state in
            state.changes += 1
            let id = UInt32(state.links.count + 1)
            let view = LinkView(id: id, url: input.url, message: input.message, site: input.site)
            state.links.insert(view, at: 0)
            return view
        }
    }

    func quotes(page: PageRequest) async throws -> Page<QuoteView> { Self.part(self.now.quotes, page) }

    func createQuote(_ input: QuoteInput) async throws -> QuoteView {
        self.state.withLock { state in
            state.changes += 1
            let id = UInt32(state.quotes.count + 1)
            let view = QuoteView(id: id, title: input.title, url: input.url, contact: ContactID(17))
            state.quotes.insert(view, at: 0)
            return view
        }
    }

    func createToken(_ input: TokenInput) async throws -> TokenView {
        var addresses = ["open": "/o/\(input.object)/token.gif"]
        if let link = input.link { addresses["click"] = "/c/\(link)/token" }
        if input.purpose == .quote { addresses = ["quote": "/q/\(input.object)/token"] }
        return TokenView(token: "token", purpose: input.purpose, contact: ContactID(17), addresses: addresses)
    }

    private static func part<Item>(_ items: [Item], _ page: PageRequest) -> Page<Item> {
        let start = page.after.flatMap(Int.init) ?? 0
        let end = min(start + Self.pageSize, items.count)
        return Page(items: Array(items[start..<end]), next: end < items.count ? "\(end)" : nil)
    }
}
