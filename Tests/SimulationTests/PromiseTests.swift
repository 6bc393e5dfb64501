import Domain
import Foundation
import ScoreStore
import Synchronization
import Testing

/// Whole lives of the whole service (docs/testing.md): one seed is one run, and the promises hold after each.
@Suite struct PromiseTests {
    /// `VENDANGE_SEED` plays that one, `VENDANGE_SEEDS` so many from `VENDANGE_FIRST_SEED` on.
    private static let seeds: ClosedRange<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["VENDANGE_SEED"].flatMap({ UInt64($0) }) { return seed...seed }
        let first = environment["VENDANGE_FIRST_SEED"].flatMap { UInt64($0) } ?? 1
        let count = environment["VENDANGE_SEEDS"].flatMap { UInt64($0) } ?? 200
        return first...(first + max(1, count) - 1)
    }()

    /// Half of the seeds each, so that two cores are busy.
    @Test(arguments: [UInt64(0), 1]) func `after any crash and at the end of any run the promises hold`(
        half: UInt64
    ) async throws {
        let total = Mutex(SimulationRun.Report())
        let failures = Mutex<[String]>([])
        let seeds = Self.seeds.filter { $0 % 2 == half }
        await withCheckedContinuation { continuation in
            let thread = SystemThread.start("test") {
                for seed in seeds where failures.withLock({ $0.count }) < 5 {
                    do {
                        var run = try SimulationRun(seed: seed)
                        try run.play()
                        total.withLock { $0.add(run.report) }
                    } catch {
                        failures.withLock { $0.append(Self.replay(seed, error)) }
                    }
                }
                continuation.resume()
            }
            if thread == nil { continuation.resume() }
        }
        for failure in failures.withLock({ $0 }) { Issue.record("\(failure)") }
        let report = total.withLock { $0 }
        guard seeds.count >= 20, failures.withLock({ $0.isEmpty }) else { return }
        // A simulation in which nothing happens proves nothing.
        #expect(report.lives > 3 * seeds.count)
        #expect(report.powerCuts > seeds.count)
        #expect(report.checkpoints > seeds.count)
        #expect(report.fromCheckpoint > seeds.count / 2)
        #expect(report.trimmed > 0)
        #expect(report.sealed > seeds.count / 2)
        #expect(report.erased > 0)
        #expect(report.refused > 0)
        #expect(report.deliveries > seeds.count)
        #expect(report.acknowledged > 50 * seeds.count)
        #expect(report.damagedCheckpoints > seeds.count / 4)
        #expect(report.noticedDamages > seeds.count)
        print("simulated: \(report)")
    }

    private static func replay(_ seed: UInt64, _ error: any Error) -> String {
        "promise \(error) -- again with: VENDANGE_SEED=\(seed) swift test --filter PromiseTests"
    }
}

extension SimulationRun.Report {
    fileprivate mutating func add(_ other: SimulationRun.Report) {
        self.records += other.records
        self.trimmed += other.trimmed
        self.sealed += other.sealed
        self.erased += other.erased
        self.lives += other.lives
        self.powerCuts += other.powerCuts
        self.failedSyncs += other.failedSyncs
        self.checkpoints += other.checkpoints
        self.acknowledged += other.acknowledged
        self.refused += other.refused
        self.deliveries += other.deliveries
        self.fromCheckpoint += other.fromCheckpoint
        self.damagedCheckpoints += other.damagedCheckpoints
        self.noticedDamages += other.noticedDamages
    }
}
