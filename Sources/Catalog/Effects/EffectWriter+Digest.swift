package import Domain
internal import GRDB

/// The daily digest: alerts that rules ask for with `alert: digest`, told together, once a day.
extension EffectWriter {
    /// The installation's name for the last day whose digest was decided.
    private static let dayKey = "digest_day"

    /// Addresses what waits to every destination that wants alerts, when a new day has begun (in UTC) since the last
    /// time; else does nothing. Deliveries, the mark on what they say and the day are one transaction, so that a crash
    /// shows all of it or nothing, and nothing is said twice.
    ///
    /// What a record brings about is committed at once, so that the offset of the last alert is told by one digest only:
    /// it makes the deliveries' keys. The first day only begins the count.
    package func sendDigest(at time: Timestamp) async throws {
        let today = time.seconds / 86_400
        let settings = self.settings
        let hasDeliveries = try await self.catalog.connections.write { database in
            let row = try database.row("SELECT value FROM meta WHERE key = ?", [Self.dayKey])
            let last = row.flatMap { Int64($0["value"] as String) }
            if let last, last >= today { return false }
            try database.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [Self.dayKey, String(today)])
            guard last != nil, let stream = try database.appliedPosition()?.stream else { return false }
            let digest = Digest(database: database, settings: settings, stream: stream, time: time)
            return try digest.send()
        }
        if hasDeliveries { self.onCommit() }
    }
}

/// One day's digest on its way into the outbox.
private struct Digest {
    let database: Database
    let settings: EffectWriter.Settings
    let stream: StreamID
    let time: Timestamp

    /// Returns whether something was left to deliver.
    func send() throws -> Bool {
        let rows = try self.database.rows("SELECT * FROM digest WHERE sent IS NULL ORDER BY id")
        guard let last = rows.map({ $0.bits("log_offset") }).max() else { return false }
        try self.database.run("UPDATE digest SET sent = ? WHERE sent IS NULL", [self.time.microseconds])
        let wanting = self.settings.destinations.filter { $0.notifications.contains(.alert) }
        guard !wanting.isEmpty else { return false }
        let alerts = try rows.compactMap(self.alert)
        var part = 0
        try self.split(alerts[...]) { body in
            part += 1
            let key = "\(self.stream)-\(last)-digest-\(part)"
            let json = try body(key)
            for destination in wanting { try self.address(json, key: key, to: destination.name, offset: last) }
        }
        return part > 0
    }

    private func alert(of row: Row) throws -> NotificationBody.Alert? {
        let contact = ContactID(row.bits("contact"))
        guard let known = try self.database.contactRow(contact) else { return nil }
        return NotificationBody.Alert(
            known,
            rule: row["rule"],
            date: row.time("date"),
            consoleAddress: self.settings.consoleAddress
        )
    }

    /// Calls `add` with bodies that are small enough to send, which hold all alerts in order.
    private func split(
        _ alerts: ArraySlice<NotificationBody.Alert>,
        _ add: ((_ key: String) throws -> String) throws -> Void
    ) throws {
        guard !alerts.isEmpty else { return }
        let body = { (key: String) in
            var content = NotificationBody.Content()
            content.detail = alerts.count == 1 ? "1 alert" : "\(alerts.count) alerts"
            content.alerts = Array(alerts)
            return try NotificationBody(
                id: key,
                source: self.settings.source,
                type: NotificationKind.alert.name,
                subject: nil,
                time: self.time.text,
                data: content
            ).json()
        }
        // Keys differ by a few digits: measured with the longest.
        let longest = "\(self.stream)-\(UInt64.max)-digest-\(Int.max)"
        guard alerts.count > 1, try body(longest).utf8.count > Limits.deliveryBodyBytes else { return try add(body) }
        let middle = alerts.startIndex + alerts.count / 2
        try self.split(alerts[..<middle], add)
        try self.split(alerts[middle...], add)
    }

    private func address(_ body: String, key: String, to destination: String, offset: UInt64) throws {
        try self.database.run(
            """
            INSERT INTO deliveries (destination, key, kind, contact, log_offset, body, created, due, state)
            VALUES (?, ?, ?, NULL, ?, ?, ?, 0, 'pending') ON CONFLICT (destination, key) DO NOTHING
            """,
            [destination, key, NotificationKind.alert.name, offset.stored, body, self.time.microseconds]
        )
    }
}

extension EffectTransaction {
    /// Takes an erased contact out of the digests that name them, sent or not: these are about nobody alone, and so do
    /// not go with the contact.
    func eraseFromDigests(_ contact: ContactID) throws {
        let id = contact.rawValue.hexadecimal
        try self.database.run(
            """
            UPDATE deliveries SET body = json_set(body, '$.data.alerts', (
                SELECT json_group_array(json(value)) FROM json_each(body, '$.data.alerts')
                WHERE json_extract(value, '$.contact.id') <> ?1))
            WHERE contact IS NULL AND kind = 'alert' AND instr(body, ?1) > 0
            """,
            [id]
        )
    }
}
