package import Domain
internal import GRDB

extension CatalogDatabase {
    /// Leads, newest first, older than the number `before`, at most `limit`.
    package func leads(
        _ filter: LeadFilter = LeadFilter(),
        before: Int64 = .max,
        limit: Int
    ) async throws -> [LeadRow] {
        try await self.connections.read { database in
            var conditions = Conditions()
            conditions.add("l.id < ?", before)
            if let contact = filter.contact {
                conditions.add("l.contact = ?", try database.resolve(contact).rawValue.stored)
            }
            if let owner = filter.owner { conditions.add("l.owner = ?", owner) }
            if let state = filter.state { conditions.add("l.state = ?", state.rawValue) }
            conditions.limit = limit
            return try database.rows(
                """
                SELECT l.*, trim(c.first_name || ' ' || c.last_name) AS name, c.email
                FROM leads l JOIN contacts c ON c.id = l.contact
                WHERE \(conditions.terms) ORDER BY l.id DESC LIMIT ?
                """,
                conditions.arguments
            ).map { try $0.lead() }
        }
    }

    /// Deliveries, newest first, older than the row `before`, at most `limit`.
    package func deliveries(
        state: DeliveryRow.State? = nil,
        destination: String? = nil,
        contact: ContactID? = nil,
        before: Int64 = .max,
        limit: Int
    ) async throws -> [DeliveryRow] {
        try await self.connections.read { database in
            var conditions = Conditions()
            conditions.add("d.id < ?", before)
            if let state { conditions.add("d.state = ?", state.rawValue) }
            if let destination { conditions.add("d.destination = ?", destination) }
            if let contact { conditions.add("d.contact = ?", try database.resolve(contact).rawValue.stored) }
            conditions.limit = limit
            return try database.deliveries(
                where: conditions.terms,
                conditions.arguments,
                order: "d.id DESC LIMIT ?"
            )
        }
    }

    /// A delivery's attempts, newest first, at most `limit`.
    package func attempts(of delivery: Int64, limit: Int) async throws -> [DeliveryAttempt] {
        try await self.connections.read { try $0.attempts(of: delivery, limit: limit) }
    }
}

extension Row {
    fileprivate func lead() throws -> LeadRow {
        var lead = LeadRow(id: self["id"], contact: ContactID(self.bits("contact")), date: self.time("date"))
        lead.name = self["name"]
        lead.email = self["email"]
        lead.owner = self["owner"]
        let account: Int64? = self["account"]
        lead.account = account.map { UInt64(bitPattern: $0) }
        lead.score = self["score"]
        lead.stage = try self.value("stage", Stage.init(named:))
        lead.grade = try self.value("grade", Grade.init(name:))
        lead.state = try self.value("state", LeadRow.State.init(rawValue:))
        lead.closed = self.time("closed")
        lead.answer = self["answer"]
        lead.answered = self.time("answered")
        lead.answeredBy = self["answered_by"]
        return lead
    }
}
