import Catalog
package import Domain
import Settings

extension ServiceAdministration {
    package func leads(_ query: LeadQuery, page: PageRequest) async throws -> Page<LeadView> {
        var filter = LeadFilter()
        if let contact = query.contact { filter.contact = try await self.row(of: contact).record.contact }
        filter.owner = query.owner
        if let state = query.state {
            guard let known = LeadRow.State(rawValue: state) else {
                throw Self.unknownState(state, LeadQuery.states)
            }
            filter.state = known
        }
        let before = try PageCursor.number(page) ?? .max
        let rows = try await self.core.catalog.leads(filter, before: before, limit: page.rowsToRead)
        return Page(rows, page, next: { PageCursor.text($0.id) }, view: LeadView.init)
    }

    package func deliveries(_ query: DeliveryQuery, page: PageRequest) async throws -> Page<DeliveryView> {
        var state: DeliveryRow.State?
        if let text = query.state {
            guard let known = DeliveryRow.State(rawValue: text) else {
                throw Self.unknownState(text, DeliveryQuery.states)
            }
            state = known
        }
        var contact: ContactID?
        if let reference = query.contact { contact = try await self.row(of: reference).record.contact }
        let rows = try await self.core.catalog.deliveries(
            state: state,
            destination: query.destination,
            contact: contact,
            before: try PageCursor.number(page) ?? .max,
            limit: page.rowsToRead
        )
        return Page(
            rows,
            page,
            next: { PageCursor.text($0.item.id) },
            view: {
                DeliveryView($0.item, state: $0.state.rawValue, due: $0.due, lastAttempt: $0.lastAttempt)
            }
        )
    }

    package func attempts(of delivery: Int64) async throws -> [AttemptView] {
        _ = try await self.delivery(delivery)
        return try await self.core.catalog.attempts(of: delivery, limit: Limits.apiPageItems).map(AttemptView.init)
    }

    package func retryDelivery(_ id: Int64) async throws {
        let row = try await self.delivery(id)
        guard try await self.outbox.retry([id]) > 0 else {
            throw AdministrationError.conflict("Delivery \(id) is \(row.state.rawValue), not dead.")
        }
        self.wakeDispatcher()
    }

    package func retryDeadDeliveries(destination: String?) async throws -> Int {
        var count = 0
        if let destination {
            if !self.settings.destinations.contains(where: { $0.name == destination }) {
                throw AdministrationError.notFound("destination \(destination)")
            }
            var after: Int64 = 0
            while true {
                let letters = try await self.outbox.deadLetters(after: after, limit: Self.lettersAtOnce)
                guard let last = letters.last else { break }
                after = last.item.id
                count += try await self.outbox.retry(
                    letters.filter { $0.item.destination == destination }.map(\.item.id)
                )
            }
        } else {
            count = try await self.outbox.retry()
        }
        if count > 0 { self.wakeDispatcher() }
        return count
    }

    package func backlog() async throws -> [BacklogView] {
        try await self.backlogs().map(BacklogView.init)
    }

    /// What waits, for every destination that is configured or has rows left.
    func backlogs() async throws -> [DestinationBacklog] {
        let rows = try await self.outbox.backlog()
        let idle = self.settings.destinations.filter { known in !rows.contains { $0.destination == known.name } }
        return (rows + idle.map { DestinationBacklog(destination: $0.name, pending: 0, dead: 0, oldest: nil) })
            .sorted { $0.destination < $1.destination }
    }

    /// Dead letters read at once: their bodies come with them.
    private static let lettersAtOnce = 100

    private func delivery(_ id: Int64) async throws -> DeliveryRow {
        let rows = try await self.core.catalog.deliveries(before: id == .max ? id : id + 1, limit: 1)
        guard let row = rows.first, row.item.id == id else { throw AdministrationError.notFound("delivery \(id)") }
        return row
    }

    private static func unknownState(_ text: String, _ states: [String]) -> AdministrationError {
        .invalid("state", "one of \(states.joined(separator: ", "))", got: FieldCheck.shown(text))
    }
}

extension LeadView {
    fileprivate init(_ row: LeadRow) {
        self.init(
            id: row.id,
            contact: row.contact,
            name: row.name,
            email: row.email,
            date: row.date,
            owner: row.owner,
            score: row.score,
            stage: row.stage,
            grade: row.grade
        )
        self.state = row.state.rawValue
        self.closed = row.closed.rfc3339IfAny
        self.answer = row.answer.isEmpty ? nil : row.answer
        self.answered = row.answered.rfc3339IfAny
        self.answeredBy = row.answeredBy.isEmpty ? nil : row.answeredBy
    }
}
