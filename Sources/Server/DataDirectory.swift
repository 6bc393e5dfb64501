import Domain
import EventLog
import Foundation

/// What lies where in a data directory, and whose it is: one process at a time.
struct DataDirectory: Sendable {
    /// Where it is.
    let path: String

    var catalog: String { self.path + "/catalog.sqlite" }
    var log: String { self.path + "/log" }
    var checkpoints: String { self.path + "/checkpoints" }
    /// There while a restore is under way, and left by one that was interrupted.
    var restoreMark: String { self.path + "/restoring" }

    init(_ path: String) { self.path = path }

    /// Creates the directory if it is missing, for its owner alone: it holds personal data.
    func create() throws {
        try FileManager.default.createDirectory(
            atPath: self.path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Takes the directory until the storage returned is released; `.locked` if another process holds it. The catalog
    /// is within: nobody may change its tables under a running service.
    func lock() throws(StorageFailure) -> PosixStorage {
        let storage = try PosixStorage(self.path, createsDirectory: false)
        try storage.lock()
        return storage
    }

    /// Whether a restore into it was begun and not finished.
    var isHalfRestored: Bool { FileManager.default.fileExists(atPath: self.restoreMark) }
}
