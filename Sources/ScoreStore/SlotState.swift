package import Domain

/// One shard of the store: its profiles, what falls due for them, and how far it has folded.
///
/// Folding reads this state, the record and the models logged so far, and nothing else (promise 5). Facets:
/// `+Fold` (records), `+Due` (time), `+Coding` (checkpoints).
package struct SlotState: Sendable {
    /// Which.
    package let slot: Slot
    /// The offset of the next record to fold: everything below is in.
    package internal(set) var offset: UInt64 = 0
    /// How accepted events ended.
    package internal(set) var outcomes = Outcomes()
    /// When the last canary was folded.
    package internal(set) var canary = Timestamp.distantPast

    var visitors = VisitorTable()
    var contacts: [ContactID: ContactCell] = [:]
    var aliases: [ContactID: ContactID] = [:]
    var namedPages: [PageKey] = []
    var audience = Audience()
    var networks = NetworkTable()
    var dueQueue = DueQueue()

    /// A contact and the time it was last noted for in the queue.
    struct ContactCell: Sendable {
        var contact: Contact
        var due: Timestamp
    }

    /// An empty slot.
    package init(slot: Slot) { self.slot = slot }

    /// A visitor of this slot.
    package func visitor(_ id: VisitorID) -> Visitor? { self.visitors[id] }

    /// Has brought into the caches where the tables of a slot say how long they are.
    func prefetchHeads() {
        self.visitors.prefetchHeads()
        self.audience.prefetchHead()
        bringHeadNearer(of: self.namedPages)
    }

    /// Has brought into the caches what leads to a visitor, and what each of their views counts on.
    func prefetchTables(for id: VisitorID) {
        self.visitors.prefetchTables(for: id)
        self.audience.prefetch()
        self.namedPages.withUnsafeBytes { bringNearer($0.baseAddress, count: $0.count) }
    }

    /// Has what there is of a visitor brought into the caches.
    func prefetchVisitor(_ id: VisitorID) { self.visitors.prefetch(id) }

    /// A contact of this slot.
    package func contact(_ id: ContactID) -> Contact? { self.contacts[id]?.contact }

    /// The contact a second key of this slot stands for.
    package func primary(of alias: ContactID) -> ContactID? { self.aliases[alias] }

    /// How many visitors and contacts there are.
    package var counts: (visitors: Int, contacts: Int) { (self.visitors.count, self.contacts.count) }

    /// What may be recorded of each contact: what the directory starts with.
    package var consents: [(contact: ContactID, consents: ContactConsents)] {
        self.contacts.values.map { ($0.contact.id, $0.contact.consents) }
    }

    /// When something falls due next; `.never` if nothing waits.
    package var nextDue: Timestamp { min(self.audience.due, self.dueQueue.first?.time ?? .never) }
}
