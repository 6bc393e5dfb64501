internal import Domain
internal import GRDB

extension Row {
    /// The item of a row of `deliveries`.
    internal func outboxItem() throws -> OutboxItem {
        let body: String = self["body"]
        return OutboxItem(
            id: self["id"],
            destination: self["destination"],
            key: self["key"],
            kind: try self.value("kind", NotificationKind.init(name:)),
            contact: ContactID(self.bits("contact")),
            body: Array(body.utf8),
            created: self.time("created"),
            attempts: self["attempts"],
            firstAttempt: self.time("first_attempt")
        )
    }
}

extension Database {
    /// Deliveries, each with its last attempt. `condition` and `order` speak of the row as `d`.
    internal func deliveries(
        where condition: String,
        _ arguments: StatementArguments,
        order: String
    ) throws -> [DeliveryRow] {
        try self.rows("SELECT d.* FROM deliveries d WHERE \(condition) ORDER BY \(order)", arguments).map { row in
            let item = try row.outboxItem()
            return DeliveryRow(
                item: item,
                state: try row.value("state", DeliveryRow.State.init(rawValue:)),
                due: row.time("due"),
                lastAttempt: try self.attempts(of: item.id, limit: 1).first
            )
        }
    }

    /// A delivery's attempts, newest first.
    internal func attempts(of delivery: Int64, limit: Int) throws -> [DeliveryAttempt] {
        try self.rows("SELECT * FROM attempts WHERE delivery = ? ORDER BY id DESC LIMIT ?", [delivery, max(0, limit)])
            .map { row in
                let verdict: OutboxVerdict = try row.value("verdict") { name in
                    switch name {
                    case "delivered": .delivered
                    case "dead": .dead
                    case "retry": .retry(at: row.time("retry_at"))
                    default: nil
                    }
                }
                return DeliveryAttempt(
                    item: row["delivery"],
                    time: row.time("time"),
                    status: row["status"],
                    error: row["error"],
                    verdict: verdict
                )
            }
    }
}
