/// What is known of a contact, whole: each such record replaces the one before it.
///
/// The fold keeps what the model reads; the catalog projects the rest.
package struct ContactRecord: Equatable, Sendable {
    /// The contact.
    package var contact: ContactID
    /// Keys under which the contact is known elsewhere; the first is what ``contact`` was hashed from.
    package var keys: [ExternalKey] = []
    /// E-mail address, normalised; empty if unknown.
    package var email = ""
    /// Given name.
    package var firstName = ""
    /// Family name.
    package var lastName = ""
    /// Telephone number as given.
    package var phone = ""
    /// BCP 47 language; empty if unknown.
    package var language = ""
    /// prospect, customer, competitor, supplier, employee or other; empty if unknown.
    package var status = ""
    /// What the person decides, `decision` for those who sign; empty if unknown.
    package var role = ""
    /// The account, if any.
    package var account: Account?
    /// The salesperson, if any.
    package var owner: Owner?
    /// What may be recorded.
    package var consents = ContactConsents.default
    /// Which of ``consents`` the record decides; the others stay what they are when it is folded, so that it takes back
    /// no withdrawal its writer did not know of. Nil: all of them.
    package var decidedConsents: ContactConsents?
    /// Fields of contact and account that the model may read, sorted by name, names unique.
    package var fields: [Field] = []
    /// Whether all that is known is a form's claim.
    package var isClaimed = false

    /// What ``status`` may say, in the order people read.
    package static let statuses = ["prospect", "customer", "competitor", "supplier", "employee", "other"]

    /// A record of a contact of whom nothing else is known.
    package init(contact: ContactID) { self.contact = contact }

    /// What may be recorded after the record of what might be before.
    package func consents(after before: ContactConsents) -> ContactConsents {
        guard let decided = self.decidedConsents else { return self.consents }
        return before.subtracting(decided).union(self.consents.intersection(decided))
    }

    /// Has the record decide what is to change of the consents it holds, and nothing else of them.
    package mutating func change(consents wanted: ContactConsents) {
        let changed = self.consents.symmetricDifference(wanted)
        self.decidedConsents = (self.decidedConsents ?? []).union(changed)
        self.consents = wanted
    }

    /// A named value. Numbers are decimal text with a point.
    package struct Field: Equatable, Sendable {
        /// snake_case.
        package var name: String
        /// The value.
        package var value: String

        /// A field.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A contact's company.
    package struct Account: Equatable, Sendable {
        /// Keyed hash of ``key``.
        package var id: UInt64
        /// `crm:<id>` or `domain:<host>`.
        package var key: String
        /// Its name; empty if unknown.
        package var name: String
        /// Its domain; empty if unknown.
        package var domain: String

        /// An account.
        package init(id: UInt64, key: String, name: String = "", domain: String = "") {
            self.id = id
            self.key = key
            self.name = name
            self.domain = domain
        }
    }

    /// A contact's salesperson.
    package struct Owner: Equatable, Sendable {
        /// The e-mail address, or whatever the CRM calls them: unique.
        package var key: String
        /// The name; empty if unknown.
        package var name: String

        /// An owner.
        package init(key: String, name: String = "") {
            self.key = key
            self.name = name
        }
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.contact.rawValue)
        writer.write(self.consents.rawValue)
        writer.write(
            UInt8(self.isClaimed ? 1 : 0) | (self.account == nil ? 0 : 2) | (self.owner == nil ? 0 : 4)
                | (self.decidedConsents == nil ? 0 : 8)
        )
        if let decidedConsents { writer.write(decidedConsents.rawValue) }
        writer.writeVarint(UInt64(self.keys.count))
        for key in self.keys {
            writer.write(key.kind.rawValue)
            writer.writeText(key.value)
        }
        for text in [
            self.email, self.firstName, self.lastName, self.phone, self.language, self.status, self.role,
        ] {
            writer.writeText(text)
        }
        if let account {
            writer.write(account.id)
            writer.writeText(account.key)
            writer.writeText(account.name)
            writer.writeText(account.domain)
        }
        if let owner {
            writer.writeText(owner.key)
            writer.writeText(owner.name)
        }
        writer.writeVarint(UInt64(self.fields.count))
        for field in self.fields {
            writer.writeText(field.name)
            writer.writeText(field.value)
        }
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        self.consents = ContactConsents(rawValue: try reader.readByte())
        let flags = try reader.readByte()
        self.isClaimed = flags & 1 != 0
        if flags & 8 != 0 { self.decidedConsents = ContactConsents(rawValue: try reader.readByte()) }
        for _ in 0..<(try reader.readVarint()) {
            guard let kind = ExternalKey.Kind(rawValue: try reader.readByte()) else { throw .invalid("key kind") }
            self.keys.append(ExternalKey(kind, try reader.readText()))
        }
        self.email = try reader.readText()
        self.firstName = try reader.readText()
        self.lastName = try reader.readText()
        self.phone = try reader.readText()
        self.language = try reader.readText()
        self.status = try reader.readText()
        self.role = try reader.readText()
        if flags & 2 != 0 {
            let id: UInt64 = try reader.readWord()
            let key = try reader.readText()
            let name = try reader.readText()
            self.account = Account(id: id, key: key, name: name, domain: try reader.readText())
        }
        if flags & 4 != 0 {
            let key = try reader.readText()
            self.owner = Owner(key: key, name: try reader.readText())
        }
        for _ in 0..<(try reader.readVarint()) {
            let name = try reader.readText()
            self.fields.append(Field(name: name, value: try reader.readText()))
        }
    }
}

/// A key of a contact in another system.
package struct ExternalKey: Hashable, Sendable {
    /// Which kind.
    package enum Kind: UInt8, Sendable {
        /// The CRM's id.
        case crm = 1
        /// An e-mail address, normalised (see ``EmailAddress``).
        case email = 2
    }

    /// The kind.
    package var kind: Kind
    /// The value.
    package var value: String

    /// A key.
    package init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    /// The id of a contact whose first key this is: a keyed hash, so that ids tell nothing and cannot be aimed.
    package func contactID(key: SipKey) -> ContactID {
        let prefix = self.kind == .crm ? "crm:" : "email:"
        return ContactID(SipHash.hash(prefix + self.value, key: key))
    }
}

/// What a contact's legal bases allow to record.
package struct ContactConsents: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Clicks on tracked links and quotes may be tied to the person.
    package static let clicks = ContactConsents(rawValue: 1)
    /// Opens of mails may be recorded one by one.
    package static let opens = ContactConsents(rawValue: 2)
    /// Only the day of the last open may be kept (deliverability).
    package static let lastOpenDay = ContactConsents(rawValue: 4)
    /// The person objects: nothing is recorded, whatever the other bits say.
    package static let objected = ContactConsents(rawValue: 128)

    /// Clicks, but no opens (design, section 7; French law on mail pixels).
    package static let `default`: ContactConsents = [.clicks]

    /// Whether an event of this kind may be recorded for the person.
    package func allows(_ kind: EventKind) -> Bool {
        if self.contains(.objected) { return false }
        switch kind {
        case .emailOpen: return self.contains(.opens)
        case .emailClick, .quoteView, .clickConfirmation: return self.contains(.clicks)
        case .pageView, .engagement, .download, .formSubmit, .custom, .reply: return true
        }
    }
}
