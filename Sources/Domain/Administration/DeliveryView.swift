/// Which leads are asked for. Everything that is set must hold.
package struct LeadQuery: Equatable, Sendable {
    package var contact: ContactReference?
    /// The key of the owner it was handed to.
    package var owner: String?
    /// open, withdrawn or cooled.
    package var state: String?

    /// All.
    package init() {}

    /// How a lead can stand.
    package static let states = ["open", "withdrawn", "cooled"]
}

/// A hand-over of a contact to sales, and what became of it.
package struct LeadView: Equatable, Sendable, Encodable {
    package var id: Int64
    /// The contact's id.
    package var contact: String
    package var name: String
    package var email: String
    package var date: String
    /// The key of the owner it was handed to.
    package var owner: String?
    package var score: Double
    package var stage: String
    package var grade: String
    /// open, withdrawn or cooled.
    package var state: String
    package var closed: String?
    /// good, not_now or wrong; nil for none yet.
    package var answer: String?
    package var answered: String?
    /// Who answered; nil if nobody is named.
    package var answeredBy: String?

    /// An open lead without an answer.
    package init(
        id: Int64,
        contact: ContactID,
        name: String,
        email: String,
        date: Timestamp,
        owner: String?,
        score: Double,
        stage: Stage,
        grade: Grade
    ) {
        self.id = id
        self.contact = contact.text
        self.name = name
        self.email = email
        self.date = date.rfc3339
        self.owner = owner
        self.score = score
        self.stage = stage.name
        self.grade = grade.name
        self.state = "open"
    }
}

/// Which deliveries are asked for. Everything that is set must hold.
package struct DeliveryQuery: Equatable, Sendable {
    /// pending, delivered, dead, cancelled or historic.
    package var state: String?
    package var destination: String?
    package var contact: ContactReference?

    /// All.
    package init() {}

    /// How a delivery can stand.
    package static let states = ["pending", "delivered", "dead", "cancelled", "historic"]
}

/// A notification on its way to one destination.
package struct DeliveryView: Equatable, Sendable, Encodable {
    package var id: Int64
    package var destination: String
    /// What makes it unique for its receiver.
    package var key: String
    /// The name of a ``NotificationKind``.
    package var kind: String
    /// The contact's id; nil for none.
    package var contact: String?
    /// pending, delivered, dead, cancelled or historic.
    package var state: String
    package var created: String
    /// When it is tried next, while pending.
    package var due: String?
    package var attempts: Int
    package var lastAttempt: AttemptView?

    /// A view of an item; it has no contact where the id is 0.
    package init(_ item: OutboxItem, state: String, due: Timestamp, lastAttempt: DeliveryAttempt?) {
        self.id = item.id
        self.destination = item.destination
        self.key = item.key
        self.kind = item.kind.name
        self.contact = item.contact.rawValue == 0 ? nil : item.contact.text
        self.state = state
        self.created = item.created.rfc3339
        self.due = state == "pending" ? due.rfc3339IfAny : nil
        self.attempts = item.attempts
        self.lastAttempt = lastAttempt.map(AttemptView.init)
    }
}

/// One attempt to deliver.
package struct AttemptView: Equatable, Sendable, Encodable {
    package var time: String
    /// The HTTP status; 0 when there was no answer.
    package var status: Int
    package var error: String
    /// delivered, retry or dead.
    package var verdict: String

    /// A view of an attempt.
    package init(_ attempt: DeliveryAttempt) {
        self.time = attempt.time.rfc3339
        self.status = attempt.status
        self.error = attempt.error
        self.verdict =
            switch attempt.verdict {
            case .delivered: "delivered"
            case .retry: "retry"
            case .dead: "dead"
            }
    }
}

/// How much waits for a destination.
package struct BacklogView: Equatable, Sendable, Encodable {
    package var destination: String
    package var pending: Int
    package var dead: Int
    /// When the oldest pending one was decided.
    package var oldest: String?

    /// A view of a backlog.
    package init(_ backlog: DestinationBacklog) {
        self.destination = backlog.destination
        self.pending = backlog.pending
        self.dead = backlog.dead
        self.oldest = backlog.oldest?.rfc3339
    }
}
