import Domain
import Foundation

/// What a backup consists of: written last, so that a backup without it was not finished.
struct BackupManifest: Codable, Equatable, Sendable {
    /// A file of the backup.
    struct File: Codable, Equatable, Sendable {
        /// From the backup's directory.
        var name: String
        var bytes: Int
        /// Hexadecimal.
        var sha256: String
    }

    /// A checkpoint's place in the log.
    struct Checkpoint: Codable, Equatable, Sendable {
        var low: UInt64
        var high: UInt64
    }

    /// The version of this form.
    var format = BackupManifest.format
    /// The version of Vendange that made the backup.
    var version: String
    /// When it was begun, in RFC 3339.
    var created: String
    /// The stream of the log it was made from.
    var stream: String
    /// The log holds the records from here …
    var start: UInt64
    /// … up to here.
    var end: UInt64
    /// Nil when there was none yet: the log reaches back to its beginning.
    var checkpoint: Checkpoint?
    var files: [File]

    static let format = 1
    static let fileName = "manifest.json"

    /// The manifest as it is written.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// Reads the manifest of the backup in a directory.
    static func read(in directory: String) throws(BackupFailure) -> BackupManifest {
        guard let data = FileManager.default.contents(atPath: directory + "/" + self.fileName) else {
            throw .unfinished(directory)
        }
        // The version first: a later form may have other members.
        struct Version: Decodable { var format: Int }
        let decoder = JSONDecoder()
        guard let version = try? decoder.decode(Version.self, from: data) else { throw .damaged(self.fileName) }
        guard version.format <= self.format else { throw .newerVersion }
        guard let manifest = try? decoder.decode(Self.self, from: data) else { throw .damaged(self.fileName) }
        return manifest
    }
}

/// Why a backup or a restore was not made.
package enum BackupFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no catalog in the directory: no service ran there.
    case noData(String)
    /// The target holds something already.
    case notEmpty(String)
    /// There is no manifest: the backup was not finished, or is none.
    case unfinished(String)
    /// A file is not what the manifest says.
    case damaged(String)
    /// A newer version of Vendange made the backup.
    case newerVersion
    /// The log cannot be copied.
    case log(String)
    /// The catalog cannot be copied.
    case catalog(String)
    /// Another key file stands where the backup's belongs.
    case otherKeys(String)
    /// A file operation failed.
    case system(String)

    /// For the operator.
    package var description: String {
        switch self {
        case .noData(let path): "\(path) holds no data: there is no catalog.sqlite"
        case .notEmpty(let path): "\(path) is not empty: name a directory that is empty or not there yet"
        case .unfinished(let path): "\(path) is no whole backup: it has no \(BackupManifest.fileName)"
        case .damaged(let file): "the backup is damaged: \(file) is not what was written"
        case .newerVersion: "the backup was made by a newer version of Vendange: restore it with that version"
        case .log(let reason): "the log cannot be copied: \(reason)"
        case .catalog(let reason): "the catalog cannot be copied: \(reason)"
        case .otherKeys(let file):
            "\(file) is not the backup's key file, and links that were sent need the backup's: move it away first"
        case .system(let reason): reason
        }
    }
}
