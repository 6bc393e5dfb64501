import Catalog
import Domain
import Testing

@Suite struct NotificationTests {
    private func notification(_ kind: NotificationKind, detail: String = "") -> EffectBody {
        .notification(LeadNotification(kind: kind, contact: anna, detail: detail))
    }

    @Test(arguments: NotificationKind.allCases)
    func eachDestinationHearsWhatItWants(_ kind: NotificationKind) async throws {
        let world = try World(
            destinations: [destination("all"), destination("none", []), destination("one", [kind])]
        )
        let offset = try world.apply(.contact(annaRecord()), self.notification(kind), at: 1_234)
        let rows = try await world.catalog.deliveries(limit: 10)
        #expect(rows.map(\.item.destination) == ["one", "all"])
        #expect(rows.map(\.item.key) == Array(repeating: "000000000000abcd-\(offset)-7-1", count: 2))
        #expect(rows.allSatisfy { $0.item.kind == kind && $0.item.created == Timestamp(seconds: 1_234) })
        #expect(rows.allSatisfy { $0.state == .pending && $0.due == Timestamp(seconds: 0) })
    }

    @Test func leadGoesThroughItsStates() async throws {
        let world = try World()
        try world.apply(.contact(annaRecord()), .standing(standing()), self.notification(.leadQualified), at: 100)
        var wanted = LeadRow(id: 1, contact: anna, date: Timestamp(seconds: 100))
        wanted.name = "Anna Roth"
        wanted.email = "anna@acme.example"
        wanted.owner = "olga@us.example"
        wanted.account = .max
        wanted.score = 42
        wanted.grade = .a
        #expect(try await world.catalog.leads(limit: 10) == [wanted])
        try world.apply(.standing(standing(score: 1, stage: .cold)))
        try world.apply(
            .notification(LeadNotification(kind: .leadAnswered, contact: anna, detail: "good", author: "olga")),
            at: 110
        )
        try world.apply(self.notification(.leadCooled), at: 120)
        wanted.answer = "good"
        wanted.answeredBy = "olga"
        wanted.answered = Timestamp(seconds: 110)
        wanted.state = .cooled
        wanted.closed = Timestamp(seconds: 120)
        #expect(try await world.catalog.leads(limit: 10) == [wanted])
        try world.apply(self.notification(.leadQualified), at: 130)
        try world.apply(self.notification(.leadWithdrawn), at: 140)
        let leads = try await world.catalog.leads(limit: 10)
        #expect(leads.map(\.state) == [.withdrawn, .cooled])
        #expect(leads.map(\.answer) == ["", "good"])
    }

    @Test func historicDeliveryIsNeverSent() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(self.notification(.leadQualified), historic: true)
        #expect(try await world.catalog.deliveries(limit: 10).map(\.state) == [.historic])
        let outbox = CatalogOutbox(catalog: world.catalog)
        #expect(try await outbox.ready(for: "crm", at: .never, limit: 10).isEmpty)
        #expect(try await outbox.backlog().isEmpty)
    }

    @Test func withdrawalOfAnUnsentLeadCancelsBoth() async throws {
        let world = try World(destinations: [destination("crm"), destination("leads", [.leadQualified])])
        try world.apply(self.notification(.leadQualified))
        try world.apply(self.notification(.alert))
        try world.apply(self.notification(.leadWithdrawn))
        let rows = try await world.catalog.deliveries(limit: 10).reversed()
        #expect(rows.map(\.item.kind) == [.leadQualified, .leadQualified, .alert, .leadWithdrawn])
        // A destination that does not want to hear of withdrawals is spared the lead as well.
        #expect(rows.map(\.state) == [.cancelled, .cancelled, .pending, .cancelled])
        #expect(try await CatalogOutbox(catalog: world.catalog).backlog().map(\.pending) == [1])
    }

    @Test func withdrawalOfATriedLeadIsSent() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(self.notification(.leadQualified))
        let outbox = CatalogOutbox(catalog: world.catalog)
        let lead = try #require(try await outbox.ready(for: "crm", at: .never, limit: 1).first)
        try await outbox.record(
            DeliveryAttempt(
                item: lead.id,
                time: Timestamp(seconds: 5),
                status: 503,
                error: "",
                verdict: .retry(at: .never)
            )
        )
        try world.apply(self.notification(.leadWithdrawn))
        #expect(try await world.catalog.deliveries(limit: 10).map(\.state) == [.pending, .pending])
    }

    @Test func onlyTheLatestLeadIsCancelled() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(self.notification(.leadQualified))
        try world.apply(self.notification(.leadQualified))
        try world.apply(self.notification(.leadWithdrawn))
        #expect(try await world.catalog.deliveries(limit: 10).map(\.state) == [.cancelled, .cancelled, .pending])
        try world.apply(self.notification(.leadWithdrawn))
        #expect(try await world.catalog.deliveries(limit: 1).map(\.state) == [.pending])
    }

    @Test func aLeadWhoseAttemptBeganIsNotTakenForUnsentAfterACrash() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(self.notification(.leadQualified))
        let outbox = CatalogOutbox(catalog: world.catalog)
        let lead = try #require(try await outbox.ready(for: "crm", at: .never, limit: 1).first)
        // Sent, and the process killed before it could record that.
        #expect(try await outbox.begin(lead.id))
        try world.apply(self.notification(.leadWithdrawn))
        #expect(try await world.catalog.deliveries(limit: 10).map(\.state) == [.pending, .pending])
    }

    @Test func aDeadLeadThatIsRetriedIsNotTakenForUnsent() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(self.notification(.leadQualified))
        let outbox = CatalogOutbox(catalog: world.catalog)
        let lead = try #require(try await outbox.ready(for: "crm", at: .never, limit: 1).first)
        #expect(try await outbox.begin(lead.id))
        try await outbox.record(
            DeliveryAttempt(item: lead.id, time: Timestamp(seconds: 5), status: 0, error: "", verdict: .dead)
        )
        #expect(try await outbox.retry() == 1)
        try world.apply(self.notification(.leadWithdrawn))
        #expect(try await world.catalog.deliveries(limit: 10).map(\.state) == [.pending, .pending])
    }

    @Test func aCancelledLeadDoesNotBegin() async throws {
        let world = try World(destinations: [destination("crm")])
        try world.apply(self.notification(.leadQualified))
        let outbox = CatalogOutbox(catalog: world.catalog)
        let lead = try #require(try await outbox.ready(for: "crm", at: .never, limit: 1).first)
        try world.apply(self.notification(.leadWithdrawn))
        #expect(try await !outbox.begin(lead.id))
        #expect(try await world.catalog.deliveries(limit: 10).map(\.state) == [.cancelled, .cancelled])
    }
}
