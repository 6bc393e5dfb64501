import Demo
import Domain
import Foundation
import Testing

@Suite struct TrafficPlanTests {
    @Test func theSameSeedGivesTheSameDay() {
        #expect(TrafficPlan(seed: 7, visitors: 120) == TrafficPlan(seed: 7, visitors: 120))
        #expect(TrafficPlan(seed: 7, visitors: 120) != TrafficPlan(seed: 8, visitors: 120))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aSmallDayHasEveryKindOfOutcomeThatHTTPCanCause(seed: UInt64) {
        let tally = TrafficTally(TrafficPlan(seed: seed, visitors: 50))
        let expected: [TrafficOutcome] =
            [.scored, .counted, .ignored, .filtered(.bot), .filtered(.prefetch), .filtered(.machineFetch)]
            + [.filtered(.duplicate), .declined(.refused), .declined(.doNotTrack), .declined(.globalPrivacyControl)]
            + [.declined(.optOut), .declined(.contactBasis)]
            + Rejection.allCases.filter { ![.tooLarge, .tooManyClaims, .tooFast].contains($0) }.map { .rejected($0) }
        for outcome in expected { #expect(tally.count { $0 == outcome } > 0, "\(outcome)") }
    }

    @Test func theDayRunsFromMorningToEvening() {
        let minutes = TrafficPlan(seed: 1, visitors: 300).journeys.map(\.minute)
        #expect(minutes == minutes.sorted())
        #expect(minutes.allSatisfy { (8 * 60..<19 * 60).contains($0) })
        #expect(Set(minutes.map { $0 / 60 }).count == 11)
    }

    @Test func anEventIsSentAgainOnlyOnPurpose() {
        var seen: Set<String> = []
        for step in TrafficPlan(seed: 5, visitors: 200).journeys.flatMap(\.steps) {
            guard case .events(let events) = step.act else { continue }
            for (event, outcome) in zip(events, step.outcomes) {
                let isNew = seen.insert("\(event.load).\(event.counter)").inserted
                #expect(isNew == (outcome != .filtered(.duplicate)), "\(step.label)")
            }
        }
    }

    @Test func everyEventHasOneOutcome() {
        for step in TrafficPlan(seed: 5, visitors: 200).journeys.flatMap(\.steps) {
            switch step.act {
            case .events(let events): #expect(events.count == step.outcomes.count)
            case .burst: #expect(step.outcomes.count == TrafficPlan.linkPaths.count)
            default: #expect(step.outcomes.count == 1)
            }
        }
    }
}

@Suite struct TrafficReportTests {
    private static let plan = TrafficPlan(seed: 3, visitors: 75)

    private static let beforeJSON = """
        {"log":{"end":1,"folded":1},"outcomes":{"received":100,"accepted":90,"rejected":{"malformed_json":4},
        "declined":{"refused":6},"accepted_total":1000,"scored":600,"counted":300,"filtered":{"bot":100},"pending":0}}
        """

    private static func before() throws -> TrafficStatus {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(TrafficStatus.self, from: Data(Self.beforeJSON.utf8))
    }

    /// A service that counted exactly what the plan comes to, after what it had counted before.
    private static func after() throws -> TrafficStatus {
        var status = try Self.before()
        var outcomes = status.outcomes
        let tally = TrafficTally(Self.plan)
        for (row, count) in tally.rows {
            let count = UInt64(count)
            if row.outcome != .ignored { outcomes.received += count }
            switch row.outcome {
            case .scored: outcomes.scored += count
            case .counted: outcomes.counted += count
            case .filtered(let reason): outcomes.filtered[reason.tag, default: 0] += count
            case .rejected(let reason): outcomes.rejected[reason.tag, default: 0] += count
            case .declined(let reason): outcomes.declined[reason.tag, default: 0] += count
            case .ignored: break
            }
            switch row.outcome {
            case .scored, .counted, .filtered:
                outcomes.accepted += count
                outcomes.acceptedTotal += count
            case .rejected, .declined, .ignored: break
            }
        }
        status.outcomes = outcomes
        return status
    }

    private static func report(_ change: (inout TrafficStatus.Outcomes) -> Void = { _ in }) throws -> TrafficReport {
        var after = try Self.after()
        change(&after.outcomes)
        return TrafficReport(tally: TrafficTally(Self.plan), before: try Self.before(), after: after)
    }

    @Test func aServiceThatCountsRightHasNoDifferences() throws {
        #expect(try Self.report().differences == [])
        #expect(try !Self.report().text.contains("differs"))
    }

    @Test func anEventThatIsLostIsNamed() throws {
        let differences = try Self.report { outcomes in
            outcomes.scored -= 1
            outcomes.acceptedTotal -= 1
        }.differences
        #expect(differences.count == 2)
        #expect(differences.contains { $0.hasPrefix("scored: sent") })
    }

    @Test func anEventUnderAnotherReasonIsNamedTwice() throws {
        let differences = try Self.report { outcomes in
            outcomes.filtered["bot", default: 0] -= 1
            outcomes.filtered["internal", default: 0] += 1
        }.differences
        #expect(differences.map { $0.prefix { $0 != ":" } } == ["filtered bot", "filtered internal"])
    }

    @Test func figuresThatDoNotAddUpAreNamed() throws {
        let differences = try Self.report { $0.pending += 2 }.differences
        #expect(differences.contains { $0.contains("accepted is not scored + counted + filtered + pending") })
    }
}

@Suite struct TrafficTargetTests {
    @Test(arguments: ["http://localhost:8080", "http://127.0.0.1:8080/", "http://127.9.8.7", "https://[::1]:9000"])
    func thisMachineIsATarget(address: String) throws {
        let target = try TrafficTarget(service: address, console: "http://localhost:8081", key: "k")
        #expect(!target.service.hasSuffix("/"))
    }

    @Test(arguments: [
        "http://example.com", "http://10.0.0.1:8080", "http://localhost.example.com", "http://127.0.0.1.example.com",
        "http://127.example.com.fr.eu", "http://[2001:db8::1]", "http://0.0.0.0:8080",
    ])
    func anotherMachineIsNot(address: String) {
        #expect(throws: TrafficFailure.notThisMachine(address)) {
            try TrafficTarget(service: "http://localhost:8080", console: address, key: "k")
        }
        #expect(throws: TrafficFailure.notThisMachine(address)) {
            try TrafficTarget(service: address, console: "http://localhost:8081", key: "k")
        }
    }

    @Test(arguments: ["", "localhost:8080", "ftp://localhost", "http://localhost@example.com", "http://localhost?x"])
    func whatIsNoAddressIsNot(address: String) {
        #expect(throws: TrafficFailure.notAnAddress(address)) {
            try TrafficTarget(service: address, console: "http://localhost:8081", key: "k")
        }
    }
}
