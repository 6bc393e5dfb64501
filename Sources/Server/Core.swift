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
        let data = settings.dataDirectory
        try FileManager.default.createDirectory(
            atPath: data,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        self.catalog = try CatalogDatabase(path: data + "/catalog.sqlite")
        let writer = EffectWriter(
            catalog: self.catalog,
            settings: EffectWriter.Settings(
                destinations: settings.destinations,
                source: settings.publicListener.baseURL,
                consoleAddress: settings.privateListener.address
            ),
            onCommit: onCommit
        )
        self.writer = writer
        let applied = try writer.appliedPosition()

        self.checkpoints = CheckpointStore(try PosixStorage(data + "/checkpoints"))
        let loaded = try self.checkpoints.load(stream: applied?.stream, applied: applied?.offset ?? 0) { name, why in
            logger.warning("checkpoint passed over", metadata: ["file": "\(name)", "reason": "\(why)"])
        }
        self.log = try Self.openLog(settings, clock, randomness, loaded)
        let start = loaded?.head.low ?? self.log.start
        try Self.check(self.log, applied, start: start, loaded)

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
            logger: logger
        )
        self.commands = AwaitableAppender(self.log)
        self.threads = Monitor(Threads())
        self.startThreads()
    }

    /// Why the scorer stopped, if it did.
    package var scorerFailure: ScorerFailure? { self.threads.wait(until: { _ in true }, { $0.failure }) }

    private static func openLog(
        _ settings: ServiceSettings,
        _ clock: any Clock,
        _ randomness: any Randomness,
        _ loaded: CheckpointStore.Loaded?
    ) throws -> SegmentLog {
        var configuration = SegmentLogConfiguration()
        configuration.segmentBytes = settings.log.segmentBytes
        return try SegmentLog(
            storage: try PosixStorage(settings.dataDirectory + "/log"),
            configuration: configuration,
            clock: clock,
            randomness: randomness,
            initialCauses: loaded?.causes
        )
    }

    /// What lies in the data directory must belong together.
    private static func check(
        _ log: SegmentLog,
        _ applied: LogPosition?,
        start: UInt64,
        _ loaded: CheckpointStore.Loaded?
    ) throws {
        if let applied, applied.stream != log.id { throw StartFailure.foreignCatalog }
        if let applied, applied.offset > log.end { throw StartFailure.logBehindCatalog }
        if start < log.start || (loaded == nil && log.start > 0) { throw StartFailure.trimmedLog(start: log.start) }
    }

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
    }
}

/// Why the service does not start.
package enum StartFailure: Error, CustomStringConvertible {
    /// The catalog was written from another log.
    case foreignCatalog
    /// The catalog knows more than the log.
    case logBehindCatalog
    /// The log's beginning is gone, and no checkpoint stands for it.
    case trimmedLog(start: UInt64)
    /// The private port is taken.
    case privatePort(Int)
    /// The public port cannot be opened, and what the system says.
    case publicPort(Int, String)

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .foreignCatalog:
            "catalog.sqlite was written from another log: restore both from the same backup"
        case .logBehindCatalog:
            "catalog.sqlite is ahead of the log: the log lost acknowledged records; restore both from the same backup"
        case .trimmedLog(let start):
            "the log begins at record \(start) and no checkpoint covers what came before: restore the checkpoints "
                + "directory from a backup"
        case .privatePort(let port):
            "the private port \(port) cannot be opened: another process has it (private.port)"
        case .publicPort(let port, let reason):
            "the public port \(port) cannot be opened: \(reason) (public.port)"
        }
    }
}
