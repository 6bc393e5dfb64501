import Catalog
import Domain
import TestSupport

/// A destination's dispatcher: the real state machine over the catalog's outbox, with loads, attempts and records that
/// end in any order.
struct SimulatedLane {
    private enum Pending {
        case load([OutboxItem], nextDue: Timestamp?)
        case failedLoad
        case begin(OutboxItem)
        case answer(OutboxItem)
        case record(DeliveryAttempt)
    }

    let destination: Destination
    /// When it goes on by itself.
    private(set) var timer: Timestamp?
    private let outbox: CatalogOutbox
    private var machine = DispatcherStateMachine()
    private var pending: [Pending] = []

    init(_ destination: Destination, catalog: CatalogDatabase) {
        self.destination = destination
        self.outbox = CatalogOutbox(catalog: catalog)
    }

    mutating func start(at now: Timestamp) throws { try self.carryOut(self.machine.start(), at: now) }

    mutating func wake(at now: Timestamp) throws { try self.carryOut(self.machine.wake(), at: now) }

    /// Ends something that is under way, lets the timer fire, or looks for something new.
    mutating func step(
        at now: Timestamp,
        logEnd: UInt64,
        network: SimulatedNetwork,
        random: inout SeededRandom
    ) throws {
        if let timer, timer <= now {
            self.timer = nil
            return try self.carryOut(self.machine.timerFired(at: now), at: now)
        }
        guard let index = self.pending.indices.randomElement(using: &random) else {
            // A commit left something to deliver, or did not: a wake-up is never wrong.
            return try self.wake(at: now)
        }
        switch self.pending.remove(at: index) {
        case .load(let items, let nextDue):
            try self.carryOut(self.machine.loaded(items, nextDue: nextDue, at: now), at: now)
        case .failedLoad: try self.carryOut(self.machine.loadFailed(at: now), at: now)
        case .begin(let item): try self.begin(item, at: now)
        case .answer(let item):
            let answer = network.send(item, logEnd: logEnd, random: &random)
            let source = SeededSource(seed: random.next())
            try self.carryOut(self.machine.answered(item.id, answer, at: now, randomness: source), at: now)
        case .record(let attempt):
            let outbox = self.outbox
            if (try? blocking { try await outbox.record(attempt) }) != nil {
                try self.carryOut(self.machine.recorded(attempt.item), at: now)
            } else {
                // Until it is recorded, the item is neither released nor sent again.
                self.pending.append(.record(attempt))
            }
        }
    }

    private mutating func begin(_ item: OutboxItem, at now: Timestamp) throws {
        let outbox = self.outbox
        guard let isStill = try? blocking({ try await outbox.begin(item.id) }) else {
            self.pending.append(.begin(item))
            return
        }
        if isStill {
            self.pending.append(.answer(item))
        } else {
            try self.carryOut(self.machine.recorded(item.id), at: now)
        }
    }

    private mutating func carryOut(_ actions: [DispatcherStateMachine.Action], at now: Timestamp) throws {
        let outbox = self.outbox
        let name = self.destination.name
        for action in actions {
            switch action {
            case .load(let limit):
                let loaded = try blocking { () -> ([OutboxItem], Timestamp?) in
                    let items = try await outbox.ready(for: name, at: now, limit: limit)
                    return (items, items.count < limit ? try await outbox.nextDue(for: name) : nil)
                }
                self.pending.append(.load(loaded.0, nextDue: loaded.1))
            case .send(let item):
                // As the dispatchers do: a lead that was not begun may still be withdrawn unsent.
                let mustBegin = item.kind == .leadQualified && item.attempts == 0
                self.pending.append(mustBegin ? .begin(item) : .answer(item))
            case .record(let attempt): self.pending.append(.record(attempt))
            case .setTimer(let time): self.timer = time
            case .cancelTimer: self.timer = nil
            }
        }
    }
}
