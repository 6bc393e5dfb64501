import Catalog
package import Domain
import ScoreStore

extension ServiceAdministration {
    // MARK: Messages

    package func messages(page: PageRequest) async throws -> Page<MessageView> {
        let before = try Self.before(page)
        let rows = try await self.core.catalog.messages(before: before, limit: page.rowsToRead)
        return Page(rows, page, next: { PageCursor.text($0.id) }, view: MessageView.init)
    }

    package func createMessage(name: String, campaign: String) async throws -> MessageView {
        var check = FieldCheck()
        check.text(name, "name", isNeeded: true)
        check.text(campaign, "campaign", atMost: Limits.nameBytes)
        try check.orThrow()
        return MessageView(try await self.core.catalog.addMessage(name: name, campaign: campaign, at: self.now))
    }

    // MARK: Links

    package func links(page: PageRequest) async throws -> Page<LinkView> {
        let before = try Self.before(page)
        let rows = try await self.core.catalog.links(before: before, limit: page.rowsToRead)
        let sites = try await self.core.catalog.sites()
        return Page(rows, page, next: { PageCursor.text($0.id) }, view: { LinkView($0, sites: sites) })
    }

    package func createLink(_ input: LinkInput) async throws -> LinkView {
        // The gate keeps the site from going away in between.
        try await self.changes.run {
            let sites = try await self.core.catalog.sites()
            var check = FieldCheck()
            check.address(input.url, "url")
            if let message = input.message, try await !self.hasMessage(message) {
                check.add("message", "the number of a message", got: "\(message)")
            }
            if let key = input.site, !sites.contains(where: { $0.key == key }) {
                check.add("site", "the key of a site", got: FieldCheck.shown(key))
            }
            try check.orThrow()
            let site = sites.first { site in
                if let key = input.site { return site.key == key }
                return WebAddress.host(of: input.url).map { WebAddress.covers(site.hostnames, host: $0) } ?? false
            }
            let target = LinkTarget(
                id: 0,
                url: input.url,
                message: input.message ?? 0,
                site: site?.id ?? SiteID(0)
            )
            let added = try await self.core.catalog.addLink(target, at: self.now)
            try await self.core.refreshDirectory()
            return LinkView(added, sites: sites)
        }
    }

    // MARK: Quotes

    package func quotes(page: PageRequest) async throws -> Page<QuoteView> {
        let before = try Self.before(page)
        let rows = try await self.core.catalog.quotes(before: before, limit: page.rowsToRead)
        return Page(rows, page, next: { PageCursor.text($0.id) }, view: QuoteView.init)
    }

    package func createQuote(_ input: QuoteInput) async throws -> QuoteView {
        var check = FieldCheck()
        check.text(input.title, "title", isNeeded: true)
        check.address(input.url, "url")
        try check.orThrow()
        // The gate keeps the contact from being erased in between, and an older snapshot from replacing this one.
        return try await self.changes.run {
            let contact = try await self.row(of: input.contact).record.contact
            let quote = QuoteTarget(id: 0, title: input.title, url: input.url, contact: contact)
            let added = try await self.core.catalog.addQuote(quote, at: self.now)
            try await self.core.refreshDirectory()
            return QuoteView(added)
        }
    }

    // MARK: Looking up

    /// The number that rows of a page come before; numbers are drawn from 1.
    private static func before(_ page: PageRequest) throws(AdministrationError) -> UInt32 {
        try PageCursor.number(page).map { UInt32(clamping: $0) } ?? .max
    }

    func hasMessage(_ id: UInt32) async throws -> Bool {
        try await self.core.catalog.messages(before: id &+ 1, limit: 1).first?.id == id
    }

    func link(_ id: UInt32) async throws -> LinkTarget? {
        try await self.core.catalog.links(before: id &+ 1, limit: 1).first { $0.id == id }
    }

    func quote(_ id: UInt32) async throws -> QuoteTarget? {
        try await self.core.catalog.quotes(before: id &+ 1, limit: 1).first { $0.id == id }
    }
}

extension MessageView {
    fileprivate init(_ row: MessageRow) {
        self.init(id: row.id, name: row.name, campaign: row.campaign, created: row.created)
    }
}

extension LinkView {
    fileprivate init(_ link: LinkTarget, sites: [Site]) {
        self.init(
            id: link.id,
            url: link.url,
            message: link.message == 0 ? nil : link.message,
            site: sites.first { $0.id == link.site }?.key
        )
    }
}

extension QuoteView {
    init(_ quote: QuoteTarget) {
        self.init(id: quote.id, title: quote.title, url: quote.url, contact: quote.contact)
    }
}
