/// A hand-over of a contact to sales, and what became of it.
package struct LeadRow: Equatable, Sendable {
    /// How it went on.
    package enum State: String, Sendable, CaseIterable {
        /// It stands.
        case open
        /// What made it was taken back.
        case withdrawn
        /// The score decayed below the threshold.
        case cooled
    }

    /// Its number.
    package var id: Int64
    /// Who was handed over.
    package var contact: ContactID
    /// Their name and address today.
    package var name: String
    package var email: String
    /// When.
    package var date: Timestamp
    /// The owner it was handed to; nil for nobody.
    package var owner: String?
    /// The account at that time; nil for none.
    package var account: UInt64?
    /// Score, stage and grade at that time.
    package var score: Double
    package var stage: Stage
    package var grade: Grade
    /// How it went on.
    package var state: State
    /// Since when it is not open; ``Timestamp/never`` while it is.
    package var closed: Timestamp
    /// The salesperson's answer; empty for none yet.
    package var answer: String
    /// When they answered; ``Timestamp/never`` if they did not.
    package var answered: Timestamp
    /// Who answered; empty if nobody is named.
    package var answeredBy: String

    /// An open lead.
    package init(id: Int64, contact: ContactID, date: Timestamp) {
        self.id = id
        self.contact = contact
        self.name = ""
        self.email = ""
        self.date = date
        self.owner = nil
        self.account = nil
        self.score = 0
        self.stage = .hot
        self.grade = .b
        self.state = .open
        self.closed = .never
        self.answer = ""
        self.answered = .never
        self.answeredBy = ""
    }
}

/// Which leads are asked for. Everything that is set must hold.
package struct LeadFilter: Equatable, Sendable {
    /// The contact.
    package var contact: ContactID?
    /// The owner it was handed to.
    package var owner: String?
    /// How it went on.
    package var state: LeadRow.State?

    /// All.
    package init() {}
}

/// A delivery as the catalog holds it.
package struct DeliveryRow: Equatable, Sendable {
    /// Where it stands.
    package enum State: String, Sendable, CaseIterable {
        /// To be tried.
        case pending
        /// Taken.
        case delivered
        /// Given up; a person can retry it.
        case dead
        /// Withdrawn before it was ever tried.
        case cancelled
        /// Made again by a rebuild; never sent.
        case historic
    }

    /// The item with its body.
    package var item: OutboxItem
    /// Where it stands.
    package var state: State
    /// When it is tried next, while pending.
    package var due: Timestamp
    /// The last attempt; nil if it was never tried.
    package var lastAttempt: DeliveryAttempt?

    /// A row.
    package init(item: OutboxItem, state: State, due: Timestamp, lastAttempt: DeliveryAttempt?) {
        self.item = item
        self.state = state
        self.due = due
        self.lastAttempt = lastAttempt
    }
}
