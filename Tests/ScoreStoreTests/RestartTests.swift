import Domain
import ScoreStore
import TestSupport
import Testing

/// Stopping anywhere and starting again changes nothing; and ticks decide when, never what.
@Suite struct RestartTests {
    /// Where a run may be cut: behind each whole step, and behind each record derived from it.
    private struct Cut {
        /// The log's end at the cut.
        var end: Int
        /// The end of what is wholly derived: slots and effects may be kept up to here.
        var settled: Int
        /// The step that comes next.
        var nextStep: Int
    }

    private func record(_ steps: [LogStep]) throws -> (bench: SlotBench, cuts: [Cut], kept: [[Slot: [UInt8]]]) {
        var bench = SlotBench()
        var cuts: [Cut] = []
        var kept: [[Slot: [UInt8]]] = [bench.bytes]
        for (number, step) in steps.enumerated() {
            let before = bench.log.count
            try bench.run(step)
            for end in (before + step.items.count)...bench.log.count {
                let settled = end == bench.log.count ? end : before
                cuts.append(Cut(end: end, settled: settled, nextStep: number + 1))
            }
            // Slots change only in whole steps here; the bytes of a step stand for every offset up to its end.
            while kept.count <= bench.log.count { kept.append(bench.bytes) }
        }
        return (bench, cuts, kept)
    }

    @Test(arguments: 2_000..<2_006) func aRunCutAnywhereEndsAsIfItHadNotBeen(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let steps = Workload(seed: seed, count: 60).steps
        let (whole, cuts, kept) = try self.record(steps)
        let ends = Set(cuts.filter { $0.settled == $0.end }.map(\.end))
        for cut in cuts {
            // Every slot comes from a checkpoint of its own, and the catalog has applied at least as much.
            let candidates = ends.filter { $0 <= cut.settled }.sorted() + [0]
            var restarted = SlotBench()
            restarted.models = whole.models
            var lowest = cut.settled
            var highest = 0
            for slot in whole.slots.keys.sorted() {
                let offset = candidates[Int(random.next() % UInt64(candidates.count))]
                lowest = min(lowest, offset)
                highest = max(highest, offset)
                guard let bytes = kept[offset][slot] else { continue }
                var state = try bytes.withUnsafeBytes { raw in
                    var reader = ByteReader(raw)
                    let state = try SlotState(decoding: &reader, models: whole.models)
                    try reader.expectEnd()
                    return state
                }
                state.advance(to: UInt64(offset))
                restarted.slots[slot] = state
            }
            let applied = highest + Int(random.next() % UInt64(cut.settled - highest + 1))
            for record in whole.log[..<cut.end] {
                restarted.append(
                    kind: record.kind,
                    slot: record.slot,
                    cause: record.cause,
                    payload: record.payload,
                    at: record.time
                )
            }
            try restarted.foldRest(from: UInt64(lowest), at: cut.end > 0 ? whole.log[cut.end - 1].time : .distantPast)
            try restarted.run(Array(steps[cut.nextStep...]))

            #expect(restarted.log == whole.log, "seed \(seed), cut \(cut.end)")
            #expect(restarted.bytes == whole.bytes, "seed \(seed), cut \(cut.end)")
            let effects = restarted.effects.filter { $0.offset >= applied }.sorted(by: Self.isBefore)
            let expected = whole.effects.filter { $0.offset >= applied }.sorted(by: Self.isBefore)
            #expect(effects == expected, "seed \(seed), cut \(cut.end)")
        }
    }

    private static func isBefore(_ left: Effect, _ right: Effect) -> Bool {
        (left.offset, left.slot, left.ordinal) < (right.offset, right.slot, right.ordinal)
    }

    @Test(arguments: 2_100..<2_140) func ticksDecideWhenAndNeverWhat(seed: UInt64) throws {
        let steps = Workload(seed: seed, count: 120, ticks: false).steps
        let plain = try self.run(steps, seed: seed, ticksPerGap: 0)
        for ticksPerGap in [1, 4] {
            let ticked = try self.run(steps, seed: seed, ticksPerGap: ticksPerGap)
            for id in Workload.contacts + Workload.claimed {
                #expect(ticked.contact(id)?.ripeness == plain.contact(id)?.ripeness)
                #expect(ticked.contact(id)?.balances == plain.contact(id)?.balances)
                #expect(ticked.contact(id)?.limited == plain.contact(id)?.limited)
                #expect(ticked.contact(id)?.stageEnd == plain.contact(id)?.stageEnd)
                let notes = plain.notifications.filter { $0.notification.contact == id }
                let others = ticked.notifications.filter { $0.notification.contact == id }
                #expect(others.map(\.notification) == notes.map(\.notification), "seed \(seed)")
                #expect(others.map(\.time) == notes.map(\.time), "seed \(seed)")
            }
        }
    }

    private func run(_ steps: [LogStep], seed: UInt64, ticksPerGap: Int) throws -> SlotBench {
        var random = SeededRandom(seed: seed)
        var bench = SlotBench()
        var last = Workload.start
        for step in steps {
            let gap = UInt64(step.time.microseconds - last.microseconds)
            let times = (0..<ticksPerGap).map { _ in last.microseconds + Int64(random.next() % (gap + 1)) }
            for time in times.sorted() {
                try bench.run(LogStep(time: Timestamp(microseconds: time), items: [.tick]))
            }
            try bench.run(step)
            last = step.time
        }
        return bench
    }
}
