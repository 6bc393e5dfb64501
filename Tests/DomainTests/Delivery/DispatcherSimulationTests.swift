import Domain
import TestSupport
import Testing

/// The machine against an outbox in memory, with loads, answers and records that end in any order and loads that
/// return what was true when they began. One seed is one run.
struct DispatcherSimulationTests {
    @Test(arguments: UInt64(1)...200)
    func whateverTheOrderEachItemIsDeliveredOnceAndInTurn(seed: UInt64) async throws {
        var run = Run(seed: seed)
        try await run.play()
        #expect(run.violations.isEmpty, "seed \(seed)")
        // Each contact's items end in the order in which they were decided.
        for (contact, ids) in run.finished where contact != 0 { #expect(ids == ids.sorted(), "seed \(seed)") }
        #expect(run.finished.values.map(\.count).reduce(0, +) == Run.itemCount, "seed \(seed)")
        let backlog = try await run.outbox.backlog()
        #expect(backlog.allSatisfy { $0.pending == 0 }, "seed \(seed)")
    }

    private struct Run {
        static let itemCount = 60

        private enum Pending {
            case load([OutboxItem], nextDue: Timestamp?)
            case failedLoad
            case answer(OutboxItem)
            case record(DeliveryAttempt, contact: UInt64)
        }

        let outbox = MemoryOutbox()
        private(set) var violations: [String] = []
        /// Rows that were delivered or given up, by contact, in order.
        private(set) var finished: [UInt64: [Int64]] = [:]

        private var machine = DispatcherStateMachine()
        private var random: SeededRandom
        private let source: SeededSource
        private var now = Timestamp(seconds: 1_800_000_000)
        private var pending: [Pending] = []
        private var underWay: [Int64: OutboxItem] = [:]
        private var timer: Timestamp?
        private var closedUntil = Timestamp.distantPast
        private var added = 0

        init(seed: UInt64) {
            self.random = SeededRandom(seed: seed)
            self.source = SeededSource(seed: seed)
        }

        mutating func play() async throws {
            try await self.carryOut(self.machine.start())
            for _ in 0..<20_000 {
                if self.added < Self.itemCount, Int.random(in: 0..<4, using: &self.random) == 0 {
                    self.addItem()
                    try await self.carryOut(self.machine.wake())
                } else if let index = self.pending.indices.randomElement(using: &self.random) {
                    try await self.finish(self.pending.remove(at: index))
                } else if let timer = self.timer {
                    self.now = max(self.now, timer)
                    self.timer = nil
                    try await self.carryOut(self.machine.timerFired(at: self.now))
                } else if self.added == Self.itemCount {
                    return
                }
            }
            self.violations.append("no end in sight")
        }

        private mutating func addItem() {
            self.added += 1
            self.outbox.add(
                OutboxItem(
                    id: 0,
                    destination: "crm",
                    key: "k\(self.added)",
                    kind: .leadQualified,
                    contact: ContactID(UInt64.random(in: 0..<12, using: &self.random)),
                    body: [],
                    created: self.now
                )
            )
        }

        private mutating func finish(_ operation: Pending) async throws {
            self.now = self.now.adding(.milliseconds(Int64.random(in: 0..<400, using: &self.random)))
            switch operation {
            case .load(let items, let nextDue):
                try await self.carryOut(self.machine.loaded(items, nextDue: nextDue, at: self.now))
            case .failedLoad:
                try await self.carryOut(self.machine.loadFailed(at: self.now))
            case .answer(let item):
                let answer = self.answer()
                let actions = self.machine.answered(item.id, answer, at: self.now, randomness: self.source)
                switch DeliveryOutcome(answer) {
                case .destinationProblem, .destinationGone:
                    for case .setTimer(let time) in actions { self.closedUntil = time }
                case .delivered, .itemProblem, .unknown: break
                }
                try await self.carryOut(actions)
            case .record(let attempt, let contact):
                try await self.outbox.record(attempt)
                self.underWay[attempt.item] = nil
                switch attempt.verdict {
                case .delivered, .dead: self.finished[contact, default: []].append(attempt.item)
                case .retry: break
                }
                try await self.carryOut(self.machine.recorded(attempt.item))
            }
        }

        private mutating func answer() -> DeliveryAnswer {
            let status = [200, 200, 200, 200, 400, 422, 429, 500, 503, 410].randomElement(using: &self.random) ?? 200
            return status == 503 ? .failure(.timeout) : .response(status: status, retryAfter: nil, excerpt: "")
        }

        private mutating func carryOut(_ actions: [DispatcherStateMachine.Action]) async throws {
            for action in actions {
                switch action {
                case .load(let limit):
                    if Int.random(in: 0..<20, using: &self.random) == 0 {
                        self.pending.append(.failedLoad)
                        continue
                    }
                    let items = try await self.outbox.ready(for: "crm", at: self.now, limit: limit)
                    let nextDue = items.count < limit ? try await self.outbox.nextDue(for: "crm") : nil
                    self.pending.append(.load(items, nextDue: nextDue))
                case .send(let item):
                    self.check(item)
                    self.underWay[item.id] = item
                    self.pending.append(.answer(item))
                case .record(let attempt):
                    let contact = self.underWay[attempt.item]?.contact.rawValue ?? 0
                    self.pending.append(.record(attempt, contact: contact))
                case .setTimer(let time):
                    self.timer = time
                case .cancelTimer:
                    self.timer = nil
                }
            }
        }

        private mutating func check(_ item: OutboxItem) {
            if self.now < self.closedUntil { self.violations.append("sent while the destination waits") }
            if self.underWay[item.id] != nil { self.violations.append("sent twice at a time") }
            if self.underWay.count >= Limits.deliveriesInFlight { self.violations.append("too many in flight") }
            let others = self.underWay.values.filter { $0.contact == item.contact && item.contact.rawValue != 0 }
            if !others.isEmpty { self.violations.append("a contact's items overtake each other") }
            guard case .pending(let due) = self.outbox.state(of: item.id) else {
                self.violations.append("sent after its end")
                return
            }
            if due > self.now { self.violations.append("sent before it was due") }
        }
    }
}
