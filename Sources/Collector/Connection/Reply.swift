/// An endpoint's answer, and what it waits for.
struct Reply: Sendable {
    /// When an answer may be said.
    enum Wait: Sendable {
        /// At once.
        case none
        /// When the log holds a lane's records up to a ticket.
        case commit(ticket: UInt64, on: LogLane)
        /// Then, but at the latest after `Limits.redirectWait`.
        case commitBriefly(ticket: UInt64, on: LogLane)
    }

    /// The answer.
    var answer: Answer
    /// What it waits for.
    var wait: Wait
    /// What is said instead if the log fails; nil for the answer itself.
    var onFailure: Answer?

    /// A reply.
    init(_ answer: Answer, wait: Wait = .none, onFailure: Answer? = nil) {
        self.answer = answer
        self.wait = wait
        self.onFailure = onFailure
    }

    /// Whether it waits for a lane's ticket, or an earlier one.
    func waits(for lane: LogLane, through ticket: UInt64) -> Bool {
        switch self.wait {
        case .none: false
        case .commit(let own, let ownLane), .commitBriefly(let own, let ownLane): ownLane === lane && own <= ticket
        }
    }
}
