import Domain
import ScoreStore
import Synchronization
import TestSupport
import Testing

/// The real store and scorer: any number of workers, threads and restarts lead to the same bytes (promise 5).
@Suite struct ScorerTests {
    private struct Outcome: Equatable {
        var slots: [[UInt8]]
        var effects: [Effect]

        /// A digest that is the same on every machine and in every process.
        var digest: UInt64 {
            var writer = ByteWriter()
            for bytes in self.slots { writer.writeCounted(bytes) }
            for effect in self.effects { writer.writeText("\(effect)") }
            return writer.bytes.withUnsafeBytes { SipHash.hash($0, key: SipKey(1, 2)) }
        }
    }

    private static func encode(_ store: ScoreStore) -> [[UInt8]] {
        (0..<Limits.slotCount).map { number in
            store.read(Slot(number)) { state in
                var writer = ByteWriter()
                state.encode(to: &writer)
                return writer.bytes
            }
        }
    }

    /// Writes the steps into a stream, each as a block at its own time, and folds after each.
    private static func record(_ steps: [LogStep]) throws -> MemoryEventStream {
        let clock = ManualClock(Workload.start)
        let stream = MemoryEventStream(seed: 1, clock: clock)
        let map = SlotMap(key: stream.slotKey)
        let writer = stream.makeWriter(.control) { _ in }
        let scorer = Scorer(
            store: ScoreStore(slots: map),
            stream: stream,
            directory: Directory(),
            effects: EffectQueue(lanes: 1, start: 0),
            workers: 1,
            start: 0
        )
        var now = Workload.start
        for step in steps {
            clock.advance(step.time.since(now))
            now = step.time
            var frames = ByteWriter()
            for item in step.items {
                RecordFrame.append(to: &frames, kind: item.kind, slot: item.slot(in: map)) { body in
                    body.bytes.append(contentsOf: item.payload)
                }
            }
            _ = try frames.bytes.withUnsafeBytes { try writer.append($0, records: step.items.count) }
            writer.flush()
            try scorer.runToEnd()
        }
        return stream
    }

    /// Folds a recorded stream with so many threads, each with a worker, and takes the effects as the catalog does.
    private static func replay(_ stream: MemoryEventStream, workers: Int) throws -> Outcome {
        let end = stream.end
        let store = ScoreStore(slots: SlotMap(key: stream.slotKey))
        let queue = EffectQueue(lanes: workers, start: 0)
        let scorer = Scorer(
            store: store,
            stream: stream,
            directory: Directory(),
            effects: queue,
            workers: workers,
            start: 0
        )
        let failures = Mutex<[ScorerFailure]>([])
        let threads = (0..<workers).map { worker in
            SystemThread.start("fold-\(worker)") {
                do throws(ScorerFailure) {
                    try scorer.run(worker: worker)
                } catch {
                    failures.withLock { $0.append(error) }
                    queue.close()
                }
            }
        }
        var effects: [Effect] = []
        var through: UInt64 = 0
        while through < end, let next = queue.take(gathering: .seconds(0)) {
            effects += next.effects
            through = next.through
        }
        scorer.stop()
        queue.close()
        for thread in threads { try #require(thread).join() }
        #expect(failures.withLock { $0 }.isEmpty)
        #expect(through == end)
        #expect(stream.end == end, "a replay writes no derived record again")
        #expect(scorer.folded == end)
        return Outcome(slots: Self.encode(store), effects: effects)
    }

    /// Renew the digest when a rule, a format or the workload changes on purpose: the failing test prints the new
    /// one. It holds in every process and on every machine, whatever their hash seeds and C libraries.
    private static let pinnedDigest: UInt64 = 1_648_535_085_083_549_997

    @Test func anyNumberOfWorkersFoldsOneLogToTheSameBytesAndEffects() throws {
        let stream = try Self.record(Workload(seed: 42, count: 150).steps)
        let alone = try Self.replay(stream, workers: 1)
        for workers in [2, 5] {
            let together = try Self.replay(stream, workers: workers)
            #expect(together.slots == alone.slots)
            #expect(together.effects == alone.effects)
        }
        #expect(alone.effects.count > 300)
        #expect(alone.digest == Self.pinnedDigest)
    }

    @Test func theBenchOfThePropertyTestsFoldsLikeTheScorer() throws {
        let steps = Workload(seed: 43, count: 100).steps
        let stream = try Self.record(steps)
        let outcome = try Self.replay(stream, workers: 1)
        var bench = SlotBench(key: stream.slotKey)
        try bench.run(steps)
        #expect(bench.end == stream.end)
        #expect(bench.effects.count == outcome.effects.count)
        for id in Workload.contacts {
            let slot = bench.map.slot(of: id)
            guard bench.slots[slot] != nil else { continue }
            // The bench creates a slot when it is first addressed, so only what is in it can be compared.
            let bytes = bench.contact(id).map(Self.bytes)
            let kept = try outcome.slots[Int(slot.rawValue)].withUnsafeBytes { raw in
                var reader = ByteReader(raw)
                return try SlotState(decoding: &reader, models: bench.models)
            }
            #expect(kept.contact(id).map(Self.bytes) == bytes)
        }
    }

    private static func bytes(_ contact: Contact) -> [UInt8] {
        var writer = ByteWriter()
        contact.encode(to: &writer)
        return writer.bytes
    }

    @Test func aStoreRestoredFromACheckpointEndsAsOneThatNeverStopped() throws {
        let stream = try Self.record(Workload(seed: 44, count: 80).steps)
        let whole = try Self.replay(stream, workers: 1)
        let map = SlotMap(key: stream.slotKey)
        let store = ScoreStore(slots: map)
        let queue = EffectQueue(lanes: 1, start: 0)
        let scorer = Scorer(
            store: store,
            stream: Prefix(stream, end: stream.end / 2),
            directory: Directory(),
            effects: queue,
            workers: 1,
            start: 0
        )
        try scorer.runToEnd()
        let half = scorer.folded
        #expect(half > 0 && half < stream.end)
        var history = ByteWriter()
        store.modelHistory.encode(to: &history)
        let models = try history.bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            return try ModelHistory(decoding: &reader)
        }
        let states = try Self.encode(store).map { bytes in
            var state = try bytes.withUnsafeBytes { raw in
                var reader = ByteReader(raw)
                return try SlotState(decoding: &reader, models: models)
            }
            state.advance(to: half)
            return state
        }
        let restored = ScoreStore(slots: map, states: states, models: models)
        let rest = EffectQueue(lanes: 1, start: half)
        let second = Scorer(
            store: restored,
            stream: stream,
            directory: Directory(),
            effects: rest,
            workers: 1,
            start: half
        )
        try second.runToEnd()
        #expect(second.folded == stream.end)
        #expect(rest.take(gathering: .seconds(0))?.effects == whole.effects.filter { $0.offset >= half })
        // The last step is a tick, which every slot folds: so even the offsets are the same.
        #expect(Self.encode(restored) == whole.slots)
    }

    @Test func stoppedWorkersReturnAndWaitersAreCalledOnce() throws {
        let stream = try Self.record(Workload(seed: 45, count: 20).steps)
        let queue = EffectQueue(lanes: 2, start: 0)
        let scorer = Scorer(
            store: ScoreStore(slots: SlotMap(key: stream.slotKey)),
            stream: stream,
            directory: Directory(),
            effects: queue,
            workers: 2,
            start: 0
        )
        let calls = Mutex(0)
        scorer.whenFolded(stream.end) { calls.withLock { $0 += 1 } }
        #expect(calls.withLock { $0 } == 0)
        let threads = (0..<2).map { worker in
            SystemThread.start("fold-\(worker)") { try? scorer.run(worker: worker) }
        }
        var through: UInt64 = 0
        while through < stream.end, let next = queue.take(gathering: .seconds(0)) { through = next.through }
        scorer.stop()
        for thread in threads { try #require(thread).join() }
        #expect(calls.withLock { $0 } == 1)
        scorer.whenFolded(stream.end) { calls.withLock { $0 += 1 } }
        #expect(calls.withLock { $0 } == 2)
        #expect(scorer.derivedDurable == stream.end)
    }
}

/// The beginning of another stream, as a process that stopped there saw it. Blocks are given whole.
private final class Prefix: EventStream {
    private let whole: MemoryEventStream
    let end: UInt64

    init(_ whole: MemoryEventStream, end: UInt64) {
        self.whole = whole
        self.end = end
    }

    var id: StreamID { self.whole.id }
    var slotKey: SipKey { self.whole.slotKey }
    var start: UInt64 { self.whole.start }

    func makeWriter(_ role: LogWriterRole, onProgress: @escaping @Sendable (LogProgress) -> Void) -> any LogWriter {
        self.whole.makeWriter(role, onProgress: onProgress)
    }

    func read(from offset: UInt64, maximumBytes: Int) throws(LogReadFailure) -> [CommittedBlock] {
        guard offset < self.end else { return [] }
        return try self.whole.read(from: offset, maximumBytes: maximumBytes).filter { $0.firstOffset < self.end }
    }

    func wait(beyond offset: UInt64, timeout: TimeSpan) -> UInt64 { self.end }

    func trim(below offset: UInt64) {}
}
