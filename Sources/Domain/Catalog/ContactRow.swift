/// A contact as the catalog holds it.
package struct ContactRow: Equatable, Sendable {
    /// Who they are, with all their keys, fields, account and owner.
    package var record: ContactRecord
    /// Where they stand as of their last record, with all balances.
    package var standing: ContactStanding
    /// Whether a record said who they are; otherwise only what they did is there.
    package var isKnown: Bool
    /// The day of the last open, in days since 1970-01-01; nil if none is kept.
    package var lastOpenDay: Int32?
    /// The hash of the line last imported; nil if none was.
    package var importHash: UInt64?

    /// A row of a contact of whom nothing else is known.
    package init(record: ContactRecord, standing: ContactStanding) {
        self.record = record
        self.standing = standing
        self.isKnown = true
        self.lastOpenDay = nil
        self.importHash = nil
    }
}

/// Which contacts are asked for. Everything that is set must hold.
package struct ContactFilter: Equatable, Sendable {
    /// The stage.
    package var stage: Stage?
    /// The owner's key.
    package var owner: String?
    /// The account.
    package var account: UInt64?
    /// Whether they wait for a human act to become hot.
    package var awaitsConfirmation: Bool?
    /// Part of the e-mail address, the name, or the account's name; ASCII letters in either case.
    package var search: String?

    /// Everybody.
    package init() {}
}

/// A tie between a browser and a contact, as the catalog holds it.
package struct VisitorRow: Equatable, Sendable {
    /// The browser.
    package var visitor: VisitorID
    /// The contact.
    package var contact: ContactID
    /// How it is tied.
    package var trust: LinkTrust
    /// Since when.
    package var linked: Timestamp

    /// A tie.
    package init(visitor: VisitorID, contact: ContactID, trust: LinkTrust, linked: Timestamp) {
        self.visitor = visitor
        self.contact = contact
        self.trust = trust
        self.linked = linked
    }
}
