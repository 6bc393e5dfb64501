import Domain
import EventLog
import Foundation
import ScoreStore
import Synchronization
import TestSupport
import Testing

/// The same log leads to the same bytes and effects in another process, with any number of workers (promise 5).
@Suite struct ProcessTests {
    /// A store that threads fold a log into, and the effects as the catalog would take them.
    private final class Fold: Sendable {
        let scorer: Scorer
        private let store: ScoreStore
        private let queue: EffectQueue
        private let effects = Mutex(ByteWriter())
        private let threads = Mutex<[SystemThread]>([])

        init(_ log: SegmentLog, workers: Int) throws {
            self.queue = EffectQueue(lanes: workers, start: 0)
            self.store = ScoreStore(slots: SlotMap(key: log.slotKey))
            self.scorer = Scorer(
                store: self.store,
                stream: log,
                directory: Directory(),
                effects: self.queue,
                workers: workers,
                start: 0
            )
            for worker in 0..<workers {
                let thread = SystemThread.start("test") { [scorer] in try? scorer.run(worker: worker) }
                self.threads.withLock { $0.append(contentsOf: [thread].compactMap(\.self)) }
            }
            let drain = SystemThread.start("test") { [self] in
                while let taken = self.queue.take() {
                    self.effects.withLock { text in
                        for effect in taken.effects { text.writeText("\(effect)") }
                    }
                }
            }
            self.threads.withLock { $0.append(contentsOf: [drain].compactMap(\.self)) }
        }

        // In this order: once all that follows from what was folded is durable, it lies before the end looked at last.
        private func isDone(_ log: SegmentLog) -> Bool {
            let folded = self.scorer.folded
            return self.scorer.derivedDurable >= folded && log.end <= folded
        }

        /// Waits until nothing more follows, stops, and returns a digest of every effect and every slot.
        func finish(_ log: SegmentLog) -> UInt64 {
            while !self.isDone(log) { _ = log.wait(beyond: log.end, timeout: .milliseconds(1)) }
            self.scorer.stop()
            self.queue.close()
            for thread in self.threads.withLock({ $0 }) { thread.join() }
            var writer = self.effects.withLock { $0 }
            for bytes in self.store.images(folded: { _ in log.end }).slots { writer.writeCounted(bytes) }
            return writer.bytes.withUnsafeBytes { SipHash.hash($0, key: SipKey(1, 2)) }
        }
    }

    private static func open(_ directory: String, _ clock: ManualClock) throws -> SegmentLog {
        var configuration = SegmentLogConfiguration()
        configuration.segmentBytes = 1 << 20
        configuration.blockBytes = 1 << 18
        configuration.pendingBytes = 1 << 18
        configuration.freeSpaceFloorBytes = 1 << 20
        return try SegmentLog(
            storage: try PosixStorage(directory),
            configuration: configuration,
            clock: clock,
            randomness: SeededSource(seed: 1)
        )
    }

    /// Logs a workload while five threads fold it, so that derived records lie where they happened to be written.
    private static func record(in directory: String, seed: UInt64) throws -> (digest: UInt64, end: UInt64) {
        let clock = ManualClock(Workload.start)
        let log = try Self.open(directory, clock)
        defer { log.close() }
        let fold = try Fold(log, workers: 5)
        let durable = Mutex<UInt64>(0)
        let writer = log.makeWriter(.control) { progress in
            if case .durable(let ticket, _) = progress { durable.withLock { $0 = ticket } }
        }
        for step in Workload(seed: seed, count: 150).steps {
            clock.advance(step.time.since(clock.wallTime()))
            var frames = ByteWriter()
            for item in step.items {
                RecordFrame.append(to: &frames, kind: item.kind, slot: item.slot(in: SlotMap(key: log.slotKey))) {
                    $0.bytes.append(contentsOf: item.payload)
                }
            }
            let ticket = try frames.bytes.withUnsafeBytes { try writer.append($0, records: step.items.count) }
            writer.flush()
            // The log's end may also move for what follows from earlier steps.
            while durable.withLock({ $0 < ticket }) { _ = log.wait(beyond: log.end, timeout: .milliseconds(1)) }
        }
        return (fold.finish(log), log.end)
    }

    /// What a replay leads to.
    static func replay(_ directory: String, workers: Int) throws -> (digest: UInt64, end: UInt64) {
        let log = try Self.open(directory, ManualClock(Workload.start))
        defer { log.close() }
        return (try Fold(log, workers: workers).finish(log), log.end)
    }

    @Test func `another process folds the same log to the same digest, with any number of workers`() async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/vendange-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let live = try Self.record(in: directory, seed: 42)
        #expect(live.end > 200)
        await #expect(processExitsWith: .success) {
            [directory = directory as String, digest = live.digest as UInt64, end = live.end as UInt64] in
            for workers in [1, 2, 5] {
                let replay = try Self.replay(directory, workers: workers)
                #expect(replay.digest == digest, "\(workers) workers")
                #expect(replay.end == end, "a replay writes no derived record again")
            }
        }
    }
}
