import Catalog
package import Domain
import EventLog
import Foundation
package import Logging
package import ScoreStore
package import Settings

/// Log, store, scorer and catalog, wired and running: everything behind the ports.
///
/// Start: catalog, newest usable checkpoint, log, replay to the log's end. Only then is the directory complete and
/// may the public port open. Stop: the reverse, so that the next start has nothing to replay.
package final class Core: Sendable {
    let settings: ServiceSettings
    let logger: Logger
    let clock: any Clock
    let randomness: any Randomness
    let log: SegmentLog
    let store: ScoreStore
    let directory: Directory
    let catalog: CatalogDatabase
    let scorer: Scorer
    let pump: EffectPump
    let writer: EffectWriter
    let checkpoints: CheckpointStore
    let commands: AwaitableAppender
    let canaries = CanaryWatch()
    /// What notifications say beside what they are about.
    let effectSettings: EffectWriter.Settings
    /// What keeps the log from being trimmed for a while.
    let trimHolds = TrimHolds()
    /// Held for as long as the core lives.
    private let ownership: PosixStorage
    private let effects: EffectQueue
    private let threads: Monitor<Threads>

    private struct Threads: Sendable {
        var workers: [SystemThread] = []
        var pump: SystemThread?
        var failure: ScorerFailure?
    }

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
        self.catalog = try Self.openCatalog(directory)
        self.effectSettings = EffectWriter.Settings(
            destinations: settings.destinations,
            source: settings.publicListener.baseURL,
            consoleAddress: settings.privateListener.address
        )
        let writer = EffectWriter(catalog: self.catalog, settings: self.effectSettings, onCommit: onCommit)
        self.writer = writer
        let applied = try writer.appliedPosition()

        self.checkpoints = CheckpointStore(try PosixStorage(directory.checkpoints))
        let loaded = try Self.load(self.checkpoints, applied, logger)
        self.log = try Self.openLog(settings, clock, randomness, loaded)
        let start = loaded?.head.low ?? self.log.start
        try Self.check(self.log, applied, start: start, loaded)
        if applied == nil, self.log.end > 0 { try Self.noteRebuild(self.catalog, self.log, logger) }

        self.store = ScoreStore(
            slots: SlotMap(key: self.log.slotKey),
            states: loaded?.slots ?? [],
            models: loaded?.models ?? ModelHistory()
        )
        self.directory = Directory()
        for slot in loaded?.slots ?? [] {
            for contact in slot.consents { self.directory.setConsents(contact.consents, of: contact.contact) }
        }
        let workers = settings.workers > 0 ? settings.workers : ProcessInfo.processInfo.activeProcessorCount
        self.effects = EffectQueue(lanes: workers, start: start)
        self.scorer = Scorer(
            store: self.store,
            stream: self.log,
            directory: self.directory,
            effects: self.effects,
            workers: workers,
            start: start
        )
        self.pump = EffectPump(
            queue: self.effects,
            writer: writer,
            stream: self.log.id,
            applied: applied?.offset ?? 0,
            historicBelow: try self.catalog.historicBelow(),
            logger: logger
        )
        self.commands = AwaitableAppender(self.log)
        self.threads = Monitor(Threads())
        self.startThreads()
    }

    /// Why the scorer stopped, if it did.
    package var scorerFailure: ScorerFailure? { self.threads.wait(until: { _ in true }, { $0.failure }) }

    private func startThreads() {
        for worker in 0..<self.scorer.workers {
            let thread = SystemThread.start("vdg-fold-\(worker)") {
                do throws(ScorerFailure) {
                    try self.scorer.run(worker: worker)
                } catch {
                    self.logger.critical("the scorer stopped", metadata: ["error": "\(error)"])
                    self.threads.withLock { threads in
                        threads.failure = error
                        return true
                    }
                    self.scorer.abandon()
                    self.pump.stop()
                }
            }
            self.threads.withLock { threads in
                if let thread { threads.workers.append(thread) }
                return false
            }
        }
        let pump = SystemThread.start("vdg-effects") { self.pump.run() }
        self.threads.withLock { threads in
            threads.pump = pump
            return false
        }
    }

    /// Returns when everything the log holds now is folded and in the catalog.
    package func settle() async {
        await self.reached(self.log.end)
    }

    /// Returns when everything below `offset` is folded and in the catalog.
    package func reached(_ offset: UInt64) async {
        await withCheckedContinuation { continuation in
            self.scorer.whenFolded(offset) { self.pump.whenApplied(offset) { continuation.resume() } }
        }
    }

    /// Logs commands and returns when they are on disk, folded and in the catalog.
    @discardableResult
    package func submit(_ frames: ByteWriter, records: Int) async throws -> UInt64 {
        let end = try await self.commands.append(frames.bytes, records: records)
        await self.reached(end)
        if let failure = self.scorerFailure { throw failure }
        return end
    }

    private var hasDerivedAll: Bool { self.scorer.derivedDurable >= self.scorer.folded }

    /// Reads sites, links and quotes anew for the collector.
    package func refreshDirectory() async throws {
        self.directory.replace(try await self.catalog.directorySnapshot())
    }

    /// Folds what is logged, writes what follows, leaves a checkpoint, closes. The ports are closed already.
    package func stop() async {
        // What is folded may derive more: settled when the log no longer grows.
        var end: UInt64 = 0
        while self.scorerFailure == nil, self.pump.failure == nil, end < self.log.end || !self.hasDerivedAll {
            end = self.log.end
            await self.reached(end)
        }
        self.scorer.stop()
        let workers = self.threads.wait(until: { _ in true }, { $0.workers })
        for worker in workers { worker.join() }
        self.effects.close()
        self.pump.stop()
        self.threads.wait(until: { _ in true }, { $0.pump })?.join()
        if self.scorerFailure == nil { CheckpointJob(core: self).runAtEnd() }
        self.log.close()
        self.ownership.unlock()
    }
}
