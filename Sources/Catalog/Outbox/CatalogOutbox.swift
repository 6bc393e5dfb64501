package import Domain
internal import GRDB

/// The outbox in the catalog: rows written by ``EffectWriter``, carried on by the dispatchers.
package final class CatalogOutbox: Outbox {
    private let catalog: CatalogDatabase
    private let onCommit: @Sendable () -> Void

    /// An outbox. `onCommit` is called after a commit that made dead letters due again; it must return at once.
    package init(catalog: CatalogDatabase, onCommit: @escaping @Sendable () -> Void = {}) {
        self.catalog = catalog
        self.onCommit = onCommit
    }

    // Rows of pending deliveries that no older pending one of the same contact holds back.
    private static let isHead = """
        state = 'pending' AND (contact IS NULL OR NOT EXISTS (
            SELECT 1 FROM deliveries older
            WHERE older.destination = deliveries.destination AND older.contact = deliveries.contact
                AND older.state = 'pending' AND older.id < deliveries.id))
        """

    package func ready(for destination: String, at now: Timestamp, limit: Int) async throws -> [OutboxItem] {
        try await self.catalog.connections.read { database in
            try database.rows(
                """
                SELECT * FROM deliveries WHERE destination = ? AND due <= ? AND \(Self.isHead) ORDER BY id LIMIT ?
                """,
                [destination, now.microseconds, max(0, limit)]
            ).map { try $0.outboxItem() }
        }
    }

    package func nextDue(for destination: String) async throws -> Timestamp? {
        try await self.catalog.connections.read { database in
            let row = try database.row(
                "SELECT due FROM deliveries WHERE destination = ? AND \(Self.isHead) ORDER BY due LIMIT 1",
                [destination]
            )
            let due: Int64? = row?["due"]
            return due.map(Timestamp.init(microseconds:))
        }
    }

    package func begin(_ item: Int64) async throws -> Bool {
        try await self.catalog.connections.write { database in
            try database.run("UPDATE deliveries SET begun = 1 WHERE id = ? AND state = 'pending'", [item])
            return database.changesCount > 0
        }
    }

    package func failingSince(_ destination: String) async throws -> Timestamp? {
        try await self.catalog.connections.read { database in
            let attempts = try Row.fetchCursor(
                database,
                sql: """
                    SELECT a.time, a.status FROM attempts a CROSS JOIN deliveries d ON d.id = a.delivery
                    WHERE d.destination = ? ORDER BY a.id DESC
                    """,
                arguments: [destination]
            )
            var since: Timestamp?
            while let attempt = try attempts.next() {
                switch DeliveryOutcome(status: attempt["status"]) {
                case .destinationProblem, .destinationGone: since = attempt.time("time")
                case .delivered, .itemProblem, .unknown: return since
                }
            }
            return since
        }
    }

    package func record(_ attempt: DeliveryAttempt) async throws {
        try await self.catalog.connections.write { database in
            try Self.record(attempt, in: database)
        }
    }

    package func backlog() async throws -> [DestinationBacklog] {
        try await self.catalog.connections.read { database in
            try database.rows(
                """
                SELECT destination, sum(pending) AS pending, sum(dead) AS dead, min(oldest) AS oldest FROM (
                    SELECT destination, count(*) AS pending, 0 AS dead, min(created) AS oldest
                    FROM deliveries WHERE state = 'pending' GROUP BY destination
                    UNION ALL
                    SELECT destination, 0, count(*), NULL
                    FROM deliveries WHERE state = 'dead' GROUP BY destination)
                GROUP BY destination ORDER BY destination
                """
            ).map { row in
                let oldest: Int64? = row["oldest"]
                return DestinationBacklog(
                    destination: row["destination"],
                    pending: row["pending"],
                    dead: row["dead"],
                    oldest: oldest.map(Timestamp.init(microseconds:))
                )
            }
        }
    }

    /// Dead letters of all destinations, oldest first, behind the row `after`.
    package func deadLetters(after: Int64 = 0, limit: Int) async throws -> [DeliveryRow] {
        try await self.catalog.connections.read { database in
            try database.deliveries(
                where: "d.state = 'dead' AND d.id > ?",
                [after],
                order: "d.id LIMIT \(max(0, limit))"
            )
        }
    }

    /// Makes dead letters due at once, with a fresh count of attempts: those of `ids`, or all. Returns how many there
    /// were; rows that are not dead stay as they are.
    package func retry(_ ids: [Int64]? = nil) async throws -> Int {
        let count = try await self.catalog.connections.write { database in
            let change = """
                UPDATE deliveries SET state = 'pending', due = 0, attempts = 0, first_attempt = NULL, finished = NULL
                WHERE state = 'dead'
                """
            guard let ids else {
                try database.run(change)
                return database.changesCount
            }
            var count = 0
            for id in ids {
                try database.run(change + " AND id = ?", [id])
                count += database.changesCount
            }
            return count
        }
        if count > 0 { self.onCommit() }
        return count
    }

    private static func record(_ attempt: DeliveryAttempt, in database: Database) throws {
        let isPending = "SELECT 1 FROM deliveries WHERE id = ? AND state = 'pending'"
        guard try database.row(isPending, [attempt.item]) != nil else { return }
        let next: DeliveryRow.State
        let verdict: String
        var due: Timestamp?
        switch attempt.verdict {
        case .delivered: (next, verdict) = (.delivered, "delivered")
        case .dead: (next, verdict) = (.dead, "dead")
        case .retry(let time): (next, verdict, due) = (.pending, "retry", time)
        }
        try database.run(
            """
            UPDATE deliveries SET state = ?1, attempts = attempts + 1, begun = 1, finished = ?2,
                first_attempt = min(coalesce(first_attempt, ?4), ?4), due = coalesce(?3, due)
            WHERE id = ?5
            """,
            [
                next.rawValue, due == nil ? attempt.time.microseconds : nil, due?.microseconds,
                attempt.time.microseconds, attempt.item,
            ]
        )
        try database.run(
            "INSERT INTO attempts (delivery, time, status, error, verdict, retry_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                attempt.item, attempt.time.microseconds, Int64(attempt.status), attempt.error, verdict,
                due?.microseconds,
            ]
        )
    }
}
