import Catalog
import Domain
import EventLog
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Server

@Suite struct OperatorWatchJobTests {
    typealias Harness = AdministrationHarness

    private static func job(
        _ harness: Harness,
        certificateEnds: @escaping @Sendable () -> Timestamp? = { nil }
    ) -> OperatorWatchJob {
        OperatorWatchJob(
            core: harness.core,
            outbox: CatalogOutbox(catalog: harness.core.catalog),
            certificateEnds: certificateEnds,
            onNotice: {}
        )
    }

    /// The notices in the outbox, oldest first: `condition subject state`.
    private static func notices(_ harness: Harness) async throws -> [String] {
        struct Body: Decodable {
            struct Content: Decodable {
                struct Notice: Decodable {
                    var condition: String
                    var subject: String?
                    var state: String
                }
                var detail: String
                var notice: Notice
            }
            var specversion: String
            var id: String
            var type: String
            var data: Content
        }
        let rows = try await harness.core.catalog.deliveries(limit: 100).filter { $0.item.kind == .operatorNotice }
        return try rows.sorted { $0.item.id < $1.item.id }.map { row in
            let body = try JSONDecoder().decode(Body.self, from: Data(row.item.body))
            #expect(body.specversion == "1.0" && body.type == "operator.notice" && body.id == row.item.key)
            #expect(!body.data.detail.isEmpty)
            let notice = body.data.notice
            return [notice.condition, notice.subject, notice.state].compactMap(\.self).joined(separator: " ")
        }
    }

    @Test func deadLettersAreToldOnceOverARestartAndOnceWhenTheyAreGone() async throws {
        let place = TemporaryPath()
        try await Harness.run(in: place.path) { harness in
            _ = try await harness.administration.publishModel(Harness.modelSource)
            try await RebuildTests.objection(harness, crmID: "1")
            let outbox = CatalogOutbox(catalog: harness.core.catalog)
            let item = try #require(try await outbox.ready(for: "crm", at: harness.clock.wallTime(), limit: 1).first)
            let attempt = DeliveryAttempt(
                item: item.id,
                time: harness.clock.wallTime(),
                status: 410,
                error: "gone",
                verdict: .dead
            )
            try await outbox.record(attempt)
            let job = Self.job(harness)
            for _ in 0..<3 {
                try await job.run()
                harness.clock.advance(.minutes(5))
            }
            #expect(try await Self.notices(harness) == ["dead_letters crm begun"])
        }
        try await Harness.run(in: place.path) { harness in
            let job = Self.job(harness)
            try await job.run()
            #expect(try await Self.notices(harness) == ["dead_letters crm begun"])
            _ = try await CatalogOutbox(catalog: harness.core.catalog).retry()
            for _ in 0..<3 {
                try await job.run()
                harness.clock.advance(.minutes(1))
            }
            #expect(try await Self.notices(harness) == ["dead_letters crm begun", "dead_letters crm over"])
        }
    }

    @Test func aDestinationThatTakesNothingForLongIsTold() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.publishModel(Harness.modelSource)
            try await RebuildTests.objection(harness, crmID: "1")
            let job = Self.job(harness)
            try await job.run()
            harness.clock.advance(OperatorWatchJob.longestWait)
            try await job.run()
            #expect(try await Self.notices(harness).isEmpty)
            harness.clock.advance(.minutes(10))
            try await job.run()
            #expect(try await Self.notices(harness) == ["destination_failing crm begun"])
            // It takes everything again, the notice too.
            let outbox = CatalogOutbox(catalog: harness.core.catalog)
            let now = harness.clock.wallTime()
            while let item = try await outbox.ready(for: "crm", at: now, limit: 1).first {
                try await outbox.record(
                    DeliveryAttempt(item: item.id, time: now, status: 200, error: "", verdict: .delivered)
                )
            }
            for _ in 0..<3 {
                try await job.run()
                harness.clock.advance(.minutes(10))
            }
            #expect(
                try await Self.notices(harness) == ["destination_failing crm begun", "destination_failing crm over"]
            )
        }
    }

    @Test func aClockThatSteppedIsToldAndTicksGoOn() async throws {
        try await Harness.run { harness in
            let job = Self.job(harness)
            _ = try await harness.administration.publishModel(Harness.modelSource)
            for step in [TimeSpan.days(365), TimeSpan(microseconds: -2 * TimeSpan.days(365).microseconds)] {
                let before = harness.core.log.now
                harness.clock.stepWall(step)
                _ = try await harness.administration.putContact(Harness.input(crmID: "1", lastName: "\(step)"))
                #expect(harness.core.log.now == before)
                #expect(harness.core.log.isClockAdrift)
                #expect(harness.administration.canaryAge.microseconds < 1_000_000)
            }
            harness.clock.stepWall(.days(365))
            harness.clock.advance(.seconds(5))
            harness.clock.stepWall(.days(2))
            _ = try await harness.administration.putContact(Harness.input(crmID: "1", lastName: "adrift"))
            try await job.run()
            harness.clock.advance(.minutes(2))
            try await job.run()
            #expect(try await Self.notices(harness) == ["clock_adrift begun"])
        }
    }

    @Test func aCertificateIsSpokenOfBeforeItEnds() async throws {
        try await Harness.run { harness in
            let end = Mutex(harness.clock.wallTime().adding(.days(15)))
            let job = Self.job(harness, certificateEnds: { end.withLock { $0 } })
            try await job.run()
            #expect(try await Self.notices(harness).isEmpty)
            harness.clock.advance(.days(2))
            try await job.run()
            #expect(try await Self.notices(harness) == ["certificate_ending begun"])
            end.withLock { $0 = $0.adding(.days(90)) }
            for _ in 0..<2 { try await job.run() }
            #expect(try await Self.notices(harness) == ["certificate_ending begun", "certificate_ending over"])
        }
    }

    @Test func aSiteThatFallsSilentIsTold() async throws {
        try await Harness.run { harness in
            let site = try await harness.core.catalog.addSite(
                Site(id: SiteID(0), key: "www", name: "Site", hostnames: ["www.example.com"])
            )
            // Eight weeks in which something came in every second minute, and then six hours of nothing.
            let now = SiteActivity.place(of: harness.clock.wallTime()).hour
            var (seen, ran): ([Int64: UInt64], [Int64: UInt64]) = ([:], [:])
            for back in 0...SiteActivity.keptHours {
                ran[now - back] = (1 << 60) - 1
                seen[now - back] = back <= SiteActivity.window ? 0 : 0x0555_5555_5555_5555
            }
            for hour in ran.keys.sorted() {
                let hours = [SiteID(0): SiteActivity(ran), site.id: SiteActivity(seen)]
                try await harness.core.catalog.keepActivity(hours, hour: hour)
            }
            let job = Self.job(harness)
            try await job.run()
            harness.clock.advance(.minutes(10))
            try await job.run()
            #expect(try await Self.notices(harness) == ["site_silent www begun"])
            var event = EventRecord()
            event.kind = .pageView
            event.site = site.id
            try await harness.log(event, url: "www.example.com/")
            try await job.run()
            harness.clock.advance(.minutes(1))
            try await job.run()
            #expect(try await Self.notices(harness) == ["site_silent www begun", "site_silent www over"])
        }
    }
}
