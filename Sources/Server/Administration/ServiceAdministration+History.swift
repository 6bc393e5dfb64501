import Catalog
package import Domain
import ScoreStore

extension ServiceAdministration {
    package func timeline(_ reference: ContactReference, page: PageRequest) async throws -> Page<TimelineView> {
        let contact = try await self.row(of: reference).record.contact
        let after = try PageCursor.numbers(page, count: 2).map { numbers in
            TimelineCursor(date: Timestamp(microseconds: numbers[0]), id: numbers[1])
        }
        let rows = try await self.core.catalog.timeline(of: contact, after: after, limit: page.rowsToRead)
        return Page(
            rows,
            page,
            next: { PageCursor.text($0.entry.date.microseconds, $0.id) },
            view: {
                TimelineView($0.entry, firstDate: $0.firstDate, objectName: $0.objectName)
            }
        )
    }

    package func ledger(_ reference: ContactReference, page: PageRequest) async throws -> Page<LedgerView> {
        let contact = try await self.row(of: reference).record.contact
        let after = try PageCursor.numbers(page, count: 2).map { numbers in
            EntryID(offset: UInt64(clamping: numbers[0]), ordinal: UInt16(clamping: numbers[1]))
        }
        let rows = try await self.core.catalog.ledgerFromStart(of: contact, after: after, limit: page.rowsToRead)
        return Page(rows, page, next: Self.cursor, view: { LedgerView($0, worth: nil) })
    }

    private static func cursor(of row: LedgerRow) -> String {
        PageCursor.text(Int64(clamping: row.entry.id.offset), Int64(row.entry.id.ordinal))
    }

    package func visitors(_ reference: ContactReference) async throws -> [VisitorView] {
        let contact = try await self.row(of: reference).record.contact
        return try await self.core.catalog.visitors(of: contact)
            .map { VisitorView(visitor: $0.visitor, trust: $0.trust, linked: $0.linked) }
    }

    package func link(_ visitor: VisitorID, to reference: ContactReference) async throws {
        try await self.changes.run {
            let contact = try await self.row(of: reference).record.contact
            guard let known = self.core.store.visitor(visitor) else {
                throw AdministrationError.notFound("visitor \(visitor.text)")
            }
            if let tied = known.contact {
                let other = try await self.core.catalog.contact(tied)?.record.contact ?? tied
                if other == contact { return }
                throw AdministrationError.conflict("The visitor is tied to contact \(other.text): untie them first.")
            }
            try await self.submit(LinkRecord(visitor: visitor, contact: contact))
        }
    }

    package func unlink(_ visitor: VisitorID, from reference: ContactReference) async throws {
        try await self.changes.run {
            let contact = try await self.row(of: reference).record.contact
            let tied = self.core.store.visitor(visitor)?.contact
            guard let tied, try await self.core.catalog.contact(tied)?.record.contact == contact else {
                throw AdministrationError.notFound("tie between visitor \(visitor.text) and \(reference.text)")
            }
            // Under the id they were tied with, which may be a second key's.
            try await self.submit(LinkRecord(visitor: visitor, contact: tied, isUndone: true))
        }
    }

    private func submit(_ link: LinkRecord) async throws {
        var commands = CommandFrames(self.core.store.slots)
        commands.append(link)
        let end = try await self.submit(commands)
        try await self.settleDerived(from: end)
    }

    // MARK: By hand

    package func addEntry(_ reference: ContactReference, _ entry: ManualEntryInput) async throws -> ContactView {
        let contact = try await self.row(of: reference).record.contact
        let now = self.now
        var check = FieldCheck()
        check.that(
            entry.points.magnitude <= Limits.manualPoints && entry.points != 0,
            "points",
            "a number from -\(Int(Limits.manualPoints)) to \(Int(Limits.manualPoints)), not 0",
            got: "\(entry.points)"
        )
        let groups = self.core.store.currentModel?.source.groups.map(\.name) ?? []
        check.that(
            groups.contains(entry.group),
            "group",
            groups.isEmpty ? "a published model" : "one of \(groups.joined(separator: ", "))",
            got: FieldCheck.shown(entry.group)
        )
        check.text(entry.reason, "reason", isNeeded: true)
        check.text(entry.author, "author")
        check.that(entry.expires > now, "expires", "a time to come", got: entry.expires.rfc3339)
        try check.orThrow()
        var commands = CommandFrames(self.core.store.slots)
        commands.append(
            ManualEntryRecord(
                contact: contact,
                points: entry.points,
                group: entry.group,
                reason: entry.reason,
                author: entry.author,
                expires: entry.expires
            )
        )
        // The gate keeps another call from taking the last place in between.
        return try await self.changes.run {
            if entry.expires != .never,
                self.core.store.contact(contact)?.expiring.count ?? 0 >= Limits.expiringEntries
            {
                // The fold would end another one early.
                throw AdministrationError.conflict(
                    "The contact has \(Limits.expiringEntries) entries that expire already."
                )
            }
            try await self.submit(commands)
            return try await self.contact(.id(contact))
        }
    }

    package func reinstate(_ reference: ContactReference, author: String) async throws -> ContactView {
        let contact = try await self.row(of: reference).record.contact
        var check = FieldCheck()
        check.text(author, "author")
        try check.orThrow()
        let clicks = self.core.store.contact(contact)?.recentClicks ?? []
        guard clicks.contains(where: { $0.verdict == .machine }) else {
            throw AdministrationError.conflict("None of the contact's last clicks was taken for a machine's.")
        }
        var commands = CommandFrames(self.core.store.slots)
        commands.append(ReinstatementRecord(contact: contact, author: author))
        try await self.submit(commands)
        return try await self.contact(.id(contact))
    }

    package func answerLead(
        _ reference: ContactReference,
        _ answer: LeadAnswerRecord.Answer,
        author: String
    ) async throws -> ContactView {
        let contact = try await self.row(of: reference).record.contact
        var check = FieldCheck()
        check.text(author, "author")
        try check.orThrow()
        var filter = LeadFilter()
        filter.contact = contact
        guard try await !self.core.catalog.leads(filter, limit: 1).isEmpty else {
            throw AdministrationError.conflict("Contact \(contact.text) was never handed over.")
        }
        var commands = CommandFrames(self.core.store.slots)
        commands.append(LeadAnswerRecord(contact: contact, answer: answer, author: author))
        try await self.submit(commands)
        return try await self.contact(.id(contact))
    }
}

extension LedgerView {
    init(_ row: LedgerRow, worth: Double?) {
        self.init(row.entry, origin: row.entry.origin.name, state: row.state.rawValue)
        self.worth = worth
        self.reason = row.reason?.tag
        self.reversedBy = row.reversedBy.map(Self.text(of:))
        self.repeats = row.repeats
        self.url = row.url.isEmpty ? nil : row.url
        self.title = row.title.isEmpty ? nil : row.title
        self.objectName = row.objectName.isEmpty ? nil : row.objectName
    }
}
