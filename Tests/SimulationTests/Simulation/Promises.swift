import Collector
import Domain
import EventLog
import GRDB
import ScoreStore
import Server
import TestSupport

@testable import Catalog

/// What has to hold whatever happened. Each check throws ``BrokenPromise``.
enum Promises {
    // MARK: 1

    /// Everything that was acknowledged was published as durable.
    static func checkAcknowledged(_ archive: Archive, titles: [String], commands: [[UInt8]]) throws {
        var logged: Set<String> = []
        var frames: [[UInt8]: Int] = [:]
        try archive.visitRecords { frame, bytes in
            frames[Array(bytes), default: 0] += 1
            guard frame.kind == .event else { return }
            let payload = UnsafeRawBufferPointer(rebasing: bytes[RecordFrame.plainHeaderBytes...])
            logged.insert(try EventRecord(decoding: payload).title.string(in: payload))
        }
        for title in titles where !logged.contains(title) {
            throw BrokenPromise("1: the event \(title) was acknowledged and is not in the log")
        }
        for command in commands {
            try command.withUnsafeBytes { bytes in
                var walk = BlockFrames(bytes)
                while let range = walk.next() {
                    let frame = Array(bytes[range])
                    guard let count = frames[frame], count > 0 else {
                        throw BrokenPromise("1: a command was acknowledged and is not in the log")
                    }
                    frames[frame] = count - 1
                }
            }
        }
    }

    // MARK: 2

    /// Each contact's score in the store is the plain sum of their ledger in the catalog, group by group.
    static func checkScores(_ pipeline: Pipeline, at now: Timestamp) throws {
        guard let model = pipeline.store.currentModel else { return }
        let catalog = pipeline.catalog
        for id in try self.contacts(in: catalog) {
            guard let contact = pipeline.store.contact(id) else {
                throw BrokenPromise("2: the catalog has the contact \(id) and the store has not")
            }
            guard let snapshot = try blocking({ try await catalog.explainSnapshot(of: id) }) else { continue }
            for (index, name) in model.groupNames.enumerated() {
                let reading = model.clocks[index].reading(at: now)
                var sum = 0.0
                var magnitude = 0.0
                for row in snapshot.entries where row.state == .settled && row.entry.group == name {
                    let worth = row.entry.granted * Exp2.power(row.entry.decay - reading)
                    sum += worth
                    magnitude += worth.magnitude
                }
                let balance = contact.balances.total(group: UInt8(index), now: reading)
                guard abs(balance - sum) <= 1e-9 * max(1, magnitude) else {
                    throw BrokenPromise("2: the contact \(id) has \(balance) in \(name), and a ledger of \(sum)")
                }
            }
        }
    }

    private static func contacts(in catalog: CatalogDatabase) throws -> [ContactID] {
        try catalog.connections.read { database in
            try Int64.fetchAll(database, sql: "SELECT id FROM contacts WHERE is_known ORDER BY id").map {
                ContactID(UInt64(bitPattern: $0))
            }
        }
    }

    // MARK: 4

    /// The two lines of the accounting, with everything folded: nothing is pending.
    static func checkAccounting(_ service: SimulatedService, _ archive: Archive) throws {
        try self.checkCounters(service)
        var accepted: UInt64 = 0
        try archive.visitRecords { frame, bytes in
            guard frame.kind == .event else { return }
            let payload = UnsafeRawBufferPointer(rebasing: bytes[RecordFrame.plainHeaderBytes...])
            if EventRecord.kind(of: payload) != .clickConfirmation { accepted += 1 }
        }
        var outcomes = Outcomes()
        for number in 0..<Limits.slotCount {
            outcomes.add(service.pipeline.store.read(Slot(number)) { $0.outcomes })
        }
        guard outcomes.total == accepted else {
            throw BrokenPromise("4: \(accepted) events were accepted and \(outcomes.total) have an outcome")
        }
    }

    /// `received = accepted + rejected + declined`, at any moment.
    static func checkCounters(_ service: SimulatedService) throws {
        let counters = service.port.counters
        let rejected = counters.rejected.values.reduce(0, +)
        let declined = counters.declined.values.reduce(0, +)
        guard counters.received == counters.accepted + rejected + declined else {
            throw BrokenPromise("4: \(counters.received) received, \(counters.accepted) + \(rejected) + \(declined)")
        }
    }

    // MARK: 5 and 6

    /// A replay of the whole log leads to the same bytes and, in a fresh catalog, to the same rows and bodies.
    static func checkReplay(_ service: SimulatedService, _ archive: Archive, workers: Int) throws {
        let live = service.pipeline
        let stream = ArchiveStream(archive, like: live.log)
        let store = ScoreStore(slots: SlotMap(key: stream.slotKey))
        let queue = EffectQueue(lanes: workers, start: 0)
        let scorer = Scorer(
            store: store,
            stream: stream,
            directory: Directory(),
            effects: queue,
            workers: workers,
            start: 0
        )
        do throws(ScorerFailure) {
            try scorer.runToEnd()
        } catch {
            // Of an archive, only what it does not hold is refused.
            throw BrokenPromise("5: a replay stopped: \(error)")
        }
        let replayed = store.images(folded: { _ in stream.end }).slots
        let kept = live.store.images(folded: { _ in stream.end }).slots
        if let slot = replayed.indices.first(where: { replayed[$0] != kept[$0] }) {
            throw BrokenPromise("5: a replay with \(workers) workers leads to other bytes in slot \(slot)")
        }
        let catalog = try CatalogDatabase()
        let writer = EffectWriter(catalog: catalog, settings: SimulatedService.effectSettings)
        if stream.end > 0, let taken = queue.take(gathering: .seconds(0)) {
            try writer.apply(taken.effects, applied: LogPosition(stream: stream.id, offset: taken.through))
        }
        try self.compare(catalog, live.catalog)
    }

    private static let projections = [
        "applied", "accounts", "owners", "contacts", "contact_keys", "aliases", "contact_fields", "visitors",
        "balances",
        "pages", "ledger", "timeline", "audience", "leads", "digest",
    ]

    private static func compare(_ expected: CatalogDatabase, _ found: CatalogDatabase) throws {
        var queries = self.projections.map { (name: $0, sql: "SELECT * FROM \($0)") }
        queries.append(
            ("deliveries", "SELECT destination, key, kind, contact, log_offset, body, created FROM deliveries")
        )
        for (name, sql) in queries {
            let left = try self.rows(of: sql, in: expected)
            let right = try self.rows(of: sql, in: found)
            if left == right { continue }
            let missing = left.filter { !right.contains($0) }
            let extra = right.filter { !left.contains($0) }
            throw BrokenPromise("6: the table \(name) lacks \(missing.prefix(2)) and has \(extra.prefix(2))")
        }
    }

    private static func rows(of sql: String, in catalog: CatalogDatabase) throws -> [String] {
        try catalog.connections.read { database in
            try Row.fetchAll(database, sql: sql).map { "\($0)" }.sorted()
        }
    }

    /// Every delivery that was decided and neither cancelled nor erased has arrived, with the body it was given.
    static func checkDeliveries(_ network: SimulatedNetwork, _ catalog: CatalogDatabase) throws {
        if let violation = network.violations.first { throw BrokenPromise("6: \(violation)") }
        let rows = try catalog.connections.read { database in
            try Row.fetchAll(database, sql: "SELECT destination, key, body, state FROM deliveries")
        }
        for row in rows {
            let (destination, key, state): (String, String, String) = (row["destination"], row["key"], row["state"])
            let body: String = row["body"]
            if state == "cancelled" {
                guard network.received[destination]?[key] == nil else {
                    throw BrokenPromise("6: \(key) to \(destination) was sent, and cancelled as if it had not been")
                }
                continue
            }
            guard state == "delivered" else {
                throw BrokenPromise("6: \(key) to \(destination) is \(state) at the end")
            }
            guard network.received[destination]?[key] == Array(body.utf8) else {
                throw BrokenPromise("6: \(key) to \(destination) did not arrive as it was decided")
            }
        }
    }
}
