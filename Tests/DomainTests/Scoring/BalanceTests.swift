import Domain
import Foundation
import TestSupport
import Testing

/// Decay clocks, balances, and the short memories of a profile.
@Suite struct BalanceTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    @Test func aPublicationBendsTheClockFromThenOnAndNothingBefore() {
        var clock = DecayClock(start: self.start, halfLife: .days(10))
        let day5 = clock.reading(at: self.start.adding(.days(5)))
        clock.change(halfLife: .days(20), at: self.start.adding(.days(10)))
        clock.change(halfLife: .days(20), at: self.start.adding(.days(15)))
        clock.change(halfLife: .days(1), at: self.start.adding(.days(30)))
        #expect(clock.segments.count == 3)
        #expect(clock.reading(at: self.start.adding(.days(5))) == day5)
        #expect(clock.reading(at: self.start.adding(.days(10))) == 1)
        #expect(clock.reading(at: self.start.adding(.days(30))) == 2)
        #expect(clock.reading(at: self.start.adding(.days(33))) == 5)
        #expect(clock.reading(at: self.start.adding(.days(-10))) == -1)
        #expect(clock.slope == 1.0 / 86_400_000_000.0)
    }

    @Test func aBalanceIsTheDecayedSumOfItsPoints() {
        var random = SeededRandom(seed: 1)
        var balance = Balance(group: 0, topic: 0, value: 0, reading: 0)
        var entries: [(points: Double, granted: Double)] = []
        var now = 0.0
        for _ in 0..<300 {
            now += Double.random(in: 0..<0.5, using: &random)
            let entry = (Double.random(in: -10..<30, using: &random), now - Double.random(in: 0..<3, using: &random))
            entries.append(entry)
            balance.add(entry.0, grantedAt: entry.1, now: now)
            let sum = entries.reduce(0) { $0 + $1.points * exp2($1.granted - now) }
            let magnitude = entries.reduce(0) { $0 + $1.points.magnitude * exp2($1.granted - now) }
            #expect((balance.value(at: now) - sum).magnitude <= 1e-12 * magnitude)
        }
    }

    @Test func theTopicLimitKeepsTheLargestTopicsAndEveryGroupsTotal() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<200 {
            var balances = Balances()
            let now = 3.0
            for topic in UInt8(0)..<9 {
                for group in UInt8(0)..<3 where Bool.random(using: &random) {
                    let points = Double.random(in: -5..<20, using: &random)
                    balances.add(points, group: group, topic: topic, grantedAt: 2, now: now)
                }
            }
            let before = balances
            balances.limitTopics { _ in now }
            for group in UInt8(0)..<3 {
                let difference = balances.total(group: group, now: now) - before.total(group: group, now: now)
                #expect(difference.magnitude < 1e-12)
            }
            let kept = Set(balances.list.map(\.topic)).subtracting([0])
            #expect(kept.count <= Limits.topicsPerProfile)
            let worth = { (topic: UInt8) in
                before.list.filter { $0.topic == topic }.reduce(0) { $0 + $1.value(at: now) }
            }
            let dropped = Set(before.list.map(\.topic)).subtracting(kept).subtracting([0])
            for drop in dropped { #expect(kept.allSatisfy { worth($0) >= worth(drop) }) }
            #expect(
                balances.list.map { [$0.group, $0.topic] }.elementsEqual(
                    balances.list.map { [$0.group, $0.topic] }.sorted { $0.lexicographicallyPrecedes($1) }
                )
            )
        }
    }

    @Test func aWindowOpensWithItsFirstMatchAndRepeatsNameTheLastGrant() {
        var windows = LimitWindows()
        let limit = ScoringModel.Limit(count: 2, window: .hours(1))
        func decide(_ minutes: Int64, _ offset: UInt64) -> LimitDecision {
            windows.decide(
                key: 9,
                limit: limit,
                at: self.start.adding(.minutes(minutes)),
                entry: EntryID(offset: offset, ordinal: 0),
                capacity: 4
            )
        }
        #expect(decide(0, 1) == .granted)
        #expect(decide(50, 2) == .granted)
        #expect(decide(59, 3) == .repeated(EntryID(offset: 2, ordinal: 0)))
        #expect(decide(60, 4) == .granted)
        #expect(decide(61, 5) == .granted)
        #expect(decide(119, 6) == .repeated(EntryID(offset: 5, ordinal: 0)))
    }

    @Test func onlyWindowsThatAreOverMakeWayForFurtherOnes() {
        var windows = LimitWindows()
        let entry = EntryID(offset: 7, ordinal: 0)
        func decide(_ key: UInt32, hours: Int64, at minutes: Int64) -> LimitDecision {
            let limit = ScoringModel.Limit(count: 1, window: .hours(hours))
            let time = self.start.adding(.minutes(minutes))
            return windows.decide(key: key, limit: limit, at: time, entry: entry, capacity: 3)
        }
        #expect(decide(9, hours: 1, at: 0) == .granted)
        #expect(decide(8, hours: 2, at: 1) == .granted)
        #expect(decide(7, hours: 5, at: 2) == .granted)
        #expect(decide(6, hours: 1, at: 59) == .repeated(nil))
        #expect(decide(9, hours: 1, at: 59) == .repeated(entry))
        #expect(decide(6, hours: 1, at: 60) == .granted)
        #expect(windows.list.map(\.key) == [6, 7, 8])
        // A longer limit of a new model holds for the window that is open.
        #expect(decide(8, hours: 4, at: 70) == .repeated(entry))
        #expect(decide(5, hours: 1, at: 130) == .granted, "only 6 is over")
        #expect(windows.list.map(\.key) == [5, 7, 8])
    }

    @Test func anEventIsSeenOnceWithinTheResendWindow() {
        var seen = SeenEvents()
        func insert(_ nonce: UInt64, _ counter: UInt16) -> Bool { seen.insert(nonce: nonce, counter: counter) }
        #expect(insert(1, 5))
        #expect(!insert(1, 5))
        #expect(insert(1, 3), "late, but new")
        #expect(!insert(1, 3))
        #expect(insert(1, 70))
        #expect(!insert(1, 5), "too far behind to tell, so taken for a resend")
        #expect(insert(1, .max))
        #expect(insert(0, 1) && insert(0, 1), "no nonce, no identity")
        for nonce in 2...UInt64(Limits.rememberedPageLoads + 1) { #expect(insert(nonce, 1)) }
        #expect(insert(1, 5), "forgotten with its page load")
        #expect(!insert(UInt64(Limits.rememberedPageLoads + 1), 1))
    }

    @Test func aGradeIsTheFirstRowWhoseAxesAreReached() {
        var fit = ScoringModel.Fit()
        #expect(fit.grade(of: []) == .b)
        fit.weight = [
            .init(field: "revenue", bands: [.init(from: 0, points: 0), .init(from: 100, points: 3)], factor: 2)
        ]
        fit.potential = [.init(field: "sector", values: [.init(value: "industry", points: 5)], factor: 3)]
        fit.grades = [
            .init(weight: 6, potential: 15, grade: .a), .init(potential: 15, grade: .b), .init(weight: 7, grade: .a),
        ]
        func grade(_ revenue: String, _ sector: String) -> Grade {
            fit.grade(of: [.init(name: "revenue", value: revenue), .init(name: "sector", value: sector)])
        }
        #expect(grade("100", "industry") == .a)
        #expect(grade("99.9", "industry") == .b)
        #expect(grade("many", "industry") == .b)
        #expect(grade("1e9", "trade") == .c)
    }
}
