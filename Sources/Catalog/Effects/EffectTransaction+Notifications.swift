internal import Domain
internal import GRDB

extension EffectTransaction {
    /// Keeps a notification: the lead it makes or changes, and one delivery per destination that wants to hear it.
    mutating func notify(_ notification: LeadNotification, effect: Effect) throws {
        if notification.isDigest, notification.contact.rawValue != 0 {
            try self.keepForDigest(notification, effect: effect)
            return
        }
        try self.updateLeads(notification, effect: effect)
        let key = "\(self.stream)-\(effect.offset)-\(effect.slot.rawValue)-\(effect.ordinal)"
        let wanting = self.settings.destinations.filter { $0.notifications.contains(notification.kind) }
        if !wanting.isEmpty {
            let body = try self.body(of: notification, key: key, time: effect.time)
            for destination in wanting {
                try self.address(notification, to: destination.name, key: key, body: body, effect: effect)
            }
        }
        if notification.kind == .leadWithdrawn, !self.historic {
            for destination in self.settings.destinations {
                try self.cancelUnsentLead(of: notification.contact, to: destination.name, withdrawal: key)
            }
        }
    }

    // A rebuild makes again what a digest already said.
    private mutating func keepForDigest(_ notification: LeadNotification, effect: Effect) throws {
        try self.ensure(notification.contact)
        try self.database.run(
            "INSERT INTO digest (contact, log_offset, rule, date, sent) VALUES (?, ?, ?, ?, ?)",
            [
                notification.contact.rawValue.stored, effect.offset.stored, notification.detail,
                effect.time.microseconds, self.historic ? effect.time.microseconds : nil,
            ]
        )
    }

    private func body(of notification: LeadNotification, key: String, time: Timestamp) throws -> String {
        let content = try NotificationBody.Content(
            notification,
            in: self.database,
            consoleAddress: self.settings.consoleAddress
        )
        let contact = notification.contact.rawValue
        return try NotificationBody(
            id: key,
            source: self.settings.source,
            type: notification.kind.name,
            subject: contact == 0 ? nil : contact.hexadecimal,
            time: time.text,
            data: content
        ).json()
    }

    // A new row is due at once, whatever the wall clock says: log time may be ahead of it. A row that is already there
    // was made before a rebuild, and keeps what became of it.
    private mutating func address(
        _ notification: LeadNotification,
        to destination: String,
        key: String,
        body: String,
        effect: Effect
    ) throws {
        let contact = notification.contact.rawValue
        try self.database.run(
            """
            INSERT INTO deliveries (destination, key, kind, contact, log_offset, body, created, due, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (destination, key) DO NOTHING
            """,
            [
                destination, key, notification.kind.name, contact == 0 ? nil : contact.stored, effect.offset.stored,
                body, effect.time.microseconds, self.historic ? "historic" : "pending",
            ]
        )
        if !self.historic { self.hasDeliveries = true }
    }

    // Whoever never heard of a lead need not hear that it is none. Before its first attempt leaves, that it begins is
    // on disk (``CatalogOutbox``), so that one which was sent and not recorded before a crash is not taken for unsent.
    private func cancelUnsentLead(of contact: ContactID, to destination: String, withdrawal key: String) throws {
        let lead = try self.database.row(
            """
            SELECT id, state, begun FROM deliveries
            WHERE destination = ? AND contact = ? AND kind = ? ORDER BY id DESC LIMIT 1
            """,
            [destination, contact.rawValue.stored, NotificationKind.leadQualified.name]
        )
        guard let lead, lead["state"] == "pending", lead["begun"] == 0 else { return }
        let leadRow: Int64 = lead["id"]
        let withdrawal = try self.database.row(
            "SELECT id FROM deliveries WHERE destination = ? AND key = ? AND state = 'pending'",
            [destination, key]
        )
        let withdrawalRow: Int64? = withdrawal?["id"]
        for row in [leadRow, withdrawalRow].compactMap(\.self) {
            try self.database.run("UPDATE deliveries SET state = 'cancelled' WHERE id = ?", [row])
        }
    }

    private mutating func updateLeads(_ notification: LeadNotification, effect: Effect) throws {
        let contact = notification.contact.rawValue.stored
        switch notification.kind {
        case .leadQualified:
            try self.ensure(notification.contact)
            try self.database.run(
                """
                INSERT OR REPLACE INTO leads (contact, log_offset, slot, ordinal, date, account, owner, score, stage,
                    grade, state, answer, answered_by)
                SELECT id, ?, ?, ?, ?, account, owner, score, stage, grade, 'open', '', '' FROM contacts WHERE id = ?
                """,
                [
                    effect.offset.stored, Int64(effect.slot.rawValue), Int64(effect.ordinal),
                    effect.time.microseconds, contact,
                ]
            )
        case .leadWithdrawn:
            try self.updateLatestLead(of: contact, "state = 'withdrawn', closed = ?", [effect.time.microseconds])
        case .leadCooled:
            try self.updateLatestLead(of: contact, "state = 'cooled', closed = ?", [effect.time.microseconds])
        case .leadAnswered:
            try self.updateLatestLead(
                of: contact,
                "answer = ?, answered = ?, answered_by = ?",
                [notification.detail, effect.time.microseconds, notification.author]
            )
        case .contactNurture, .contactObjected, .consentChanged, .alert, .operatorNotice: break
        }
    }

    private func updateLatestLead(of contact: Int64, _ assignments: String, _ values: StatementArguments) throws {
        try self.database.run(
            "UPDATE leads SET \(assignments) WHERE id = (SELECT max(id) FROM leads WHERE contact = ?)",
            values + [contact]
        )
    }
}
