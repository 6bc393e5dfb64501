import Catalog
package import Domain
import EventLog
import Foundation
package import Logging
package import ScoreStore
package import Settings

/// Log, store, scorer and catalog, wired and running: everything behind the ports.
///
/// Start: catalog, newest usable checkpoint, log (``Pipeline``), replay to the log's end. Only then is the directory
/// complete and may the public port open. Stop: the reverse, so that the next start has nothing to replay.
package final class Core: Sendable {
    let settings: ServiceSettings
    let logger: Logger
    let clock: any Clock
    let randomness: any Randomness
    let pipeline: Pipeline
    let pump: EffectPump
    let canaries = CanaryWatch()
    /// What ledgers take in, for the live events.
    let ledgerWatch = LedgerWatch()
    /// What keeps the log from being trimmed for a while.
    let trimHolds = TrimHolds()
    let commands: AwaitableAppender
    /// Tells, once, that the scorer has stopped for good. For one listener.
    let failures: AsyncStream<ScorerFailure>
    private let failed: AsyncStream<ScorerFailure>.Continuation
    /// Held for as long as the core lives.
    private let ownership: PosixStorage
    private let threads: Monitor<Threads>

    var log: SegmentLog { self.pipeline.log }
    var store: ScoreStore { self.pipeline.store }
    var directory: Directory { self.pipeline.directory }
    var catalog: CatalogDatabase { self.pipeline.catalog }
    var scorer: Scorer { self.pipeline.scorer }
    var checkpoints: CheckpointStore { self.pipeline.checkpoints }
    var writer: EffectWriter { self.pipeline.writer }

    private struct Threads: Sendable {
        var workers: [SystemThread] = []
        var pump: SystemThread?
        var failure: ScorerFailure?
        var isStopped = false
    }

    /// How often a stop looks whether it can still catch up.
    private static let pulse = Duration.milliseconds(20)

    /// Opens everything and starts to fold. `onCommit` is called when there is something to deliver.
    package init(
        settings: ServiceSettings,
        clock: any Clock,
        randomness: any Randomness,
        logger: Logger,
        onCommit: @escaping @Sendable () -> Void
    ) throws {
        self.settings = settings
        self.logger = logger
        self.clock = clock
        self.randomness = randomness
        let directory = DataDirectory(settings.dataDirectory)
        self.ownership = try Self.own(directory)
        self.pipeline = try Self.open(directory, settings, clock, randomness, logger, onCommit)
        if self.pipeline.isRebuilt { Self.warnOfRebuild(self.pipeline.log, logger) }
        self.pump = EffectPump(
            queue: self.pipeline.effects,
            writer: self.pipeline.writer,
            stream: self.pipeline.log.id,
            applied: self.pipeline.applied,
            historicBelow: self.pipeline.historicBelow,
            logger: logger,
            ledgerWatch: self.ledgerWatch
        )
        self.commands = AwaitableAppender(self.pipeline.log)
        (self.failures, self.failed) = AsyncStream.makeStream()
        self.threads = Monitor(Threads())
        self.startThreads()
    }

    /// Why the scorer stopped, if it did.
    package var scorerFailure: ScorerFailure? { self.threads.wait(until: { _ in true }, { $0.failure }) }

    private func startThreads() {
        for worker in 0..<self.scorer.workers {
            let thread = SystemThread.start("vdg-fold-\(worker)", niceness: Limits.foldNiceness) {
                do throws(ScorerFailure) {
                    try self.scorer.run(worker: worker)
                } catch {
                    self.noteFailure(error)
                }
            }
            self.threads.withLock { threads in
                if let thread { threads.workers.append(thread) }
                return false
            }
        }
        let pump = SystemThread.start("vdg-effects", niceness: Limits.foldNiceness) { self.pump.run() }
        self.threads.withLock { threads in
            threads.pump = pump
            return false
        }
    }

    private func noteFailure(_ failure: ScorerFailure) {
        self.logger.critical("the scorer stopped", metadata: ["error": "\(failure)"])
        self.threads.withLock { threads in
            threads.failure = failure
            return true
        }
        self.scorer.stop()
        self.pump.stop()
        self.failed.yield(failure)
    }

    /// Returns when everything the log holds now is folded and in the catalog.
    package func settle() async {
        await self.reached(self.log.end)
    }

    /// Returns when everything below `offset` is folded and in the catalog: true. False when it is not, because the
    /// task was cancelled or scorer or pump have stopped.
    @discardableResult
    package func reached(_ offset: UInt64) async -> Bool {
        let wait = CancellableWait()
        await wait.run { resume in
            self.scorer.whenFolded(offset) { self.pump.whenApplied(offset, resume) }
        }
        return self.scorer.folded >= offset && self.pump.applied >= offset
    }

    /// Logs commands and returns when they are on disk, folded and in the catalog.
    /// - Throws: ``AppendRefusal`` when the log takes none; `.closed` also when they are on disk and the service stopped
    ///   before the rest; or why the scorer stopped.
    @discardableResult
    package func submit(_ frames: ByteWriter, records: Int) async throws -> UInt64 {
        let end = try await self.commands.append(frames.bytes, records: records)
        let isDone = await self.reached(end)
        if let failure = self.scorerFailure { throw failure }
        guard isDone else { throw AppendRefusal.closed }
        return end
    }

    private var hasDerivedAll: Bool { self.scorer.derivedDurable >= self.scorer.folded }

    /// Reads sites, links and quotes anew for the collector.
    package func refreshDirectory() async throws {
        self.directory.replace(try await self.catalog.directorySnapshot())
    }

    /// Folds what is logged, writes what follows, leaves a checkpoint, closes. The ports are closed already.
    ///
    /// Whatever is in trouble is not waited for, nor what takes longer than ``Limits/stopPatience``: the log has it all,
    /// and the next start catches up. Once is enough.
    package func stop() async {
        var wasStopped = false
        self.threads.withLock { threads in
            wasStopped = threads.isStopped
            threads.isStopped = true
            return false
        }
        guard !wasStopped else { return }
        let isLate = await self.catchUp()
        self.scorer.stop()
        // Before the workers are waited for: one may wait for room that a catalog in trouble will not make.
        self.pipeline.effects.close()
        if isLate { self.pump.abandon() } else { self.pump.stop() }
        let workers = self.threads.wait(until: { _ in true }, { $0.workers })
        for worker in workers { worker.join() }
        self.threads.wait(until: { _ in true }, { $0.pump })?.join()
        if self.scorerFailure == nil { CheckpointJob(core: self).runAtEnd() }
        self.log.close()
        self.ownership.unlock()
    }

    /// Returns when fold, derived records and catalog have come to the log's end, or cannot come to it: true if that is
    /// because it takes too long.
    private func catchUp() async -> Bool {
        let begin = self.clock.monotonicTime()
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                // What is folded may derive more: settled when the log no longer grows.
                var end: UInt64 = 0
                while !Task.isCancelled, end < self.log.end || !self.hasDerivedAll {
                    end = self.log.end
                    await self.reached(end)
                    if !self.hasDerivedAll { try? await Task.sleep(for: .milliseconds(1)) }
                }
                return false
            }
            group.addTask {
                while !self.isInTrouble, (try? await Task.sleep(for: Self.pulse)) != nil {
                    let microseconds = self.clock.monotonicTime().microseconds - begin.microseconds
                    guard microseconds < Limits.stopPatience.microseconds else {
                        self.logger.notice("stopped behind the log; the next start catches up")
                        return true
                    }
                }
                return false
            }
            let isLate = await group.next() ?? false
            group.cancelAll()
            return isLate
        }
    }

    private var isInTrouble: Bool {
        self.scorerFailure != nil || self.pump.failure != nil || self.log.failure != nil || self.log.refusesCommands
    }
}
