import Catalog
import Domain
import EventLog
import Foundation
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

    /// Opens what lies in the directory.
    static func open(
        _ directory: DataDirectory,
        _ settings: ServiceSettings,
        _ clock: any Clock,
        _ randomness: any Randomness,
        _ logger: Logger,
        _ onCommit: @escaping @Sendable () -> Void
    ) throws -> Pipeline {
        let storage = Pipeline.Storage(
            catalog: try Self.openCatalog(directory),
            log: try PosixStorage(directory.log),
            checkpoints: try PosixStorage(directory.checkpoints)
        )
        do {
            return try Pipeline(
                storage,
                options: Self.options(settings),
                clock: clock,
                randomness: randomness,
                passedOver: { name, why in
                    logger.warning("checkpoint passed over", metadata: ["file": "\(name)", "reason": "\(why)"])
                },
                onCommit: onCommit
            )
        } catch let newer as CheckpointStore.NewerVersion {
            throw StartFailure.newerVersion("checkpoints/\(newer.file)")
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

    private static func openCatalog(_ directory: DataDirectory) throws -> CatalogDatabase {
        do {
            return try CatalogDatabase(path: directory.catalog)
        } catch CatalogFailure.newerSchema {
            throw StartFailure.newerVersion("catalog.sqlite")
        } catch {
            throw StartFailure.catalogUnusable("\(error)")
        }
    }

    private static func options(_ settings: ServiceSettings) -> Pipeline.Options {
        var log = SegmentLogConfiguration()
        log.segmentBytes = settings.log.segmentBytes
        return Pipeline.Options(
            workers: settings.workers > 0 ? settings.workers : ProcessInfo.processInfo.activeProcessorCount,
            log: log,
            effects: Self.effectSettings(settings)
        )
    }

    /// What notifications say beside what they are about.
    var effectSettings: EffectWriter.Settings { Self.effectSettings(self.settings) }

    private static func effectSettings(_ settings: ServiceSettings) -> EffectWriter.Settings {
        EffectWriter.Settings(
            destinations: settings.destinations,
            source: settings.publicListener.baseURL,
            consoleAddress: settings.privateListener.address
        )
    }

    /// Says what a log without a catalog means.
    static func warnOfRebuild(_ log: SegmentLog, _ logger: Logger) {
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
