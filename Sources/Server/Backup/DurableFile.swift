import Crypto
import Domain
import EventLog
import Foundation

/// A file that a backup copies: read in parts, and on the disk before anybody relies on it.
struct DurableFile {
    let path: String

    private static let partBytes = 1 << 20

    /// What a manifest says of it.
    func entry(named name: String) throws(BackupFailure) -> BackupManifest.File {
        try BackupFailure.attempt {
            let handle = try FileHandle(forReadingFrom: URL(filePath: self.path))
            defer { try? handle.close() }
            var hash = SHA256()
            var count = 0
            while let part = try handle.read(upToCount: Self.partBytes), !part.isEmpty {
                hash.update(data: part)
                count += part.count
            }
            return BackupManifest.File(name: name, bytes: count, sha256: hash.finalize().hexadecimal)
        }
    }

    /// Writes it, for its owner alone, and returns when it is on the disk.
    func write(_ data: Data) throws(BackupFailure) {
        try BackupFailure.attempt {
            let made = FileManager.default.createFile(
                atPath: self.path,
                contents: data,
                attributes: [.posixPermissions: 0o600]
            )
            guard made else { throw BackupFailure.system("\(self.path) cannot be written") }
            try self.sync()
        }
    }

    /// Copies it, for the copy's owner alone, and returns when the copy is on the disk.
    func copy(to target: String) throws(BackupFailure) {
        try BackupFailure.attempt {
            try FileManager.default.copyItem(atPath: self.path, toPath: target)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
            try DurableFile(path: target).sync()
        }
    }

    /// Returns when it is on the disk.
    func sync() throws {
        let handle = try FileHandle(forUpdating: URL(filePath: self.path))
        try handle.synchronize()
        try handle.close()
    }

    /// A directory for its owner alone, empty or made here.
    static func emptyDirectory(_ path: String) throws(BackupFailure) {
        let manager = FileManager.default
        if let content = try? manager.contentsOfDirectory(atPath: path) {
            guard content.isEmpty else { throw .notEmpty(path) }
            return
        }
        try BackupFailure.attempt {
            try manager.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
    }
}

extension BackupFailure {
    /// Runs `body`; what it throws becomes the closed set.
    static func attempt<Value>(_ body: () throws -> Value) throws(BackupFailure) -> Value {
        do {
            return try body()
        } catch let failure as BackupFailure {
            throw failure
        } catch let failure as LogOpenFailure {
            throw .log(failure.description)
        } catch let failure as StorageFailure {
            throw .system(failure.description)
        } catch {
            throw .system("\(error)")
        }
    }
}

extension Sequence<UInt8> {
    /// Two hexadecimal digits for each byte.
    var hexadecimal: String {
        self.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
