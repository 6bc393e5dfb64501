package import Domain

/// Gives a service what the demonstration needs: a site, a contact with a company, a newsletter and a quote.
///
/// Everything is looked up first, so that a second start finds what the first one made.
package struct DemoSeed: Sendable {
    /// The key of the site in its pages.
    package static let siteKey = "demo"
    /// The contact whose inbox it is.
    package static let email = "claire.martin@usines-martin.example"
    /// The name of the newsletter.
    package static let message = "Lettre d'Ardoine (démonstration)"
    /// The title of the quote.
    package static let quote = "Devis n° 2026-117, Usines Martin SAS"
    /// The pages the newsletter leads to.
    package static let linkedPaths = ["/produits/maintenance", "/tarifs"]

    private let administration: any Administration
    private let addresses: DemoAddresses

    /// A seed for a service behind these addresses.
    package init(administration: any Administration, addresses: DemoAddresses) {
        self.administration = administration
        self.addresses = addresses
    }

    /// Makes what is missing.
    package func plant() async throws {
        try await self.plantSite()
        let contact = try await self.plantContact()
        let message = try await self.plantMessage()
        for path in Self.linkedPaths { _ = try await self.plantLink(path, message: message) }
        _ = try await self.plantQuote(contact: contact)
    }

    /// The inbox of the contact, with fresh tokens.
    package func mailbox() async throws -> DemoMailbox {
        let contact = try await self.plantContact()
        let message = try await self.plantMessage()
        let reference = ContactReference.key(.email(Self.email))
        var links: [DemoMailbox.Link] = []
        var pixel: String?
        for path in Self.linkedPaths {
            let link = try await self.plantLink(path, message: message)
            let input = TokenInput(purpose: .message, contact: reference, object: message, link: link)
            let token = try await self.administration.createToken(input)
            links.append(DemoMailbox.Link(path: path, address: try Self.address("click", of: token)))
            if contact.consents.opens, !contact.consents.objected { pixel = try Self.address("open", of: token) }
        }
        let quote = try await self.plantQuote(contact: contact)
        let input = TokenInput(purpose: .quote, contact: reference, object: quote)
        let token = try await self.administration.createToken(input)
        return DemoMailbox(
            contact: contact.firstName + " " + contact.lastName,
            company: contact.account?.name ?? "",
            owner: contact.owner?.name ?? "",
            links: links,
            pixel: pixel,
            quote: try Self.address("quote", of: token)
        )
    }

    // MARK: What it makes

    private func plantSite() async throws {
        var draft = SiteDraft()
        draft.key = Self.siteKey
        draft.name = "Ardoine (démonstration)"
        draft.hostnames = ["localhost", DemoAddresses.host]
        draft.origins = [self.addresses.site, "http://\(DemoAddresses.host):\(self.addresses.sitePort)"]
        draft.mode = .full
        draft.beforeChoice = .exempt
        let known = try await self.administration.sites()
        guard !known.contains(where: { $0.key == Self.siteKey }) else { return }
        _ = try await self.administration.createSite(draft)
    }

    private func plantContact() async throws -> ContactView {
        do {
            let contact = try await self.administration.contact(.key(.email(Self.email)))
            // Somebody may have typed the address into the form first: then it is a claim and holds nothing yet.
            if !contact.isClaimed { return contact }
        } catch AdministrationError.notFound {}
        var input = ContactInput()
        input.email = EmailAddress(Self.email)
        input.firstName = "Claire"
        input.lastName = "Martin"
        input.language = "fr"
        input.status = .prospect
        input.role = "decision"
        input.account = ContactInput.Account(name: "Usines Martin SAS", domain: "usines-martin.example")
        input.owner = ContactInput.Owner(key: "paul.durand@ardoine.example", name: "Paul Durand")
        // Grade A in the demonstration's model.
        input.fields = [ContactField(name: "employees", value: "180"), ContactField(name: "sector", value: "industry")]
        return try await self.administration.putContact(input).contact
    }

    private func plantMessage() async throws -> UInt32 {
        let known = try await Self.first(self.administration.messages) { $0.name == Self.message }
        if let known { return known.id }
        return try await self.administration.createMessage(name: Self.message, campaign: "lettre").id
    }

    private func plantLink(_ path: String, message: UInt32) async throws -> UInt32 {
        let url = self.addresses.site + path
        let known = try await Self.first(self.administration.links) { $0.url == url && $0.message == message }
        if let known { return known.id }
        let input = LinkInput(url: url, message: message, site: Self.siteKey)
        return try await self.administration.createLink(input).id
    }

    private func plantQuote(contact: ContactView) async throws -> UInt32 {
        let url = self.addresses.site + "/devis"
        let known = try await Self.first(self.administration.quotes) { $0.url == url && $0.contact == contact.id }
        if let known { return known.id }
        let input = QuoteInput(title: Self.quote, url: url, contact: .key(.email(Self.email)))
        return try await self.administration.createQuote(input).id
    }

    // MARK: Helpers

    /// The first item of a list in pages that matches.
    private static func first<Item>(
        _ list: (PageRequest) async throws -> Page<Item>,
        where matches: (Item) -> Bool
    ) async throws -> Item? {
        var request = PageRequest(limit: Limits.apiPageItems)
        while true {
            let page = try await list(request)
            if let item = page.items.first(where: matches) { return item }
            guard let next = page.next else { return nil }
            request.after = next
        }
    }

    private static func address(_ name: String, of token: TokenView) throws -> String {
        guard let address = token.addresses[name] else {
            throw AdministrationError.conflict("The public address (public.base_url) is not configured.")
        }
        return address
    }
}
