import Domain
import EventLog
import ScoreStore
import Synchronization
import TestSupport
import Testing

/// A full disk stops the fold, not the scorer: what it derives waits for space.
@Suite struct ScorerSpaceTests {
    private struct Bench {
        let storage = FaultyStorage(seed: 1)
        let clock = ManualClock(Workload.start)
        let log: SegmentLog
        let scorer: Scorer
        let failures = FailureList()
        private(set) var threads: [SystemThread] = []

        /// A log whose reserve is used up, and a scorer that has to derive from what it holds.
        init() throws {
            var configuration = SegmentLogConfiguration()
            configuration.segmentBytes = 65_536
            configuration.blockBytes = 16_384
            configuration.pendingBytes = 16_384
            configuration.freeSpaceFloorBytes = 65_536
            self.log = try SegmentLog(
                storage: self.storage,
                configuration: configuration,
                clock: self.clock,
                randomness: SeededSource(seed: 1)
            )
            self.scorer = Scorer(
                store: ScoreStore(slots: SlotMap(key: self.log.slotKey)),
                stream: self.log,
                directory: Directory(),
                effects: EffectQueue(lanes: 2, start: 0),
                workers: 2,
                start: 0
            )
            let commands = self.log.makeWriter(.control) { _ in }
            var items: [LogItem] = [.contact(ContactRecord(contact: Workload.contacts[0]))]
            for counter in 1...40 as ClosedRange<UInt16> {
                var record = EventRecord()
                record.kind = .pageView
                record.verdict = .confirmed
                record.consent = .granted
                record.visitor = VisitorID(high: 1, low: 2)
                record.contact = Workload.contacts[0]
                record.trust = .token
                record.nonce = 7
                record.counter = counter
                items.append(.event(record, path: "/tarifs"))
            }
            for item in items { try Self.append(item, to: commands, self.log) }
            commands.flush()
            _ = self.log.wait(beyond: UInt64(items.count) - 1, timeout: .seconds(600))
            try self.useUpReserve(commands)
        }

        private static func append(_ item: LogItem, to writer: any LogWriter, _ log: SegmentLog) throws {
            var frames = ByteWriter()
            RecordFrame.append(to: &frames, kind: item.kind, slot: item.slot(in: SlotMap(key: log.slotKey))) {
                $0.bytes.append(contentsOf: item.payload)
            }
            try writer.append(frames.bytes)
        }

        private func useUpReserve(_ commands: any LogWriter) throws {
            self.storage.freeSpace = 0
            while true {
                do {
                    try commands.append(TestRecords.padding(2_000))
                    commands.flush()
                    _ = self.log.wait(beyond: self.log.end, timeout: .milliseconds(20))
                } catch AppendRefusal.diskFull {
                    return
                } catch AppendRefusal.pendingFull {
                    commands.flush()
                }
            }
        }

        mutating func startWorkers() throws {
            for worker in 0..<2 {
                let thread = SystemThread.start("test") { [scorer, failures] in
                    do throws(ScorerFailure) { try scorer.run(worker: worker) } catch { failures.add(error) }
                }
                self.threads.append(try #require(thread))
            }
        }

        func stop() {
            self.scorer.stop()
            for thread in self.threads { thread.join() }
            self.log.close()
        }
    }

    @Test func `derived records wait for space, and everything is folded when it is back`() async throws {
        var bench = try Bench()
        #expect(bench.log.refusesCommands)
        try bench.startWorkers()
        let end = bench.log.end
        bench.storage.freeSpace = 1_000_000
        await withCheckedContinuation { continuation in bench.scorer.whenFolded(end + 1) { continuation.resume() } }
        #expect(bench.failures.all.isEmpty)
        #expect(bench.scorer.folded > end, "touches came behind it, and were folded too")
        bench.stop()
    }

    @Test func `a scorer that waits for space can be stopped`() throws {
        var bench = try Bench()
        try bench.startWorkers()
        bench.stop()
        #expect(bench.failures.all.isEmpty)
    }
}

/// Why workers stopped.
final class FailureList: Sendable {
    private let list = Mutex<[ScorerFailure]>([])

    var all: [ScorerFailure] { self.list.withLock { $0 } }

    func add(_ failure: ScorerFailure) { self.list.withLock { $0.append(failure) } }
}
