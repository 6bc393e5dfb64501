import Domain
import ScoreStore
import TestSupport
import Testing

/// Promise 2: a score equals its ledger.
@Suite struct LedgerTests {
    @Test(arguments: 1_000..<1_060) func theLedgerBuiltFromEffectsSumsToTheBalancesAtEveryStep(seed: UInt64) throws {
        var bench = SlotBench()
        var ledger = Ledger()
        var applied = 0
        for step in Workload(seed: seed, count: 160).steps {
            try bench.run(step)
            for effect in bench.effects[applied...] { ledger.apply(effect) }
            applied = bench.effects.count
            #expect(ledger.faults.isEmpty, "seed \(seed)")
            let model = try #require(bench.models.models.last)
            for id in ledger.contacts {
                let contact = try #require(bench.contact(id), "seed \(seed): rows of a contact who is gone")
                let sums = ledger.sums(id) { name in
                    let number = model.groupNames.firstIndex(of: name) ?? 0
                    return model.clocks[number].reading(at: step.time)
                }
                for (number, name) in model.groupNames.enumerated() {
                    let now = model.clocks[number].reading(at: step.time)
                    let (sum, magnitude) = sums[name] ?? (0, 0)
                    let difference = contact.balances.total(group: UInt8(number), now: now) - sum
                    #expect(difference.magnitude <= 1e-9 * magnitude, "seed \(seed), \(id), \(name)")
                }
            }
        }
    }

    @Test(arguments: 1_100..<1_120) func theStandingIsTheSumOfItsBalances(seed: UInt64) throws {
        var bench = SlotBench()
        try bench.run(Workload(seed: seed, count: 160).steps)
        for effect in bench.effects {
            guard case .standing(let standing) = effect.body else { continue }
            let sum = standing.balances.reduce(0) { $0 + $1.value }
            let magnitude = standing.balances.reduce(0) { $0 + $1.value.magnitude }
            #expect((standing.score - sum).magnitude <= 1e-9 * magnitude)
            #expect(standing.asOf == effect.time)
        }
    }
}
