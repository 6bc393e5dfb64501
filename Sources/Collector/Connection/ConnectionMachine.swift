import Domain

/// What a connection of the public port may do next. Pure: it is told what happened and answers with what to do.
///
///     reading ──────▶ draining(.handOver) ──────▶ handedOver
///        │  └───────▶ draining(.close) ◀────────────┘
///        │                   │ last answer written
///        ▼                   ▼
///      closed ◀────────── lingering
///
/// A connection is handed over to the standard pipeline only when none of its answers is outstanding; until then it
/// is not read, and it never comes back. After the last answer it lingers until the peer closes too, so that bytes
/// still under way cannot make the system discard the answer.
struct ConnectionMachine: Sendable {
    /// How a drained connection goes on.
    enum End: Equatable, Sendable {
        case handOver
        case close
    }

    /// Where the connection stands.
    enum State: Equatable, Sendable {
        case reading
        case draining(End)
        case handedOver
        case lingering
        case closed
    }

    /// What the handler has to do.
    enum Action: Equatable, Sendable {
        case none
        /// Give all unread bytes to the standard pipeline.
        case handOver
        /// Close the writing half.
        case closeOutput
        /// Close.
        case close
    }

    /// Where the connection stands.
    private(set) var state = State.reading
    /// Requests whose answer was not yet written.
    private(set) var outstanding = 0
    /// Whether the socket takes more answers.
    var isWritable = true
    private var isStopping = false
    /// Whether the last answer was sent, and not only written.
    private var outputIsClosed = false
    private var lastActive: TimeSpan
    private var requestStarted: TimeSpan?
    /// Whether the peer sends no more.
    private(set) var inputIsClosed = false

    /// A connection that was opened at a time of the monotonic clock.
    init(openedAt now: TimeSpan) { self.lastActive = now }

    /// Whether the next request may be parsed.
    var mayParse: Bool { self.state == .reading && self.hasRoom }

    /// Whether more bytes may be read from the socket.
    var mayRead: Bool {
        switch self.state {
        case .reading, .handedOver: self.hasRoom
        case .draining, .closed: false
        case .lingering: true
        }
    }

    private var hasRoom: Bool { self.isWritable && self.outstanding < Limits.pipelinedRequests }

    /// Bytes arrived. Nothing a lingering peer sends prolongs its time.
    mutating func received(at now: TimeSpan) {
        guard self.state != .lingering else { return }
        self.lastActive = now
        if self.requestStarted == nil { self.requestStarted = now }
    }

    /// A whole request was taken; its answer is outstanding. The last one of a connection that closes after it.
    mutating func took(closes: Bool) {
        self.outstanding += 1
        self.requestStarted = nil
        if closes, self.state == .reading || self.state == .handedOver { self.state = .draining(.close) }
    }

    /// All bytes that arrived were taken; `holdsPart` tells whether some begin another request.
    mutating func paused(holdsPart: Bool, at now: TimeSpan) -> Action {
        if !holdsPart {
            self.requestStarted = nil
        } else if self.requestStarted == nil {
            self.requestStarted = now
        }
        guard self.inputIsClosed, self.state == .reading else { return .none }
        // What is left of a request cannot become whole any more.
        self.state = .draining(.close)
        return self.goOn()
    }

    /// The next bytes are for the standard pipeline to judge.
    mutating func didNotUnderstand() -> Action {
        guard self.state == .reading else { return .none }
        self.state = .draining(.handOver)
        return self.goOn()
    }

    /// So many answers were written, in the order of their requests.
    mutating func answered(_ count: Int, at now: TimeSpan) -> Action {
        precondition(count <= self.outstanding, "more answers than requests")
        self.outstanding -= count
        self.lastActive = now
        return self.goOn()
    }

    /// The peer sends no more; `holdsInput` tells whether bytes wait that were not looked at. What was asked is
    /// answered: requests that wait for room or for the standard pipeline come first.
    mutating func inputClosed(holdsInput: Bool) -> Action {
        self.inputIsClosed = true
        switch self.state {
        case .reading where holdsInput && !self.hasRoom, .handedOver where holdsInput && !self.hasRoom,
            .draining(.handOver):
            return .none
        case .reading, .handedOver, .draining(.close):
            self.state = .draining(.close)
            return self.goOn()
        // With its other half closed too, or once its last answer is sent, the channel closes by itself.
        case .lingering, .closed: return .none
        }
    }

    /// The last answer was sent: it is the peer's turn to close.
    mutating func outputClosed(at now: TimeSpan) {
        self.outputIsClosed = true
        self.lastActive = now
    }

    /// The service stops: what was asked is answered, nothing else is read.
    mutating func stop() -> Action {
        self.isStopping = true
        switch self.state {
        case .reading, .handedOver, .draining(.handOver): self.state = .draining(.close)
        case .draining(.close), .lingering, .closed: return .none
        }
        return self.goOn()
    }

    /// The coarse timer passed.
    mutating func tick(at now: TimeSpan) -> Action {
        let silence = now.microseconds - self.lastActive.microseconds
        let slowness = self.requestStarted.map { now.microseconds - $0.microseconds } ?? 0
        let isLate =
            switch self.state {
            case .closed: false
            // Who has not taken the answers yet is only slow, and may be, but not for ever nor at a stop.
            case .lingering where self.outputIsClosed || self.isStopping: silence > Limits.lingering.microseconds
            case .lingering: silence > Limits.idleConnection.microseconds
            // Waiting for the log is no silence of the peer's; not taking the answers is.
            case .reading, .handedOver, .draining:
                (self.outstanding == 0 || !self.isWritable) && silence > Limits.idleConnection.microseconds
                    || self.outstanding == 0 && slowness > Limits.slowRequest.microseconds
            }
        guard isLate else { return .none }
        self.state = .closed
        return .close
    }

    private mutating func goOn() -> Action {
        guard self.outstanding == 0, case .draining(let end) = self.state else { return .none }
        if end == .handOver {
            self.state = .handedOver
            return .handOver
        }
        self.state = .lingering
        return .closeOutput
    }
}
