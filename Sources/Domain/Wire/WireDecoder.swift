/// What became of one event of a request.
package enum WireOutcome: Sendable {
    /// It was decoded, without the optional fields named.
    case accepted(WireEvent, dropped: DroppedFields)
    /// It was not, and the others of its request may still have been.
    case rejected(Rejection)
}

/// Decodes what browsers send: the JSON of `POST /e` and the query of `GET /p.gif`.
///
/// One decoder serves request after request and keeps its buffers, so that in steady state it allocates nothing.
/// The texts of decoded events lie in ``scratch`` until ``reset()``; the buffer holds at most a few times the bytes
/// it was given since.
package struct WireDecoder: Sendable {
    /// What the texts of decoded events are ranges of.
    package internal(set) var scratch: [UInt8] = []
    /// One outcome per event of the body decoded last, in its order.
    package internal(set) var outcomes: [WireOutcome] = []
    /// What page loads' nonces are hashed under.
    let nonceKey: SipKey
    /// Kept here, as a look at what all share costs more than a look into it.
    private let keys = WireKey.names

    /// A decoder that hashes the nonce of "id" under `nonceKey`.
    package init(nonceKey: SipKey) { self.nonceKey = nonceKey }

    /// Forgets all texts and outcomes and keeps the memory.
    package mutating func reset() {
        self.scratch.removeAll(keepingCapacity: true)
        self.outcomes.removeAll(keepingCapacity: true)
    }

    /// The key that is written so in ``scratch``, if there is one.
    func key(_ written: TextRange) -> WireKey? {
        self.scratch.withUnsafeBytes { self.keys.index(of: written.bounds, in: $0) }
            .flatMap { WireKey(rawValue: UInt8(truncatingIfNeeded: $0)) }
    }

    /// Finishes a draft; what a rejected event left in the buffer from `start` on is taken back.
    mutating func finish(_ draft: EventDraft, from start: Int) -> WireOutcome {
        var draft = draft
        let outcome = draft.finish(in: &self.scratch)
        if case .rejected = outcome { self.scratch.truncate(to: start) }
        return outcome
    }
}
