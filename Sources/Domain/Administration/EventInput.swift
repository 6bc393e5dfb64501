/// An event that only an authenticated call can report: what another tool of the company knows a person did.
package struct EventInput: Equatable, Sendable {
    /// One of ``kinds``.
    package var kind: EventKind
    /// The caller's own name for it, so that a call that is sent again changes nothing; nil for none.
    package var id: String?
    /// The message that was answered, opened or clicked in; nil for none.
    package var message: UInt32?
    /// The quote that was looked at; nil for none.
    package var quote: UInt32?
    /// The tracked link that was followed; nil for none.
    package var link: UInt32?
    /// The address that opened or clicked; nil if the tool does not say it.
    package var address: String?
    /// The user agent that did; nil if the tool does not say it.
    package var agent: String?

    /// An event.
    package init(kind: EventKind, id: String? = nil, message: UInt32? = nil, quote: UInt32? = nil) {
        self.kind = kind
        self.id = id
        self.message = message
        self.quote = quote
    }

    /// What may be reported: acts of a person, each of which confirms them, and what a mail tool saw. The latter may be
    /// a scanner's and is judged as at the signed addresses, by who sent it and by what comes with it.
    package static let kinds: [EventKind] = [.reply, .quoteView, .emailOpen, .emailClick]

    /// ``kinds`` in words.
    package static var expectedKinds: String { "one of " + self.kinds.map(\.name).joined(separator: ", ") }
}

/// What became of such an event.
package struct EventVerdictView: Equatable, Sendable, Encodable {
    /// accepted, or declined: the contact's basis does not allow it, and nothing was stored.
    package var outcome: String
    /// Why it was declined.
    package var reason: String?

    /// What can become of an event.
    package static let outcomes = ["accepted", "declined"]

    /// A verdict.
    package init(outcome: String, reason: String? = nil) {
        self.outcome = outcome
        self.reason = reason
    }
}
