import Domain
import Testing

@testable import Catalog

@Suite struct OperatorTableTests {
    private let full = OperatorCondition.diskFilling

    private func notice(_ isOver: Bool) -> OperatorNotice {
        let (since, time) = (Timestamp(seconds: 10), Timestamp(seconds: isOver ? 90 : 20))
        return OperatorNotice(condition: self.full, isOver: isOver, since: since, time: time, detail: "no room")
    }

    @Test func whatStandsAndWhatIsToldAreKeptTogether() async throws {
        let catalog = try CatalogDatabase()
        let settings = EffectWriter.Settings(
            destinations: [destination("ops", [.operatorNotice]), destination("crm", [.alert])],
            source: "https://track.example.com",
            consoleAddress: ""
        )
        let standing = OperatorWatch.Standing(since: Timestamp(seconds: 10), isTold: true, detail: "no room")
        let watch = OperatorWatch([self.full: standing, .siteSilent(site: "www"): standing])
        try await catalog.keep(watch, telling: [self.notice(false)], settings, stream: testStream)
        #expect(try await catalog.operatorWatch() == watch)
        // Told again under the same key, it changes nothing.
        try await catalog.keep(watch, telling: [self.notice(false)], settings, stream: testStream)
        try await catalog.keep(OperatorWatch(), telling: [self.notice(true)], settings, stream: testStream)
        #expect(try await catalog.operatorWatch() == OperatorWatch())
        let rows = try await catalog.deliveries(limit: 10).sorted { $0.item.id < $1.item.id }
        #expect(rows.map(\.item.destination) == ["ops", "ops"])
        #expect(rows.map(\.state) == [.pending, .pending])
        #expect(Set(rows.map(\.item.key)).count == 2)
        #expect(rows.allSatisfy { $0.item.key.hasPrefix(testStream.description) && $0.item.kind == .operatorNotice })
    }

    @Test func activityIsKeptByHourAndForgottenWhenItIsOld() async throws {
        let catalog = try CatalogDatabase()
        let activity = SiteActivity([5: 0b11, 6: UInt64.max])
        try await catalog.keepActivity([SiteID(3): activity], hour: 5)
        try await catalog.keepActivity([SiteID(3): activity], hour: 6)
        #expect(try await catalog.siteActivity() == [SiteID(3): activity])
        let later = 6 + SiteActivity.keptHours
        try await catalog.keepActivity([SiteID(0): SiteActivity([later: 1])], hour: later)
        #expect(
            try await catalog.siteActivity() == [
                SiteID(3): SiteActivity([6: .max]), SiteID(0): SiteActivity([later: 1]),
            ]
        )
    }
}
