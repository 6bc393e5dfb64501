/// Which contacts are asked for. Everything that is set must hold.
package struct ContactQuery: Equatable, Sendable {
    package var stage: Stage?
    /// The owner's key.
    package var owner: String?
    /// The account's key.
    package var account: String?
    package var awaitsConfirmation: Bool?
    /// Part of the e-mail address, the name, or the account's name.
    package var search: String?

    /// Everybody.
    package init() {}
}

/// What a call says about a contact. What is nil says nothing.
package struct ContactInput: Equatable, Sendable {
    package var crmID: String?
    package var email: EmailAddress?
    package var firstName: String?
    package var lastName: String?
    package var phone: String?
    /// BCP 47.
    package var language: String?
    package var status: ContactStatus?
    package var role: String?
    package var account: Account?
    package var owner: Owner?
    package var consents: ConsentsInput?
    /// Values for the model, by name in ascending order; names that are not there keep their values.
    package var fields: [ContactField] = []

    /// Says nothing.
    package init() {}

    /// A company, by the CRM's id or its domain.
    package struct Account: Equatable, Sendable {
        /// `crm:<id>` or `domain:<host>`; nil where the domain says it.
        package var key: String?
        package var name: String?
        package var domain: String?

        /// A company.
        package init(key: String? = nil, name: String? = nil, domain: String? = nil) {
            self.key = key
            self.name = name
            self.domain = domain
        }
    }

    /// A salesperson.
    package struct Owner: Equatable, Sendable {
        package var key: String
        package var name: String?

        /// A salesperson.
        package init(key: String, name: String? = nil) {
            self.key = key
            self.name = name
        }
    }
}

/// Which consents are to be changed, and to what.
package struct ConsentsInput: Equatable, Sendable {
    package var clicks: Bool?
    package var opens: Bool?
    package var lastOpenDay: Bool?
    package var objected: Bool?

    /// Changes nothing.
    package init() {}

    /// The consents with what is to be changed.
    package func applied(to consents: ContactConsents) -> ContactConsents {
        var consents = consents
        for (wanted, bit) in [
            (self.clicks, ContactConsents.clicks), (self.opens, .opens), (self.lastOpenDay, .lastOpenDay),
            (self.objected, .objected),
        ] {
            switch wanted {
            case true?: consents.insert(bit)
            case false?: consents.remove(bit)
            case nil: break
            }
        }
        return consents
    }
}

/// What a change of a contact came to.
package struct PutContact: Equatable, Sendable {
    /// Whether there was none before.
    package var isNew: Bool
    package var contact: ContactView

    /// A change.
    package init(isNew: Bool, contact: ContactView) {
        self.isNew = isNew
        self.contact = contact
    }
}

/// What becomes of one contact of a batch.
package enum ImportVerdict: Equatable, Sendable {
    /// Was not there.
    case new(ContactID)
    /// Said something else before.
    case changed(ContactID)
    /// Says what the last import said.
    case unchanged(ContactID)
    /// Not taken.
    case refused([FieldProblem])
}

/// Points given by hand.
package struct ManualEntryInput: Equatable, Sendable {
    /// May be negative.
    package var points: Double
    /// A group of the model.
    package var group: String
    package var reason: String
    package var author: String
    /// ``Timestamp/never`` if they do not expire.
    package var expires: Timestamp

    /// Points.
    package init(points: Double, group: String, reason: String, author: String, expires: Timestamp = .never) {
        self.points = points
        self.group = group
        self.reason = reason
        self.author = author
        self.expires = expires
    }
}

/// What an erasure took with it.
package struct ErasureView: Equatable, Sendable, Encodable {
    /// The contact's id.
    package var contact: String
    /// How many browsers tied to them were erased as well.
    package var visitors: Int

    /// An erasure.
    package init(contact: ContactID, visitors: Int) {
        self.contact = contact.text
        self.visitors = visitors
    }
}
