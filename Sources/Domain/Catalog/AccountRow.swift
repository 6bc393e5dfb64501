/// An account as the catalog holds it, with what its contacts add up to.
package struct AccountRow: Equatable, Sendable {
    /// The account.
    package var account: ContactRecord.Account
    /// How many contacts it has.
    package var contactCount: Int
    /// The sum of their scores, each as of their last record.
    package var score: Double
    /// The best grade among them; nil without contacts.
    package var grade: Grade?
    /// How many of them are hot.
    package var hotCount: Int

    /// A row.
    package init(account: ContactRecord.Account, contactCount: Int, score: Double, grade: Grade?, hotCount: Int) {
        self.account = account
        self.contactCount = contactCount
        self.score = score
        self.grade = grade
        self.hotCount = hotCount
    }
}
