import Domain
import TestSupport
import Testing

struct RetryPolicyTests {
    private static let start = Timestamp(seconds: 1_800_000_000)

    private func item(attempts: Int, firstAttempt: Timestamp = .never) -> OutboxItem {
        OutboxItem(
            id: 1,
            destination: "crm",
            key: "k",
            kind: .leadQualified,
            contact: ContactID(1),
            body: [],
            created: Self.start,
            attempts: attempts,
            firstAttempt: firstAttempt
        )
    }

    @Test(
        arguments: [
            (1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 320), (7, 640), (8, 1_280), (9, 2_560), (10, 5_120),
            (11, 10_240), (12, 20_480), (13, 21_600), (14, 21_600), (64, 21_600), (Int.max, 21_600),
        ] as [(Int, Int64)]
    )
    func ceilingFollowsTheTable(failures: Int, seconds: Int64) {
        #expect(RetryPolicy.ceiling(afterFailures: failures) == .seconds(seconds))
    }

    @Test func extremeDrawsReachFloorAndCeilingAndNothingBeyond() {
        for failures in 1...20 {
            let ceiling = RetryPolicy.ceiling(afterFailures: failures)
            #expect(RetryPolicy.delay(afterFailures: failures, randomness: FixedRandomness(0)) == .seconds(5))
            #expect(RetryPolicy.delay(afterFailures: failures, randomness: FixedRandomness(.max)) == ceiling)
        }
    }

    @Test func delaysAreSpreadEvenly() {
        let source = SeededSource(seed: 7)
        let delays = (0..<4_000).map { _ in RetryPolicy.delay(afterFailures: 3, randomness: source) }
        let lower = delays.filter { $0 < .milliseconds(22_500) }.count
        #expect((1_850...2_150).contains(lower))
        #expect(delays.allSatisfy { $0 >= .seconds(5) && $0 <= .seconds(40) })
    }

    @Test func firstFailureOfAnItemStartsItsLifetime() {
        let verdict = RetryPolicy.verdict(
            for: self.item(attempts: 0),
            at: Self.start,
            notBefore: Self.start,
            randomness: FixedRandomness(0)
        )
        #expect(verdict == .retry(at: Self.start.adding(.seconds(5))))
    }

    @Test func itemsOwnBackoffGrowsWithItsAttempts() {
        let verdict = RetryPolicy.verdict(
            for: self.item(attempts: 9, firstAttempt: Self.start),
            at: Self.start,
            notBefore: Self.start,
            randomness: FixedRandomness(.max)
        )
        #expect(verdict == .retry(at: Self.start.adding(.seconds(5_120))))
    }

    @Test func destinationsWaitIsTheLeast() {
        let earliest = Self.start.adding(.hours(6))
        let verdict = RetryPolicy.verdict(
            for: self.item(attempts: 0),
            at: Self.start,
            notBefore: earliest,
            randomness: FixedRandomness(.max)
        )
        #expect(verdict == .retry(at: earliest))
    }

    @Test func itemIsGivenUpWhenItsNextAttemptLiesBehindThreeDays() {
        let item = self.item(attempts: 30, firstAttempt: Self.start)
        func verdict(at now: Timestamp) -> OutboxVerdict {
            RetryPolicy.verdict(for: item, at: now, notBefore: now, randomness: FixedRandomness(0))
        }
        let last = Self.start.adding(.days(3))
        #expect(verdict(at: last.adding(.seconds(-5))) == .retry(at: last))
        #expect(verdict(at: last.adding(.seconds(-4))) == .dead)
    }

    @Test func aBacklogIsGivenUpThreeDaysAfterItsDestinationFailed() {
        func verdict(created: Timestamp, failingSince: Timestamp?, at now: Timestamp) -> OutboxVerdict {
            var item = self.item(attempts: 0)
            item.created = created
            return RetryPolicy.verdict(
                for: item,
                at: now,
                notBefore: now,
                failingSince: failingSince,
                randomness: FixedRandomness(0)
            )
        }
        let failed = Self.start
        let late = failed.adding(.days(3))
        // Decided before or soon after the destination failed, and never tried until now.
        #expect(verdict(created: failed.adding(.days(-1)), failingSince: failed, at: late) == .dead)
        #expect(verdict(created: failed.adding(.seconds(-9)), failingSince: failed, at: late) == .dead)
        // Each item has its three days, and an old one is not given up at a destination's first failure.
        let next = late.adding(RetryPolicy.shortestDelay)
        #expect(verdict(created: failed.adding(.days(1)), failingSince: failed, at: late) == .retry(at: next))
        #expect(verdict(created: failed.adding(.days(-9)), failingSince: late, at: late) == .retry(at: next))
        // Whatever the destination does with others, an item does not outlive three days of its own attempts.
        var poison = self.item(attempts: 30, firstAttempt: failed)
        poison.created = failed
        let poisoned = RetryPolicy.verdict(
            for: poison,
            at: late,
            notBefore: late,
            failingSince: late,
            randomness: FixedRandomness(0)
        )
        #expect(poisoned == .dead)
    }

    @Test func aDeadDestinationCostsAboutThirtyFiveAttemptsPerItem() {
        let source = SeededSource(seed: 11)
        var counts: [Int] = []
        for _ in 0..<200 {
            var now = Self.start
            var attempts = 0
            var isDead = false
            while !isDead {
                let verdict = RetryPolicy.verdict(
                    for: self.item(attempts: attempts, firstAttempt: Self.start),
                    at: now,
                    notBefore: now,
                    randomness: source
                )
                attempts += 1
                if case .retry(let time) = verdict { now = time } else { isDead = true }
            }
            counts.append(attempts)
        }
        let mean = Double(counts.reduce(0, +)) / Double(counts.count)
        #expect((32.0...39.0).contains(mean), "mean \(mean)")
    }
}
