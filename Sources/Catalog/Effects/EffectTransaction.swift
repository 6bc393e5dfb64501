internal import Domain
internal import GRDB

/// One transaction's worth of effects.
internal struct EffectTransaction {
    let database: Database
    let settings: EffectWriter.Settings
    let stream: StreamID
    let historic: Bool

    /// Whether something was left to deliver.
    var hasDeliveries = false

    /// What pages are called, as far as it is remembered.
    private(set) var names: PageNames

    // Contacts whose row is there for certain, so that most effects need no statement to see to it.
    private var present: Set<ContactID> = []
    // Slots hand over their figures of the same page and day one after the other; they are added up first.
    private var audience = AudienceSums()

    init(database: Database, settings: EffectWriter.Settings, stream: StreamID, historic: Bool, names: PageNames) {
        self.database = database
        self.settings = settings
        self.stream = stream
        self.historic = historic
        self.names = names
    }

    /// Applies effects in order.
    mutating func apply(_ effects: [Effect]) throws {
        let superseded = Self.supersededStandings(in: effects)
        for (index, effect) in effects.enumerated() where !superseded.contains(index) {
            try self.apply(effect)
        }
        for (key, views) in self.audience.sums { try self.count(key, views: views) }
    }

    /// The standings that nothing reads before the next one of the same contact overwrites them: only a notification
    /// looks at where its contact stands, and its contact may be an alias of any.
    private static func supersededStandings(in effects: [Effect]) -> Set<Int> {
        var overwritten: Set<ContactID> = []
        var superseded: Set<Int> = []
        for (index, effect) in effects.enumerated().reversed() {
            switch effect.body {
            case .standing(let standing):
                if !overwritten.insert(standing.contact).inserted { superseded.insert(index) }
            case .notification: overwritten.removeAll()
            default: break
            }
        }
        return superseded
    }

    private mutating func apply(_ effect: Effect) throws {
        switch effect.body {
        case .contact(let record): try self.write(record)
        case .consents(let contact, let consents): try self.write(consents, of: contact)
        case .contactErased(let contact): try self.erase(contact, at: effect)
        case .alias(let alias, of: let contact): try self.write(alias: alias, of: contact)
        case .page(let key, let url, let title):
            if self.names.change(key, url: url, title: title) { try self.write(page: key, url: url, title: title) }
        case .entry(let entry): try self.write(entry)
        case .entrySettled(let id, let contact, let granted, let capped):
            try self.settle(id, of: contact, granted: granted, capped: capped)
        case .entryConfirmed(let id, let contact): try self.confirm(id, of: contact)
        case .entryDropped(let id, let contact, let reason): try self.drop(id, of: contact, reason: reason)
        case .entryReversed(let id, let contact, let by, let reason):
            try self.reverse(id, of: contact, by: by, reason: reason)
        case .entryRepeated(let id, let contact): try self.countRepeat(of: id, of: contact)
        case .timeline(let entry): try self.write(entry)
        case .standing(let standing): try self.write(standing)
        case .linked(let visitor, let contact, let trust):
            try self.link(visitor, to: contact, trust: trust, at: effect.time)
        case .unlinked(let visitor, let contact, let reason): try self.unlink(visitor, from: contact, reason)
        case .notification(let notification): try self.notify(notification, effect: effect)
        case .audience(let site, let page, let day, let views):
            self.audience.add(views, site: site, page: page, day: day)
        case .lastOpenDay(let contact, let day): try self.write(lastOpenDay: day, of: contact)
        }
    }

    /// Sees to it that a contact has a row: what follows from one record may come before what says who they are.
    mutating func ensure(_ contact: ContactID) throws {
        guard self.present.insert(contact).inserted else { return }
        try self.database.run("INSERT OR IGNORE INTO contacts (id) VALUES (?)", [contact.rawValue.stored])
    }

    private mutating func erase(_ contact: ContactID, at effect: Effect) throws {
        let id = contact.rawValue.stored
        self.present.remove(contact)
        try self.database.run("DELETE FROM contacts WHERE id = ?", [id])
        // What the erasure itself tells the destinations is decided by the same record and must still leave.
        try self.database.run(
            "DELETE FROM deliveries WHERE contact = ? AND log_offset < ?",
            [id, effect.offset.stored]
        )
        try self.eraseFromDigests(contact)
        // A rebuild comes by here again: a quote made since then is of a person who came back.
        try self.database.run(
            "DELETE FROM quotes WHERE contact = ? AND created <= ?",
            [id, effect.time.microseconds]
        )
    }
}
