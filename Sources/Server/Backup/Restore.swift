import Catalog
package import Domain
import EventLog
import Foundation
package import Settings

/// Puts a backup into an empty data directory.
///
/// The restored log is another *stream*: it holds the same records up to the backup's end and goes its own way from
/// there. So a new stream id is drawn, named by every segment, the checkpoint and the catalog; no notification that the
/// restored service decides can have the key of one the old service sent. What the log holds counts as decided:
/// deliveries that waited when the backup was made keep their keys, nothing else of the past is sent again.
package struct Restore: Sendable {
    let backup: String
    let settings: ServiceSettings

    /// A restore of the backup in a directory into the data directory of `settings`.
    package init(_ backup: String, into settings: ServiceSettings) {
        self.backup = backup
        self.settings = settings
    }

    /// What was restored.
    package struct Summary: Sendable {
        /// When the backup was made, in RFC 3339.
        package var created: String
        /// Records of the log.
        package var records: UInt64
        /// The new stream.
        package var stream: StreamID
    }

    /// Checks every file of the backup against its manifest, then restores.
    package func run(_ randomness: any Randomness) throws(BackupFailure) -> Summary {
        try BackupFailure.attempt {
            let manifest = try BackupManifest.read(in: self.backup)
            try self.verify(manifest)
            try self.checkKeys()
            let data = DataDirectory(self.settings.dataDirectory)
            try DurableFile.emptyDirectory(data.path)
            let ownership = try data.lock()
            defer { ownership.unlock() }
            // A service that finds the mark refuses to start.
            try DurableFile(path: data.restoreMark).write(Data((self.backup + "\n").utf8))
            try PosixStorage(data.path).syncDirectory()
            let summary = try self.fill(data, manifest, stream: StreamID(randomness.next()))
            try FileManager.default.removeItem(atPath: data.restoreMark)
            try PosixStorage(data.path).syncDirectory()
            return summary
        }
    }

    private func verify(_ manifest: BackupManifest) throws(BackupFailure) {
        for file in manifest.files {
            // Names come from a file: none may lead out of the backup.
            guard !file.name.split(separator: "/").contains("..") else { throw .damaged(BackupManifest.fileName) }
            let found: BackupManifest.File?
            do throws(BackupFailure) {
                found = try DurableFile(path: self.backup + "/" + file.name).entry(named: file.name)
            } catch {
                found = nil
            }
            guard found == file else { throw .damaged(file.name) }
        }
    }

    /// A key file elsewhere than in the data directory may be there already; then it must be the same.
    private func checkKeys() throws(BackupFailure) {
        guard let present = FileManager.default.contents(atPath: self.settings.keyFilePath) else { return }
        guard present == FileManager.default.contents(atPath: self.backup + "/keys.yaml") else {
            throw .otherKeys(self.settings.keyFilePath)
        }
    }

    private func fill(_ data: DataDirectory, _ manifest: BackupManifest, stream: StreamID) throws -> Summary {
        let source = DataDirectory(self.backup)
        let log = try LogCopy(
            of: PosixStorage(source.log, createsDirectory: false),
            to: PosixStorage(data.log),
            stream: stream
        )
        guard log.start == manifest.start, log.end == manifest.end else { throw BackupFailure.damaged("log") }
        _ = try CheckpointStore(try PosixStorage(source.checkpoints, createsDirectory: false))
            .copyOlder(to: try PosixStorage(data.checkpoints), stream: stream)
        try DurableFile(path: source.catalog).copy(to: data.catalog)
        do {
            let catalog = try CatalogDatabase(path: data.catalog)
            try catalog.adopt(stream: stream, historicBelow: log.end)
            try catalog.close()
        } catch CatalogFailure.newerSchema {
            throw BackupFailure.newerVersion
        } catch {
            throw BackupFailure.catalog("\(error)")
        }
        if !FileManager.default.fileExists(atPath: self.settings.keyFilePath) {
            try DurableFile(path: self.backup + "/keys.yaml").copy(to: self.settings.keyFilePath)
        }
        return Summary(created: manifest.created, records: log.end - log.start, stream: stream)
    }
}
