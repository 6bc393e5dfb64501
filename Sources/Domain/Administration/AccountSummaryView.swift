/// A company with what its contacts add up to, each as of their last record.
package struct AccountSummaryView: Equatable, Sendable, Encodable {
    /// `crm:<id>` or `domain:<host>`.
    package var key: String
    package var name: String
    package var domain: String
    /// How many contacts it has.
    package var contactCount: Int
    /// The sum of their scores.
    package var score: Double
    /// The best grade among them; nil without contacts.
    package var grade: String?
    /// How many of them are hot.
    package var hotCount: Int

    /// A view of what the catalog holds.
    package init(_ row: AccountRow) {
        self.key = row.account.key
        self.name = row.account.name
        self.domain = row.account.domain
        self.contactCount = row.contactCount
        self.score = row.score
        self.grade = row.grade?.name
        self.hotCount = row.hotCount
    }
}

/// A company with its contacts.
package struct AccountDetailView: Equatable, Sendable, Encodable {
    /// The company.
    package var account: AccountSummaryView
    /// Its contacts with the highest scores first, at most ``shownContacts``; `GET /contacts?account=` has them all.
    package var contacts: [ContactView]

    /// Contacts that are shown with their company.
    package static let shownContacts = 100

    /// A company with contacts.
    package init(account: AccountSummaryView, contacts: [ContactView]) {
        self.account = account
        self.contacts = contacts
    }
}
