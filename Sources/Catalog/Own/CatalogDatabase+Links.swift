package import Domain
internal import GRDB
package import ScoreStore

extension CatalogDatabase {
    /// Adds a message.
    package func addMessage(name: String, campaign: String, at time: Timestamp) async throws -> MessageRow {
        try await self.connections.write { database in
            try database.run(
                "INSERT INTO messages (name, campaign, created) VALUES (?, ?, ?)",
                [name, campaign, time.microseconds]
            )
            let id = UInt32(clamping: database.lastInsertedRowID)
            return MessageRow(id: id, name: name, campaign: campaign, created: time)
        }
    }

    /// Messages, newest first, older than the number `before`.
    package func messages(before: UInt32 = .max, limit: Int) async throws -> [MessageRow] {
        try await self.connections.read { database in
            try database.rows(
                "SELECT * FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?",
                [Int64(before), Int64(max(0, limit))]
            ).map {
                MessageRow(
                    id: $0.number("id"),
                    name: $0["name"],
                    campaign: $0["campaign"],
                    created: $0.time("created")
                )
            }
        }
    }

    /// Adds a tracked link; its `id` is drawn here. Returns it with its number. The message and site it names must be
    /// there.
    package func addLink(_ link: LinkTarget, at time: Timestamp) async throws -> LinkTarget {
        try await self.connections.write { database in
            try database.run(
                "INSERT INTO links (url, message, site, created) VALUES (?, ?, ?, ?)",
                [link.url, link.message.storedOrNone, link.site.rawValue.storedOrNone, time.microseconds]
            )
            var added = link
            added.id = UInt32(clamping: database.lastInsertedRowID)
            return added
        }
    }

    /// Tracked links, newest first, older than the number `before`.
    package func links(before: UInt32 = .max, limit: Int) async throws -> [LinkTarget] {
        try await self.connections.read { try $0.links(before: before, limit: limit) }
    }

    /// Adds a quote; its `id` is drawn here. Returns it with its number.
    package func addQuote(_ quote: QuoteTarget, at time: Timestamp) async throws -> QuoteTarget {
        try await self.connections.write { database in
            try database.run(
                "INSERT INTO quotes (title, url, contact, created) VALUES (?, ?, ?, ?)",
                [quote.title, quote.url, quote.contact.rawValue.stored, time.microseconds]
            )
            var added = quote
            added.id = UInt32(clamping: database.lastInsertedRowID)
            return added
        }
    }

    /// Quotes, newest first, older than the number `before`.
    package func quotes(before: UInt32 = .max, limit: Int) async throws -> [QuoteTarget] {
        try await self.connections.read { try $0.quotes(before: before, limit: limit) }
    }

    /// A contact's quotes, newest first.
    package func quotes(of contact: ContactID) async throws -> [QuoteTarget] {
        try await self.connections.read { database in
            let contact = try database.resolve(contact)
            return try database.rows(
                "SELECT * FROM quotes WHERE contact = ? ORDER BY id DESC",
                [contact.rawValue.stored]
            )
            .map { $0.quote() }
        }
    }

    /// Sites, links and quotes as of one moment, for the collector.
    package func directorySnapshot() async throws -> DirectorySnapshot {
        try await self.connections.read { database in
            DirectorySnapshot(
                sites: try database.sites(),
                links: try database.links(before: .max, limit: .max),
                quotes: try database.quotes(before: .max, limit: .max)
            )
        }
    }
}

extension Database {
    fileprivate func links(before: UInt32, limit: Int) throws -> [LinkTarget] {
        try self.rows(
            "SELECT id, url, message, site FROM links WHERE id < ? ORDER BY id DESC LIMIT ?",
            [Int64(before), Int64(max(0, limit))]
        ).map {
            LinkTarget(
                id: $0.number("id"),
                url: $0["url"],
                message: $0.number("message"),
                site: SiteID($0.number("site"))
            )
        }
    }

    fileprivate func quotes(before: UInt32, limit: Int) throws -> [QuoteTarget] {
        try self.rows(
            "SELECT id, title, url, contact FROM quotes WHERE id < ? ORDER BY id DESC LIMIT ?",
            [Int64(before), Int64(max(0, limit))]
        ).map { $0.quote() }
    }
}

extension Row {
    fileprivate func quote() -> QuoteTarget {
        QuoteTarget(
            id: self.number("id"),
            title: self["title"],
            url: self["url"],
            contact: ContactID(self.bits("contact"))
        )
    }
}
