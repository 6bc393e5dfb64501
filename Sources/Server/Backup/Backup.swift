import Catalog
package import Domain
import EventLog
import Foundation
package import Settings

/// A consistent copy of a data directory, also while a service works in it.
///
/// **What makes it consistent** is the order: first the older checkpoint, then the catalog, then the log. A checkpoint
/// counts when the catalog has reached it, and the catalog may not be ahead of the log; each step only moves forward,
/// so that each copy is behind the next. Whoever calls keeps the log from being trimmed meanwhile, or has the
/// directory to itself (``Backup/lockStopped(_:)``).
///
/// **What is in it:** `catalog.sqlite`, `log/`, `checkpoints/`, `keys.yaml`, and `manifest.json` with sizes and
/// SHA-256, written last. Settings and model files are the operator's own, and stay where they are.
package struct Backup: Sendable {
    let settings: ServiceSettings
    let target: String

    /// A backup of the data directory of `settings` into the directory `target`, empty or not there yet.
    package init(of settings: ServiceSettings, to target: String) {
        self.settings = settings
        self.target = target
    }

    /// What was copied.
    package struct Summary: Sendable {
        /// Records of the log.
        package var records: UInt64
        /// The offset the log reaches.
        package var end: UInt64
        /// Bytes of all files.
        package var bytes: Int
    }

    /// Takes the data directory of a service that does not run, until the hold returned is released; nil when one
    /// runs.
    package static func lockStopped(_ settings: ServiceSettings) throws(BackupFailure) -> DirectoryHold? {
        let data = DataDirectory(settings.dataDirectory)
        guard FileManager.default.fileExists(atPath: data.catalog) else { throw .noData(data.path) }
        guard !data.isHalfRestored else { throw .noData(data.path) }
        do throws(StorageFailure) {
            return DirectoryHold(storage: try data.lock())
        } catch {
            guard error.reason == .locked else { throw .system(error.description) }
            return nil
        }
    }

    /// Makes the backup, begun at `now`.
    package func run(at now: Timestamp) throws(BackupFailure) -> Summary {
        try BackupFailure.attempt { try self.copy(at: now) }
    }

    private func copy(at now: Timestamp) throws -> Summary {
        let data = DataDirectory(self.settings.dataDirectory)
        let copy = DataDirectory(self.target)
        guard FileManager.default.fileExists(atPath: data.catalog) else { throw BackupFailure.noData(data.path) }
        try DurableFile.emptyDirectory(self.target)

        let checkpoint = try CheckpointStore(try PosixStorage(data.checkpoints, createsDirectory: false))
            .copyOlder(to: try PosixStorage(copy.checkpoints))
        do {
            try CatalogDatabase.copy(data.catalog, to: copy.catalog)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy.catalog)
            try DurableFile(path: copy.catalog).sync()
        } catch {
            throw BackupFailure.catalog("\(error)")
        }
        let log = try LogCopy(of: PosixStorage(data.log, createsDirectory: false), to: PosixStorage(copy.log))
        try self.check(copy, log)
        try DurableFile(path: self.settings.keyFilePath).copy(to: self.target + "/keys.yaml")

        let names =
            ["catalog.sqlite", "keys.yaml"] + log.files.map { "log/" + $0 }
            + (checkpoint.map { ["checkpoints/" + $0.file] } ?? [])
        let manifest = BackupManifest(
            version: OpenService.version,
            created: now.rfc3339,
            stream: log.stream.description,
            start: log.start,
            end: log.end,
            checkpoint: checkpoint.map { BackupManifest.Checkpoint(low: $0.low, high: $0.high) },
            files: try names.map { try DurableFile(path: self.target + "/" + $0).entry(named: $0) }
        )
        try DurableFile(path: self.target + "/" + BackupManifest.fileName).write(try manifest.encoded())
        try PosixStorage(self.target).syncDirectory()
        return Summary(
            records: log.end - log.start,
            end: log.end,
            bytes: manifest.files.reduce(0) { $0 + $1.bytes }
        )
    }

    /// The copies fit each other: a backup that could not be restored must not look like one.
    private func check(_ copy: DataDirectory, _ log: LogCopy) throws {
        let catalog = try CatalogInspection(path: copy.catalog)
        guard catalog.damage.isEmpty else { throw BackupFailure.catalog(catalog.damage[0]) }
        guard let applied = catalog.applied else { return }
        guard applied.stream == log.stream else { throw BackupFailure.catalog("it was written from another log") }
        guard applied.offset <= log.end else { throw BackupFailure.catalog("it is ahead of the log") }
    }
}

/// Keeps a data directory from every service until it is released.
package struct DirectoryHold: Sendable {
    let storage: PosixStorage

    /// Gives the directory back.
    package func release() { self.storage.unlock() }
}
