internal import Domain
internal import GRDB

extension EffectTransaction {
    mutating func write(_ entry: LedgerEntry) throws {
        try self.ensure(entry.contact)
        try self.database.run(
            """
            INSERT OR REPLACE INTO ledger (contact, log_offset, ordinal, origin, rule, model_version, group_name, topic,
                points, granted, capped, decay, date, state, held_until, verdict, trust, page, message, link, quote,
                refers_to_offset, refers_to_ordinal, author, visitor)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.contact.rawValue.stored, entry.id.offset.stored, Int64(entry.id.ordinal), entry.origin.name,
                entry.rule, Int64(entry.modelVersion), entry.group, entry.topic, entry.points, entry.granted,
                entry.capped, entry.decay, entry.date.microseconds, entry.state.name, entry.heldUntil.storedOrNever,
                entry.verdict.name, entry.trust.name, entry.page == .none ? nil : entry.page.rawValue.stored,
                entry.message.storedOrNone, entry.link.storedOrNone, entry.quote.storedOrNone,
                entry.refersTo?.offset.stored, (entry.refersTo?.ordinal).map { Int64($0) }, entry.author,
                entry.through?.stored,
            ]
        )
    }

    func settle(_ id: EntryID, of contact: ContactID, granted: Double, capped: Double) throws {
        try self.update(id, of: contact, "state = 'settled', granted = ?, capped = ?", [granted, capped])
    }

    func confirm(_ id: EntryID, of contact: ContactID) throws {
        try self.update(id, of: contact, "verdict = ?", [Verdict.confirmed.name])
    }

    func drop(_ id: EntryID, of contact: ContactID, reason: ReversalReason) throws {
        try self.update(id, of: contact, "state = 'dropped', reason = ?", [reason.tag])
    }

    /// The entry stays settled: the one that takes it back is an entry of its own, and the plain sum holds both.
    func reverse(_ id: EntryID, of contact: ContactID, by: EntryID, reason: ReversalReason) throws {
        try self.update(
            id,
            of: contact,
            "reason = ?, reversed_by_offset = ?, reversed_by_ordinal = ?",
            [reason.tag, by.offset.stored, Int64(by.ordinal)]
        )
    }

    func countRepeat(of id: EntryID, of contact: ContactID) throws {
        try self.update(id, of: contact, "repeats = repeats + 1", [])
    }

    // An entry that is not there (any more) is nothing to change.
    private func update(
        _ id: EntryID,
        of contact: ContactID,
        _ assignments: String,
        _ arguments: StatementArguments
    ) throws {
        try self.database.run(
            "UPDATE ledger SET \(assignments) WHERE contact = ? AND log_offset = ? AND ordinal = ?",
            arguments + [contact.rawValue.stored, id.offset.stored, Int64(id.ordinal)]
        )
    }
}
