/// The order of events at one destination: what is loaded from the outbox, what is sent, when nothing is.
///
/// Pure: the shell tells what happened and carries out the actions it gets. Loading and sending overlap, so that one
/// slow answer does not hold up the other contacts; the price is that a load may have begun before an item was
/// recorded. What was finished meanwhile is therefore taken out of its result.
///
/// A destination that is not known to work (after a start, after a problem) gets one item at a time until it has
/// answered one: a dead destination costs one attempt per retry time, whatever its backlog.
///
/// An item that makes its destination fail (a 5xx for this body alone) does not block it: the item's own backoff
/// grows with its attempts, the destination's starts anew with every other item that gets through.
package struct DispatcherStateMachine: Sendable {
    /// What the shell is to do.
    package enum Action: Equatable, Sendable {
        /// Ask the outbox for ready items, at most `limit` of them, then call ``loaded(_:nextDue:at:)`` or
        /// ``loadFailed(at:)``.
        case load(limit: Int)
        /// Send an item, then call ``answered(_:_:at:randomness:)``.
        case send(OutboxItem)
        /// Record an attempt, then call ``recorded(_:)``.
        case record(DeliveryAttempt)
        /// Call ``timerFired(at:)`` then, or earlier. Replaces the timer before it.
        case setTimer(Timestamp)
        /// The timer is no longer needed.
        case cancelTimer
    }

    private enum State: Equatable {
        /// Nothing under way. Next: working, stopped.
        case idle
        /// Loading, sending, or both. Next: idle, waiting, stopping.
        case working
        /// The destination has a problem; items sent before may still be answered. Next: working, stopping.
        case waiting(until: Timestamp)
        /// Nothing new begins; what is in flight is finished. Next: stopped.
        case stopping
        /// Over.
        case stopped
    }

    /// The outbox is asked again this long after it failed.
    package static let storeRetryDelay = TimeSpan.seconds(5)
    /// A due time that has passed but brings nothing to send is looked at again after this: not in a tight loop.
    private static let shortestTimer = TimeSpan.seconds(1)

    private var state = State.idle
    private var isLoading = false
    /// The outbox changed since the load began.
    private var isStale = false
    /// Items recorded since the load began: its result may still hold them.
    private var finishedWhileLoading: Set<Int64> = []
    /// Sent or being recorded.
    private var inFlight: [Int64: OutboxItem] = [:]
    /// Problems of the destination since the last answer that was none.
    private var failures = 0
    /// When the first of these was; nil while the destination works.
    private var failingSince: Timestamp?
    private var isKnownToWork = false
    private var timer: Timestamp?

    /// A machine at rest.
    package init() {}

    /// Whether everything is over.
    package var isStopped: Bool { self.state == .stopped }

    /// The service starts: what the outbox holds is taken up.
    /// - Parameter failingSince: when the problems began that the destination had before, and ended with; nil for none.
    package mutating func start(failingSince: Timestamp? = nil) -> [Action] {
        precondition(self.state == .idle, "A machine starts once.")
        self.failingSince = failingSince
        return self.load()
    }

    /// The outbox has something new.
    package mutating func wake() -> [Action] {
        switch self.state {
        case .idle, .working: self.load()
        case .waiting, .stopping, .stopped: []
        }
    }

    /// The outbox answered; `nextDue` is when something else falls due, if anything does.
    package mutating func loaded(_ items: [OutboxItem], nextDue: Timestamp?, at now: Timestamp) -> [Action] {
        self.isLoading = false
        guard self.state == .working else {
            self.finishIfStopping()
            return []
        }
        let free = self.window - self.inFlight.count
        let chosen = self.choose(from: items, atMost: free)
        var actions: [Action] = []
        for item in chosen {
            self.inFlight[item.id] = item
            actions.append(.send(item))
        }
        if self.isStale { return actions + self.load() }
        if self.inFlight.isEmpty { self.state = .idle }
        if chosen.count < free, let nextDue {
            actions += self.setTimer(max(nextDue, now.adding(Self.shortestTimer)))
        }
        return actions
    }

    /// The outbox could not answer.
    package mutating func loadFailed(at now: Timestamp) -> [Action] {
        self.isLoading = false
        guard self.state == .working else {
            self.finishIfStopping()
            return []
        }
        if self.inFlight.isEmpty { self.state = .idle }
        return self.setTimer(now.adding(Self.storeRetryDelay))
    }

    /// An item was answered, or its attempt failed.
    package mutating func answered(
        _ id: Int64,
        _ answer: DeliveryAnswer,
        at now: Timestamp,
        randomness: any Randomness
    ) -> [Action] {
        guard let item = self.inFlight[id] else { return [] }
        let outcome = DeliveryOutcome(answer)
        let verdict: OutboxVerdict
        var actions: [Action] = []
        switch outcome {
        case .unknown:
            // Only a service that stops interrupts an attempt.
            self.inFlight[id] = nil
            return self.stop()
        case .delivered:
            self.noteThatItWorks()
            verdict = .delivered
        case .itemProblem:
            self.noteThatItWorks()
            let earliest = now.adding(answer.retryAfter ?? .seconds(0))
            verdict = RetryPolicy.verdict(for: item, at: now, notBefore: earliest, randomness: randomness)
        case .destinationProblem, .destinationGone:
            let until = self.retryTime(after: outcome, answer.retryAfter, at: now, randomness: randomness)
            actions = self.wait(until: until)
            verdict = RetryPolicy.verdict(
                for: item,
                at: now,
                notBefore: until,
                failingSince: self.failingSince,
                randomness: randomness
            )
        }
        let attempt = DeliveryAttempt(
            item: id,
            time: now,
            status: answer.status,
            error: answer.error,
            verdict: verdict
        )
        return actions + [.record(attempt)]
    }

    /// An attempt is in the outbox, or was never made because the item was withdrawn first.
    package mutating func recorded(_ id: Int64) -> [Action] {
        self.inFlight[id] = nil
        if self.isLoading { self.finishedWhileLoading.insert(id) }
        switch self.state {
        case .idle, .working: return self.load()
        case .waiting, .stopping, .stopped:
            self.finishIfStopping()
            return []
        }
    }

    /// The timer fired; too early does no harm.
    package mutating func timerFired(at now: Timestamp) -> [Action] {
        guard let timer = self.timer else { return [] }
        guard now >= timer else { return [.setTimer(timer)] }
        self.timer = nil
        switch self.state {
        case .waiting, .idle, .working: return self.load()
        case .stopping, .stopped: return []
        }
    }

    /// The service stops: what is in flight is waited for, nothing else is begun.
    package mutating func stop() -> [Action] {
        guard self.state != .stopped else { return [] }
        self.state = .stopping
        let actions: [Action] = self.timer == nil ? [] : [.cancelTimer]
        self.timer = nil
        self.finishIfStopping()
        return actions
    }

    // MARK: Parts

    /// How many items may be in flight.
    private var window: Int { self.isKnownToWork ? Limits.deliveriesInFlight : 1 }

    private mutating func load() -> [Action] {
        self.state = .working
        if self.isLoading {
            self.isStale = true
            return []
        }
        // With every place taken, the next recorded attempt loads.
        guard self.inFlight.count < self.window else { return [] }
        self.isLoading = true
        self.isStale = false
        self.finishedWhileLoading = []
        // What is in flight is still undelivered in the outbox and comes back with the rest.
        return [.load(limit: Limits.deliveriesInFlight + self.inFlight.count)]
    }

    /// The first items that are not under way and whose contacts have nothing under way.
    private func choose(from items: [OutboxItem], atMost limit: Int) -> [OutboxItem] {
        var busy = Set(self.inFlight.values.lazy.map(\.contact))
        var chosen: [OutboxItem] = []
        for item in items where chosen.count < limit {
            if self.inFlight[item.id] != nil || self.finishedWhileLoading.contains(item.id) { continue }
            // Items without a contact are independent of each other.
            if item.contact.rawValue != 0, !busy.insert(item.contact).inserted { continue }
            chosen.append(item)
        }
        return chosen
    }

    private mutating func noteThatItWorks() {
        // An answer to something sent before the problem says nothing about the time after it.
        if case .waiting = self.state { return }
        self.failures = 0
        self.failingSince = nil
        self.isKnownToWork = true
    }

    /// When the destination is tried again. Several answers to items sent together count as one problem.
    private mutating func retryTime(
        after outcome: DeliveryOutcome,
        _ retryAfter: TimeSpan?,
        at now: Timestamp,
        randomness: any Randomness
    ) -> Timestamp {
        var delay = retryAfter ?? .seconds(0)
        if outcome == .destinationGone { delay = RetryPolicy.longestDelay }
        if case .waiting(let until) = self.state { return max(until, now.adding(delay)) }
        self.failures += 1
        self.failingSince = self.failingSince ?? now
        delay = max(delay, RetryPolicy.delay(afterFailures: self.failures, randomness: randomness))
        return now.adding(delay)
    }

    private mutating func wait(until: Timestamp) -> [Action] {
        self.isKnownToWork = false
        guard self.state != .stopping else { return [] }
        self.state = .waiting(until: until)
        return self.setTimer(until)
    }

    private mutating func setTimer(_ time: Timestamp) -> [Action] {
        guard self.timer != time else { return [] }
        self.timer = time
        return [.setTimer(time)]
    }

    private mutating func finishIfStopping() {
        if self.state == .stopping, self.inFlight.isEmpty, !self.isLoading { self.state = .stopped }
    }
}
