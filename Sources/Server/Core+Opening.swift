import Catalog
import Domain
import EventLog
import Glibc
import Logging
import ScoreStore
import Settings

/// The steps of opening a data directory: each refuses by a ``StartFailure`` that says what to do.
extension Core {
    /// Takes the directory before anything in it is opened.
    static func own(_ directory: DataDirectory) throws -> PosixStorage {
        try directory.create()
        let ownership: PosixStorage
        do throws(StorageFailure) {
            ownership = try directory.lock()
        } catch {
            switch error.reason {
            case .locked: throw StartFailure.inUse(directory.path)
            case .system(let code): throw StartFailure.notWritable(directory.path, String(cString: strerror(code)))
            case .notFound, .noSpace: throw error
            }
        }
        guard !directory.isHalfRestored else { throw StartFailure.halfRestored(directory.path) }
        return ownership
    }

    static func openCatalog(_ directory: DataDirectory) throws -> CatalogDatabase {
        do {
            return try CatalogDatabase(path: directory.catalog)
        } catch CatalogFailure.newerSchema {
            throw StartFailure.newerVersion("catalog.sqlite")
        } catch {
            throw StartFailure.catalogUnusable("\(error)")
        }
    }

    static func load(
        _ checkpoints: CheckpointStore,
        _ applied: LogPosition?,
        _ logger: Logger
    ) throws -> CheckpointStore.Loaded? {
        do {
            return try checkpoints.load(stream: applied?.stream, applied: applied?.offset ?? 0) { name, why in
                logger.warning("checkpoint passed over", metadata: ["file": "\(name)", "reason": "\(why)"])
            }
        } catch let newer as CheckpointStore.NewerVersion {
            throw StartFailure.newerVersion("checkpoints/\(newer.file)")
        }
    }

    static func openLog(
        _ settings: ServiceSettings,
        _ clock: any Clock,
        _ randomness: any Randomness,
        _ loaded: CheckpointStore.Loaded?
    ) throws -> SegmentLog {
        var configuration = SegmentLogConfiguration()
        configuration.segmentBytes = settings.log.segmentBytes
        do {
            return try SegmentLog(
                storage: try PosixStorage(DataDirectory(settings.dataDirectory).log),
                configuration: configuration,
                clock: clock,
                randomness: randomness,
                initialCauses: loaded?.causes
            )
        } catch let failure as LogOpenFailure {
            switch failure {
            case .inUse(let path): throw StartFailure.inUse(path)
            case .newerVersion(let file): throw StartFailure.newerVersion("log/\(file)")
            case .corrupt, .missing, .endsBeforeCheckpoint, .beginsBehindCheckpoint:
                throw StartFailure.damagedLog(failure.description)
            case .storage, .noThread: throw failure
            }
        }
    }

    /// What lies in the data directory must belong together.
    static func check(
        _ log: SegmentLog,
        _ applied: LogPosition?,
        start: UInt64,
        _ loaded: CheckpointStore.Loaded?
    ) throws {
        if let applied, applied.stream != log.id { throw StartFailure.foreignCatalog }
        if let applied, applied.offset > log.end { throw StartFailure.logBehindCatalog }
        guard start < log.start || (loaded == nil && log.start > 0) else { return }
        throw applied == nil ? StartFailure.lostCatalog(start: log.start) : .trimmedLog(start: log.start)
    }

    /// A log without a catalog: everything it says was decided before, and may have been delivered. Kept in the catalog
    /// before the first row is, so that a rebuild that is interrupted goes on as one.
    static func noteRebuild(_ catalog: CatalogDatabase, _ log: SegmentLog, _ logger: Logger) throws {
        try catalog.beginRebuild(below: log.end)
        logger.warning(
            """
            there is no catalog: contacts, scores, timelines and leads are rebuilt from the log, and nothing is sent \
            again; what only the catalog held is lost: tracked links' destinations, names of messages and quotes, \
            API keys, sites added later, models' sources, deliveries that were waiting. If there is a backup, stop \
            and restore it instead (`vendange restore`)
            """,
            metadata: ["records": "\(log.end - log.start)"]
        )
    }
}
