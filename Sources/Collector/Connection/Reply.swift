import Domain

/// An endpoint's answer, and what it waits for.
struct Reply: Sendable {
    /// When an answer may be said.
    enum Wait: Sendable {
        /// At once.
        case none
        /// When the log holds a lane's records up to a ticket.
        case commit(ticket: UInt64, on: LogWriterRole)
        /// Then, but at the latest after `Limits.redirectWait`.
        case commitBriefly(ticket: UInt64, on: LogWriterRole)

        /// Whether there is anything to wait for.
        var isNeeded: Bool { if case .none = self { false } else { true } }

        /// Whether it is over once a lane's records up to `ticket` are in the log.
        func ends(_ lane: LogWriterRole, at ticket: UInt64) -> Bool {
            switch self {
            case .none: false
            case .commit(let own, let ownLane), .commitBriefly(let own, let ownLane): ownLane == lane && own <= ticket
            }
        }
    }

    /// The answer.
    var answer: Answer
    /// What it waits for.
    var wait: Wait
    /// What is said instead if the log fails; nil for the answer itself.
    var onFailure: Answer?

    /// A reply.
    init(_ answer: consuming Answer, wait: Wait = .none, onFailure: consuming Answer? = nil) {
        self.answer = answer
        self.wait = wait
        self.onFailure = onFailure
    }
}
