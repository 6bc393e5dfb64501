package import Domain
import Synchronization

/// An outbox in memory: the simulated half of the ``Outbox`` seam, held to the same ``OutboxContract`` as the
/// catalog's.
///
/// Nothing fails and nothing waits. It survives nothing, so it says nothing about durability.
package final class MemoryOutbox: Outbox {
    /// Where an item stands.
    package enum State: Equatable, Sendable {
        /// To be tried at the time or later.
        case pending(due: Timestamp)
        /// The destination took it.
        case delivered
        /// Given up.
        case dead
    }

    private struct Row {
        var item: OutboxItem
        var state: State
    }

    private struct Table {
        var rows: [Row] = []
        var attempts: [DeliveryAttempt] = []
    }

    private let table = Mutex(Table())

    /// An empty outbox.
    package init() {}

    /// Adds an item, due at once. Its row number is drawn here; `item.id` is not looked at.
    @discardableResult
    package func add(_ item: OutboxItem) -> Int64 {
        self.table.withLock { table in
            var item = item
            item.id = Int64(table.rows.count + 1)
            table.rows.append(Row(item: item, state: .pending(due: .distantPast)))
            return item.id
        }
    }

    /// Where an item stands; nil if there is none.
    package func state(of id: Int64) -> State? {
        self.table.withLock { $0.rows.first { $0.item.id == id }?.state }
    }

    /// Every attempt recorded, in order.
    package var attempts: [DeliveryAttempt] { self.table.withLock { $0.attempts } }

    /// Makes a dead letter due again, with its attempts forgotten; anything else stays as it is.
    package func retry(_ id: Int64) {
        self.table.withLock { table in
            for index in table.rows.indices where table.rows[index].item.id == id && table.rows[index].state == .dead {
                table.rows[index].state = .pending(due: .distantPast)
                table.rows[index].item.attempts = 0
                table.rows[index].item.firstAttempt = .never
            }
        }
    }

    package func ready(for destination: String, at now: Timestamp, limit: Int) async throws -> [OutboxItem] {
        let due = self.heads(of: destination).filter { $0.due <= now }
        return due.prefix(max(0, limit)).map(\.item)
    }

    package func nextDue(for destination: String) async throws -> Timestamp? {
        self.heads(of: destination).map(\.due).min()
    }

    package func begin(_ item: Int64) async throws -> Bool {
        if case .pending = self.state(of: item) { true } else { false }
    }

    package func failingSince(_ destination: String) async throws -> Timestamp? {
        self.table.withLock { table in
            let ids = Set(table.rows.filter { $0.item.destination == destination }.map(\.item.id))
            let attempts = table.attempts.reversed().lazy.filter { ids.contains($0.item) }
            return attempts.prefix { attempt in
                [.destinationProblem, .destinationGone].contains(DeliveryOutcome(status: attempt.status))
            }.last?.time
        }
    }

    package func record(_ attempt: DeliveryAttempt) async throws {
        self.table.withLock { table in
            guard let index = table.rows.firstIndex(where: { $0.item.id == attempt.item }),
                case .pending = table.rows[index].state
            else { return }
            table.attempts.append(attempt)
            table.rows[index].item.attempts += 1
            table.rows[index].item.firstAttempt = min(table.rows[index].item.firstAttempt, attempt.time)
            switch attempt.verdict {
            case .delivered: table.rows[index].state = .delivered
            case .retry(let time): table.rows[index].state = .pending(due: time)
            case .dead: table.rows[index].state = .dead
            }
        }
    }

    package func backlog() async throws -> [DestinationBacklog] {
        self.table.withLock { table in
            var backlogs: [String: DestinationBacklog] = [:]
            for row in table.rows {
                let name = row.item.destination
                var backlog =
                    backlogs[name] ?? DestinationBacklog(destination: name, pending: 0, dead: 0, oldest: nil)
                switch row.state {
                case .pending:
                    backlog.pending += 1
                    backlog.oldest = min(backlog.oldest ?? .never, row.item.created)
                case .dead: backlog.dead += 1
                case .delivered: continue
                }
                backlogs[name] = backlog
            }
            return backlogs.values.sorted { $0.destination < $1.destination }
        }
    }

    // The items that may be tried now or later: of each contact only the oldest that is undelivered.
    private func heads(of destination: String) -> [(item: OutboxItem, due: Timestamp)] {
        self.table.withLock { table in
            var blocked: Set<ContactID> = []
            var heads: [(item: OutboxItem, due: Timestamp)] = []
            for row in table.rows where row.item.destination == destination {
                guard case .pending(let due) = row.state else { continue }
                if row.item.contact == ContactID(0) || blocked.insert(row.item.contact).inserted {
                    heads.append((row.item, due))
                }
            }
            return heads
        }
    }
}
