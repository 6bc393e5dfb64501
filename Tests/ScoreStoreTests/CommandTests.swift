import Domain
import ScoreStore
import TestSupport
import Testing

/// Manual entries, publications and second keys at their edges.
@Suite struct CommandTests {
    private let contact = Workload.contacts[0]

    private func model(_ change: (inout ScoringModel) -> Void = { _ in }) -> ScoringModel {
        var model = ScoringModel()
        model.groups = [.init(name: "web", halfLife: .hours(1), max: 100)]
        model.pages = [.init(pattern: "/**", points: 10)]
        change(&model)
        return model
    }

    private func manual(_ points: Double, expires: Timestamp = .never) -> LogItem {
        .manual(
            ManualEntryRecord(
                contact: self.contact,
                points: points,
                group: "web",
                reason: "met",
                author: "me",
                expires: expires
            )
        )
    }

    private func bench(_ steps: [(second: Int64, item: LogItem)]) throws -> SlotBench {
        var bench = SlotBench()
        for step in steps {
            try bench.run(LogStep(time: Workload.start.adding(.seconds(step.second)), items: [step.item]))
        }
        return bench
    }

    private var known: LogItem { .contact(ContactRecord(contact: self.contact)) }

    @Test func aManualEntryOfNoNumberOrTooManyPointsIsNotTaken() throws {
        for points in [Double.nan, .infinity, -.infinity, Limits.manualPoints * 1.01] {
            let bench = try self.bench([(0, .model(self.model())), (1, self.known), (2, self.manual(points))])
            #expect(bench.contact(self.contact)?.balances.list.isEmpty == true)
        }
    }

    @Test func aManualEntryThatEndedLongAgoEndsAtOnce() throws {
        let past = Timestamp(microseconds: -1)
        let bench = try self.bench([
            (0, .model(self.model())), (1, self.known), (2, self.manual(50, expires: past)), (3, .tick),
        ])
        let contact = try #require(bench.contact(self.contact))
        #expect(contact.expiring.isEmpty)
        #expect(contact.balances.total(group: 0, now: 0) == 0)
    }

    @Test func noEndingEntryIsForgottenHoweverManyThereAre() throws {
        var steps: [(second: Int64, item: LogItem)] = [(0, .model(self.model())), (1, self.known)]
        for number in 0..<40 {
            steps.append((2, self.manual(1, expires: Workload.start.adding(.seconds(Int64(1_000 - number))))))
        }
        var bench = try self.bench(steps)
        #expect(bench.contact(self.contact)?.expiring.count == Limits.expiringEntries)
        try bench.run(LogStep(time: Workload.start.adding(.seconds(2_000)), items: [.tick]))
        let total = try #require(bench.contact(self.contact)).balances.total(group: 0, now: 0)
        #expect(total.magnitude < 1e-9)
    }

    @Test func aRuleWithoutAGroupGivesToTheFirstOfItsOwnModel() throws {
        let second = self.model { $0.groups = [.init(name: "other", halfLife: .days(1), max: 7)] }
        var event = EventRecord()
        event.visitor = VisitorID(high: 1, low: 1)
        let bench = try self.bench([(0, .model(self.model())), (1, .model(second)), (2, .event(event, path: "/a"))])
        let balances = try #require(bench.visitor(VisitorID(high: 1, low: 1))).balances
        #expect(balances.list.map(\.group) == [1])
    }

    @Test func whatAPublicationMakesDueIsDatedWithItAndNotBefore() throws {
        let quiet = self.model { model in
            var condition = ScoringModel.Condition()
            condition.silent = .hours(1)
            model.rules = [.init(name: "quiet", condition: condition, alert: .immediate)]
        }
        var quote = EventRecord()
        quote.kind = .quoteView
        quote.contact = self.contact
        quote.verdict = .confirmed
        let points = self.model { model in
            var condition = ScoringModel.Condition()
            condition.event = .quoteView
            model.rules = [.init(name: "quote", condition: condition, points: 5)]
        }
        // A half-life of an hour and two years of silence: reading the clock backwards would overflow.
        let later: Int64 = 2 * 365 * 86_400
        let bench = try self.bench([
            (0, .model(points)), (1, self.known), (2, .event(quote)), (later, .model(quiet)), (later + 60, .tick),
        ])
        let alerts = bench.notifications.filter { $0.notification.kind == .alert }
        #expect(alerts.map(\.time) == [Workload.start.adding(.seconds(later))])
    }

    @Test func aKeyDoesNotStandForItself() throws {
        var click = EventRecord()
        click.kind = .emailClick
        click.contact = self.contact
        let bench = try self.bench([(1, .alias(self.contact, of: self.contact)), (2, .event(click))])
        #expect(bench.log.count == 2)
    }

    @Test func slowDecayIsLookedAtAgainAndEndsTheStage() throws {
        let slow = self.model { model in
            model.groups = [.init(name: "web", halfLife: .days(300), max: 100)]
            model.stages.hot = .init(enter: 500, leave: 400)
        }
        let contact = self.known
        var bench = try self.bench([(0, .model(slow)), (1, contact), (2, self.manual(100))])
        #expect(bench.contact(self.contact)?.ripeness.stage == .warm)
        // 100 points fall below 20 after 697 days.
        for day in [500, 690] {
            try bench.run(LogStep(time: Workload.start.adding(.days(Int64(day))), items: [.tick]))
            #expect(bench.contact(self.contact)?.ripeness.stage == .warm)
        }
        try bench.run(LogStep(time: Workload.start.adding(.days(698)), items: [.tick]))
        #expect(bench.contact(self.contact)?.ripeness.stage == .cold)
    }
}
