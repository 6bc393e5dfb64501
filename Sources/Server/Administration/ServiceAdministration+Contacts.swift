import Catalog
package import Domain
import EventLog
import ScoreStore

extension ServiceAdministration {
    package func contacts(_ query: ContactQuery, page: PageRequest) async throws -> Page<ContactView> {
        var filter = ContactFilter()
        filter.stage = query.stage
        filter.owner = query.owner
        // An account's id is the hash of its key, whether it is there or not.
        filter.account = query.account.map { SipHash.hash($0, key: self.core.log.slotKey) }
        filter.awaitsConfirmation = query.awaitsConfirmation
        filter.search = query.search
        var after: ContactID?
        if let text = page.after {
            guard let id = ContactID(text: text) else { throw PageCursor.unknown(text) }
            after = id
        }
        let rows = try await self.core.catalog.contacts(filter, after: after, limit: page.rowsToRead)
        return Page(rows, page, next: { $0.record.contact.text }, view: ContactView.init)
    }

    package func contact(_ reference: ContactReference) async throws -> ContactView {
        ContactView(try await self.row(of: reference))
    }

    package func putContact(_ input: ContactInput) async throws -> PutContact {
        try await self.changes.run {
            var book = try await self.book(for: [input])
            let outcome = try Self.merge { () throws(ContactMergeFailure) in try book.apply(input) }
            try await self.submit(book.commands(self.core.store.slots))
            return PutContact(isNew: outcome.isNew, contact: try await self.view(of: outcome.contact))
        }
    }

    package func updateContact(_ reference: ContactReference, _ input: ContactInput) async throws -> ContactView {
        try await self.changes.run {
            let row = try await self.row(of: reference)
            var book = try await self.book(for: [input])
            _ = try Self.merge { () throws(ContactMergeFailure) in try book.apply(input, to: row.record) }
            try await self.submit(book.commands(self.core.store.slots))
            return try await self.view(of: row.record.contact)
        }
    }

    package func setConsents(_ reference: ContactReference, _ consents: ConsentsInput) async throws -> ContactView {
        try await self.changes.run {
            var record = try await self.row(of: reference).record
            let wanted = consents.applied(to: record.consents)
            if wanted != record.consents {
                record.decidedConsents = []
                record.change(consents: wanted)
                var commands = CommandFrames(self.core.store.slots)
                commands.append(record)
                try await self.submit(commands)
            }
            return try await self.view(of: record.contact)
        }
    }

    package func eraseContact(_ reference: ContactReference) async throws -> ErasureView {
        try await self.changes.run {
            let contact = try await self.row(of: reference).record.contact
            // What visitors of theirs did just now may still be on its way to them.
            try await self.settleDerived(from: self.core.log.end)
            var visitors = Set(try await self.core.catalog.visitors(of: contact).map(\.visitor))
            visitors.formUnion(self.core.store.contact(contact)?.links.map(\.visitor) ?? [])
            let aliases = try await self.core.catalog.aliases(of: contact)
            // What came in under a second key is theirs too, unless it has become somebody.
            let erased = [contact] + aliases.filter { !self.core.store.isContact($0) }
            for _ in 0..<Self.erasureRounds {
                var commands = CommandFrames(self.core.store.slots)
                for visitor in visitors.sorted() { commands.append(ErasureRecord.visitor(visitor)) }
                // Their further keys stand for nobody now: who comes by one of them starts anew.
                for alias in aliases { commands.append(AliasRecord(alias: alias, contact: alias)) }
                for id in erased { commands.append(ErasureRecord.contact(id)) }
                let end = try await self.submit(commands)
                try await self.settleDerived(from: end)
                // A form they sent in that very moment makes them known again.
                if !erased.contains(where: self.core.store.isContact) { break }
            }
            // Their quotes went with them; the public port must not go on to serve these.
            try await self.core.refreshDirectory()
            return ErasureView(contact: contact, visitors: visitors.count)
        }
    }

    /// How often a contact is erased who is known again at once.
    private static let erasureRounds = 3

    package func owners() async throws -> [OwnerView] {
        try await self.core.catalog.owners(limit: Self.ownersShown).map(OwnerView.init)
    }

    /// More salespeople than any list is read for.
    private static let ownersShown = 10_000

    // MARK: Finding

    /// The contact of a reference.
    func row(of reference: ContactReference) async throws -> ContactRow {
        let found: ContactRow?
        switch reference {
        case .id(let id): found = try await self.core.catalog.contact(id)
        case .key(.crm(let id)): found = try await self.row(of: ExternalKey(.crm, id))
        case .key(.email(let address)): found = try await self.row(of: ExternalKey(.email, address))
        }
        guard let found else { throw AdministrationError.notFound("contact \(reference.text)") }
        return found
    }

    private func row(of key: ExternalKey) async throws -> ContactRow? {
        let id = key.contactID(key: self.core.log.slotKey)
        let lookup = try await self.core.catalog.lookUp(keys: [key: id], accountKeys: [], accountDomains: [])
        return lookup.owners[key].flatMap { lookup.contacts[$0] }
    }

    private func view(of contact: ContactID) async throws -> ContactView {
        guard let row = try await self.core.catalog.contact(contact) else {
            // The fold takes no further contact into a full slot.
            throw AdministrationError.conflict("The store has no room for another contact.")
        }
        return ContactView(row)
    }

    /// What is known of the contacts and accounts of inputs.
    func book(for inputs: [ContactInput]) async throws -> ContactBook {
        let slotKey = self.core.log.slotKey
        var keys: [ExternalKey: ContactID] = [:]
        for key in inputs.flatMap(\.externalKeys) { keys[key] = key.contactID(key: slotKey) }
        let lookup = try await self.core.catalog.lookUp(
            keys: keys,
            accountKeys: Set(inputs.compactMap { $0.account?.key }),
            accountDomains: Set(inputs.flatMap(\.accountDomains))
        )
        return ContactBook(slotKey: slotKey, lookup: lookup)
    }

    private static func merge<Result>(
        _ body: () throws(ContactMergeFailure) -> Result
    ) throws(AdministrationError) -> Result {
        do throws(ContactMergeFailure) { return try body() } catch { throw error.error }
    }
}

extension ContactView {
    init(_ row: ContactRow) {
        self.init(record: row.record, standing: row.standing, lastOpenDay: row.lastOpenDay)
    }
}
