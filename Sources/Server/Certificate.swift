import Collector
package import Domain
import Glibc
import Logging
import Settings
import Synchronization

/// The public port's certificate: read at the start, again when its files change and when an operator asks.
///
/// A new pair that is not right leaves the old one in use, and is complained about once per change.
package final class Certificate: Sendable {
    /// What tells one version of a file from another.
    private struct FileStamp: Equatable {
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    let identity: TLSIdentity
    private let files: [String]
    private let logger: Logger
    private let stamps: Mutex<[FileStamp?]>

    /// The certificate that the settings name; nil if they name none.
    init?(settings: ServiceSettings.PublicListener, logger: Logger) throws(TLSFailure) {
        guard settings.hasTLS else { return nil }
        self.files = [settings.certificateFile, settings.certificateKeyFile]
        self.logger = logger
        // Before the files are read: a change in between is then seen as one.
        self.stamps = Mutex(self.files.map(Self.stamp))
        self.identity = try TLSIdentity(
            certificateFile: settings.certificateFile,
            keyFile: settings.certificateKeyFile
        )
    }

    /// When it ends.
    package var end: Timestamp { self.identity.end }

    /// Reads the files again if they changed since they were read last.
    func reloadIfChanged() {
        let now = self.files.map(Self.stamp)
        let isNew = self.stamps.withLock { stamps in
            defer { stamps = now }
            return stamps != now
        }
        if isNew { self.reload() }
    }

    /// Reads the files again.
    func reload() {
        do throws(TLSFailure) {
            try self.identity.reload()
            self.logger.notice("certificate loaded", metadata: ["ends": "\(self.end.rfc3339)"])
        } catch {
            self.logger.error(
                "new certificate not usable, the old one stays in use",
                metadata: ["error": "\(error)", "ends": "\(self.end.rfc3339)"]
            )
        }
    }

    private static func stamp(_ path: String) -> FileStamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileStamp(
            inode: UInt(status.st_ino),
            size: Int(status.st_size),
            seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec
        )
    }
}
