import Catalog
import Domain
import EventLog
import ScoreStore
import TestSupport
import Testing

@testable import Server

/// Starts on what an earlier process left, without threads: each step is the test's.
@Suite struct PipelineTests {
    /// What outlives a process.
    private struct Disk {
        var catalog: CatalogDatabase
        var log: FaultyStorage
        var checkpoints: FaultyStorage
        let clock = ManualClock(Workload.start)
        let randomness: SeededSource

        init(seed: UInt64 = 1) throws {
            self.randomness = SeededSource(seed: seed)
            self.catalog = try CatalogDatabase()
            self.log = FaultyStorage(seed: seed)
            self.checkpoints = FaultyStorage(seed: seed)
        }

        func open(workers: Int = 2) throws -> Pipeline {
            var configuration = SegmentLogConfiguration()
            configuration.segmentBytes = 24_576
            configuration.blockBytes = 16_384
            configuration.pendingBytes = 16_384
            configuration.runsThreads = false
            return try Pipeline(
                Pipeline.Storage(catalog: self.catalog, log: self.log, checkpoints: self.checkpoints),
                options: Pipeline.Options(
                    workers: workers,
                    log: configuration,
                    effects: EffectWriter.Settings(destinations: [], source: "", consoleAddress: "")
                ),
                clock: self.clock,
                randomness: self.randomness,
                passedOver: { _, _ in },
                onCommit: {}
            )
        }
    }

    private func log(_ steps: some Sequence<LogStep>, _ pipeline: Pipeline, _ clock: ManualClock) throws {
        let writer = pipeline.log.makeWriter(.control) { _ in }
        for step in steps {
            clock.advance(step.time.since(max(clock.wallTime(), Workload.start)))
            var frames = ByteWriter()
            for item in step.items {
                RecordFrame.append(to: &frames, kind: item.kind, slot: item.slot(in: pipeline.store.slots)) {
                    $0.bytes.append(contentsOf: item.payload)
                }
            }
            _ = try frames.bytes.withUnsafeBytes { try writer.append($0, records: step.items.count) }
            while pipeline.log.step() {}
        }
    }

    /// Folds everything and applies it; returns how far.
    @discardableResult
    private func settle(_ pipeline: Pipeline) throws -> UInt64 {
        try pipeline.scorer.runToEnd()
        guard let taken = pipeline.effects.take() else { return 0 }
        let position = LogPosition(stream: pipeline.log.id, offset: taken.through)
        try pipeline.writer.apply(taken.effects, applied: position)
        return taken.through
    }

    private func slots(_ pipeline: Pipeline) -> [[UInt8]] {
        pipeline.store.images(folded: { _ in pipeline.log.end }).slots
    }

    @Test(arguments: [1, 3]) func slotsTakenWhileWorkersFoldStandForAStart(workers: Int) throws {
        let disk = try Disk()
        let first = try disk.open()
        try self.log(Workload(seed: 5, count: 60).steps, first, disk.clock)
        // One worker has folded, the other has not begun: half of the slots stand at 0.
        var ahead = first.scorer.makeWorker(1)
        #expect(try first.scorer.step(&ahead))
        let images = first.images()
        #expect(images.low == 0 && images.high > 0)
        #expect(!first.isSettled(images, applied: 0))
        var behind = first.scorer.makeWorker(0)
        while try first.scorer.step(&behind) || first.scorer.step(&ahead) || first.log.step() {}
        let taken = try #require(first.effects.take())
        let position = LogPosition(stream: first.log.id, offset: taken.through)
        try first.writer.apply(taken.effects, applied: position)
        #expect(first.isSettled(images, applied: taken.through))
        try first.save(images)
        let expected = self.slots(first)
        disk.log.crash()

        let second = try disk.open(workers: workers)
        #expect(second.scorer.folded == images.low)
        let end = second.log.end
        try second.scorer.runToEnd()
        #expect(second.log.end == end, "nothing is derived twice")
        #expect(self.slots(second) == expected)
        second.log.close()
    }

    @Test func theLogIsTrimmedByAgeButNeverBelowTheOlderCheckpoint() throws {
        let disk = try Disk()
        let pipeline = try disk.open()
        try self.log(Workload(seed: 6, count: 250).steps, pipeline, disk.clock)
        var applied = try self.settle(pipeline)
        try pipeline.trim(olderThan: .days(0), applied: applied)
        while pipeline.log.step() {}
        #expect(pipeline.log.start == 0, "no checkpoint stands for it")
        try pipeline.save(pipeline.images())
        let low = pipeline.images().low
        try self.log(Workload(seed: 7, count: 100).steps, pipeline, disk.clock)
        applied = try self.settle(pipeline)
        try pipeline.save(pipeline.images())
        disk.clock.stepWall(.days(365))
        for _ in 0..<50 { try pipeline.trim(olderThan: .days(200), applied: applied) }
        #expect(pipeline.log.start == 0, "a stepped wall clock ages nothing")
        for _ in 0..<500 { try pipeline.trim(olderThan: .days(0), applied: applied) }
        #expect(pipeline.log.start > 0)
        #expect(pipeline.log.start <= low)
        pipeline.log.close()
    }

    @Test func aCatalogOfAnotherLogIsRefused() throws {
        let disk = try Disk()
        let first = try disk.open()
        try self.log(Workload(seed: 5, count: 10).steps, first, disk.clock)
        try self.settle(first)
        first.log.close()
        var other = try Disk(seed: 2)
        other.catalog = disk.catalog
        #expect(throws: StartFailure.foreignCatalog) { _ = try other.open() }
        // Nothing is held on to.
        other.catalog = try CatalogDatabase()
        try other.open().log.close()
    }

    @Test func aLogThatLostItsEndIsRefused() throws {
        let disk = try Disk()
        let first = try disk.open()
        try self.log(Workload(seed: 5, count: 10).steps, first, disk.clock)
        let older = disk.log.copy(seed: 9)
        try self.log([LogStep(time: disk.clock.wallTime(), items: [.tick])], first, disk.clock)
        try self.settle(first)
        first.log.close()
        var restored = disk
        restored.log = older
        #expect(throws: StartFailure.logBehindCatalog) { _ = try restored.open() }
    }

    @Test func aTrimmedLogNeedsACheckpoint() throws {
        var disk = try Disk()
        let pipeline = try disk.open()
        try self.log(Workload(seed: 8, count: 120).steps, pipeline, disk.clock)
        try self.settle(pipeline)
        pipeline.log.trim(below: pipeline.log.end)
        while pipeline.log.step() {}
        let start = pipeline.log.start
        #expect(start > 0)
        pipeline.log.close()
        disk.checkpoints = FaultyStorage(seed: 4)
        #expect(throws: StartFailure.trimmedLog(start: start)) { _ = try disk.open() }
    }
}
