import Catalog
import Domain
import EventLog
import ScoreStore
import TestSupport
import Testing

@testable import Server

@Suite struct AdministrationOperationTests {
    typealias Harness = AdministrationHarness

    @Test func aKeyIsKnownUntilItIsRevoked() async throws {
        try await Harness.run { harness in
            let created = try await harness.administration.createKey(name: "ci", scopes: [.write, .read])
            #expect(created.secret.hasPrefix("vdg_"))
            #expect(created.secret.utf8.count == 4 + 43)
            let principal = try await harness.administration.authenticate(created.secret)
            #expect(principal == Principal(name: "ci", scopes: [.read, .write]))
            let keys = try await harness.administration.keys()
            #expect(keys.map(\.lastUsedDay) == [CalendarDay.text(of: Int32(harness.clock.wallTime().seconds / 86_400))])
            #expect(try await harness.administration.authenticate(created.secret + "A") == nil)
            #expect(try await harness.administration.authenticate("") == nil)
            try await harness.administration.revokeKey(created.key.id)
            #expect(try await harness.administration.authenticate(created.secret) == nil)
            await #expect(throws: AdministrationError.notFound("key \(created.key.id)")) {
                try await harness.administration.revokeKey(created.key.id)
            }
        }
    }

    @Test func everyAcceptedEventHasItsOutcome() async throws {
        try await Harness.run { harness in
            let visitor = VisitorID(high: 1, low: 2)
            try await harness.view("www.example.com/a", by: visitor, counter: 1)
            try await harness.view("www.example.com/a", by: visitor, counter: 1)
            var anonymous = EventRecord()
            anonymous.kind = .pageView
            try await harness.log(anonymous, url: "www.example.com/b")
            anonymous.filter = .bot
            try await harness.log(anonymous, url: "www.example.com/b")
            let status = try await harness.administration.status()
            #expect(status.outcomes.scored == 1)
            #expect(status.outcomes.counted == 1)
            #expect(status.outcomes.filtered["duplicate"] == 1)
            #expect(status.outcomes.filtered["bot"] == 1)
            #expect(status.outcomes.pending == 0)
            #expect(status.outcomes.acceptedTotal == 4)
            #expect(status.log.state == "open")
            #expect(status.log.end == status.log.folded && status.log.end == status.log.applied)
            #expect(status.store.visitors == 1)
            let metrics = await harness.administration.metrics()
            #expect(metrics.first { $0.name == "vendange_log_events_accepted" }?.samples.map(\.value) == [4])
            #expect(Set(metrics.map(\.name)).count == metrics.count)
        }
    }

    @Test func anEventIsPendingUntilItsSlotHasPassedIt() async throws {
        try await Harness.run { harness in
            let (one, two) = (VisitorID(high: 1, low: 2), VisitorID(high: 3, low: 4))
            for (counter, visitor) in [one, two, one].enumerated() {
                try await harness.view("www.example.com/a", by: visitor, counter: UInt16(counter))
            }
            let slots = harness.core.store.slots
            try #require(slots.slot(of: one) != slots.slot(of: two))
            var folded = [UInt64](repeating: 0, count: Int(Limits.slotCount))
            let backlog = { (folded: [UInt64]) in
                PendingEvents.backlog(of: harness.core.log, from: 0, folded: folded).pending
            }
            #expect(backlog(folded) == 3)
            folded[Int(slots.slot(of: one).rawValue)] = 1
            #expect(backlog(folded) == 2)
            folded[Int(slots.slot(of: two).rawValue)] = harness.core.log.end
            #expect(backlog(folded) == 1)
        }
    }

    @Test func scoringIsHealthyWhileCanariesComeBack() async throws {
        try await Harness.run { harness in
            #expect(await harness.administration.health(.scoring).isEmpty)
            harness.clock.advance(.seconds(31))
            #expect(await harness.administration.health(.scoring).map(\.component) == ["canary"])
            #expect(await harness.administration.health(.ready).isEmpty)
            // One worker's canary alone says nothing of the other.
            var frames = ByteWriter()
            RecordFrame.append(to: &frames, kind: .canary, slot: Slot(0)) { _ in }
            try await harness.core.submit(frames, records: 1)
            #expect(await harness.administration.health(.scoring).map(\.component) == ["canary"])
            try await harness.core.sendCanaries()
            await harness.core.settle()
            #expect(await harness.administration.health(.scoring).isEmpty)
        }
    }

    @Test func aCanaryThatDoesNotReachTheCatalogIsNoticed() async throws {
        try await Harness.run { harness in
            let watch = CanaryWatch()
            let sent = harness.clock.wallTime()
            watch.sent(below: 7, at: sent)
            watch.sent(below: 9, at: sent.adding(.seconds(10)))
            #expect(watch.waitingSince(applied: 6) == sent)
            #expect(watch.waitingSince(applied: 7) == sent.adding(.seconds(10)))
            #expect(watch.waitingSince(applied: 9) == nil)

            try await harness.core.sendCanaries()
            await harness.core.settle()
            harness.core.canaries.sent(below: harness.core.log.end + 1, at: harness.clock.wallTime())
            harness.clock.advance(.seconds(30))
            #expect(await harness.administration.health(.scoring).isEmpty)
            harness.clock.advance(.seconds(1))
            #expect(await harness.administration.health(.scoring).map(\.component) == ["canary", "catalog"])
        }
    }

    @Test func everyDestinationsAttemptsAreMetrics() async throws {
        try await Harness.run { harness in
            let metrics = await harness.administration.metrics()
            let name = "vendange_delivery_attempts_delivered_total"
            let samples = try #require(metrics.first { $0.name == name }).samples
            #expect(samples.map(\.value) == [3])
            #expect(samples.flatMap(\.labels).map(\.value) == ["crm"])
        }
    }

    @Test func aReaderSeesWhatHappensFromNowOn() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.createSite(AdministrationContentsTests.draft())
            let visitor = VisitorID(high: 1, low: 2)
            try await harness.view("www.example.com/before", by: visitor, counter: 1)
            var events = harness.administration.liveEvents().makeAsyncIterator()
            try await harness.view("www.example.com/a", by: visitor, counter: 2)
            let event = try #require(await events.next())
            #expect(event.url == "www.example.com/a")
            #expect(event.site == "www")
            #expect(event.kind == "page_view")
            #expect(event.offset == harness.core.log.end - 1)
        }
    }

    @Test func everyDestinationHasItsBacklog() async throws {
        try await Harness.run { harness in
            let backlog = try await harness.administration.backlog()
            #expect(backlog.map(\.destination) == ["crm"])
            let retried = try await harness.administration.retryDeadDeliveries(destination: "crm")
            #expect(retried == 0)
            await #expect(throws: AdministrationError.notFound("destination other")) {
                try await harness.administration.retryDeadDeliveries(destination: "other")
            }
            await #expect(throws: AdministrationError.notFound("delivery 9")) {
                try await harness.administration.retryDelivery(9)
            }
        }
    }

    @Test func aCursorOfSomebodyElseIsRefused() async throws {
        try await Harness.run { harness in
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.leads(LeadQuery(), page: PageRequest(after: "x"))
            }
            #expect(error?.problems.map(\.field) == ["after"])
        }
    }
}
