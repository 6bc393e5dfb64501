/// An event that only an authenticated call can report: what another tool of the company knows a person did.
package struct EventInput: Equatable, Sendable {
    /// One of ``kinds``.
    package var kind: EventKind
    /// The caller's own name for it, so that a call that is sent again changes nothing; nil for none.
    package var id: String?
    /// The message it answers; nil for none.
    package var message: UInt32?
    /// The quote that was looked at; nil for none.
    package var quote: UInt32?

    /// An event.
    package init(kind: EventKind, id: String? = nil, message: UInt32? = nil, quote: UInt32? = nil) {
        self.kind = kind
        self.id = id
        self.message = message
        self.quote = quote
    }

    /// What may be reported: acts of a person, each of which confirms them.
    package static let kinds: [EventKind] = [.reply, .quoteView]

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
