/// A notification addressed to one destination, with its body frozen.
package struct OutboxItem: Equatable, Sendable {
    /// Its row.
    package var id: Int64
    /// The destination's name.
    package var destination: String
    /// The key that makes it unique for its receiver: `<stream>-<offset>-<slot>-<ordinal>`; the same on every attempt.
    package var key: String
    /// What it says.
    package var kind: NotificationKind
    /// Whom it is about; items of one contact keep their order.
    package var contact: ContactID
    /// The CloudEvents JSON, UTF-8.
    package var body: [UInt8]
    /// When it was decided.
    package var created: Timestamp
    /// Attempts so far.
    package var attempts: Int
    /// When it was first tried; `.never` if it was not.
    package var firstAttempt: Timestamp

    /// An item.
    package init(
        id: Int64,
        destination: String,
        key: String,
        kind: NotificationKind,
        contact: ContactID,
        body: [UInt8],
        created: Timestamp,
        attempts: Int = 0,
        firstAttempt: Timestamp = .never
    ) {
        self.id = id
        self.destination = destination
        self.key = key
        self.kind = kind
        self.contact = contact
        self.body = body
        self.created = created
        self.attempts = attempts
        self.firstAttempt = firstAttempt
    }
}

/// What becomes of an item after an attempt.
package enum OutboxVerdict: Equatable, Sendable {
    /// The destination took it.
    case delivered
    /// To be tried again then.
    case retry(at: Timestamp)
    /// Given up: a dead letter, which a person can retry.
    case dead
}

/// One attempt, for the row's history.
package struct DeliveryAttempt: Equatable, Sendable {
    /// The item's row.
    package var item: Int64
    /// When.
    package var time: Timestamp
    /// The HTTP status; 0 when there was no answer.
    package var status: Int
    /// What went wrong, for people; empty if nothing. Never holds a secret.
    package var error: String
    /// What follows.
    package var verdict: OutboxVerdict

    /// An attempt.
    package init(item: Int64, time: Timestamp, status: Int, error: String, verdict: OutboxVerdict) {
        self.item = item
        self.time = time
        self.status = status
        self.error = error
        self.verdict = verdict
    }
}

/// How much waits for a destination.
package struct DestinationBacklog: Equatable, Sendable {
    /// The destination's name.
    package var destination: String
    /// Items to deliver.
    package var pending: Int
    /// Dead letters.
    package var dead: Int
    /// When the oldest pending one was decided.
    package var oldest: Timestamp?

    /// A backlog.
    package init(destination: String, pending: Int, dead: Int, oldest: Timestamp?) {
        self.destination = destination
        self.pending = pending
        self.dead = dead
        self.oldest = oldest
    }
}

/// The rows of deliveries, as the dispatchers see them. Held by the catalog; a simulated one passes the same contract
/// suite.
package protocol Outbox: Sendable {
    /// Items of a destination to try now: undelivered, due at `now`, for each contact only its oldest undelivered one
    /// (items without a contact are independent), in log order, at most `limit`.
    func ready(for destination: String, at now: Timestamp, limit: Int) async throws -> [OutboxItem]

    /// The earliest time at which an undelivered item of the destination falls due; nil if there is none.
    func nextDue(for destination: String) async throws -> Timestamp?

    /// Notes, before a lead's first attempt, that somebody may hear of it from now on: a withdrawal then has to follow
    /// it, also after a crash. False when the item was withdrawn meanwhile and must not be sent.
    func begin(_ item: Int64) async throws -> Bool

    /// When the destination's problems began; nil if the last attempt that was recorded was none of them, or if there
    /// is none.
    func failingSince(_ destination: String) async throws -> Timestamp?

    /// Records an attempt and what follows from it.
    func record(_ attempt: DeliveryAttempt) async throws

    /// What waits, per destination.
    func backlog() async throws -> [DestinationBacklog]
}
