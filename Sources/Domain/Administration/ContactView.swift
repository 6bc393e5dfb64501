/// A contact as the private port shows them: who they are and where they stand.
package struct ContactView: Equatable, Sendable, Encodable {
    /// Sixteen hexadecimal digits.
    package var id: String
    /// The address; nil if unknown.
    package var email: String?
    /// The CRM's id; nil if unknown.
    package var crmID: String?
    package var firstName: String
    package var lastName: String
    package var phone: String
    package var language: String
    package var status: String
    package var role: String
    /// Whether all that is known is a form's claim.
    package var isClaimed: Bool
    package var account: AccountView?
    package var owner: OwnerView?
    package var consents: ConsentsView
    /// What the model can read, by name.
    package var fields: [String: String]
    package var standing: StandingView
    /// The day of the last open, `2026-03-01`; nil if none is kept.
    package var lastOpenDay: String?

    /// A view of what the catalog holds.
    package init(record: ContactRecord, standing: ContactStanding, lastOpenDay: Int32? = nil) {
        self.id = record.contact.text
        self.email = record.email.isEmpty ? nil : record.email
        self.crmID = record.keys.first { $0.kind == .crm }?.value
        self.firstName = record.firstName
        self.lastName = record.lastName
        self.phone = record.phone
        self.language = record.language
        self.status = record.status
        self.role = record.role
        self.isClaimed = record.isClaimed
        self.account = record.account.map(AccountView.init)
        self.owner = record.owner.map(OwnerView.init)
        self.consents = ConsentsView(record.consents)
        self.fields = Dictionary(record.fields.map { ($0.name, $0.value) }) { first, _ in first }
        self.standing = StandingView(standing)
        self.lastOpenDay = lastOpenDay.map(CalendarDay.text(of:))
    }
}

/// A contact's company.
package struct AccountView: Equatable, Sendable, Encodable {
    /// `crm:<id>` or `domain:<host>`.
    package var key: String
    package var name: String
    package var domain: String

    /// A view of an account.
    package init(_ account: ContactRecord.Account) {
        self.key = account.key
        self.name = account.name
        self.domain = account.domain
    }
}

/// A salesperson.
package struct OwnerView: Equatable, Sendable, Encodable {
    /// Their e-mail address, or whatever the CRM calls them.
    package var key: String
    package var name: String

    /// A view of an owner.
    package init(_ owner: ContactRecord.Owner) {
        self.key = owner.key
        self.name = owner.name
    }
}

/// What may be recorded of a contact.
package struct ConsentsView: Equatable, Sendable, Encodable {
    package var clicks: Bool
    package var opens: Bool
    package var lastOpenDay: Bool
    package var objected: Bool

    /// A view of consents.
    package init(_ consents: ContactConsents) {
        self.clicks = consents.contains(.clicks)
        self.opens = consents.contains(.opens)
        self.lastOpenDay = consents.contains(.lastOpenDay)
        self.objected = consents.contains(.objected)
    }
}

/// Where a contact stands as of their last record.
package struct StandingView: Equatable, Sendable, Encodable {
    package var score: Double
    /// The part of the score that rests on claims.
    package var claimed: Double
    /// The name of a ``Stage``.
    package var stage: String
    /// The name of a ``Grade``.
    package var grade: String
    /// Hot on unconfirmed points alone: waits for a human act.
    package var awaitsConfirmation: Bool
    /// When this was the score: it has decayed since.
    package var asOf: String?
    package var firstSeen: String?
    package var lastSeen: String?
    package var handedOver: String?
    package var visits: UInt32
    package var pageViews: UInt32
    package var clicks: UInt32
    package var quoteViews: UInt32

    /// A view of a standing.
    package init(_ standing: ContactStanding) {
        self.score = standing.score
        self.claimed = standing.limited
        self.stage = standing.stage.name
        self.grade = standing.grade.name
        self.awaitsConfirmation = standing.awaitsConfirmation
        self.asOf = standing.asOf.rfc3339IfAny
        self.firstSeen = standing.firstSeen.rfc3339IfAny
        self.lastSeen = standing.lastSeen.rfc3339IfAny
        self.handedOver = standing.handedOver.rfc3339IfAny
        self.visits = standing.visits
        self.pageViews = standing.pageViews
        self.clicks = standing.clicks
        self.quoteViews = standing.quoteViews
    }
}

/// A browser tied to a contact.
package struct VisitorView: Equatable, Sendable, Encodable {
    /// Thirty-two hexadecimal digits.
    package var id: String
    /// The name of a ``LinkTrust``.
    package var trust: String
    package var linked: String

    /// A view of a tie.
    package init(visitor: VisitorID, trust: LinkTrust, linked: Timestamp) {
        self.id = visitor.text
        self.trust = trust.name
        self.linked = linked.rfc3339
    }
}
