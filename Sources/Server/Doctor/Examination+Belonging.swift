import Catalog
import Domain
import EventLog
import Foundation

extension Examination {
    /// Whether log, catalog and checkpoints belong together: what a start would refuse, in the same order.
    func compare(
        _ log: LogInspector.Statistics,
        _ catalog: CatalogInspection?,
        _ checkpoints: [CheckpointHead],
        _ found: inout Diagnosis
    ) {
        let isMissing = catalog == nil && !FileManager.default.fileExists(atPath: self.data.catalog)
        let isEmpty = catalog != nil && catalog?.applied == nil && catalog?.schema != .newer
        if isMissing || isEmpty, log.end > 0 {
            let start = log.start > 0 ? "the service does not start" : "the next start rebuilds it from the log"
            let text =
                "\(isMissing ? "there is no catalog.sqlite" : "catalog.sqlite is empty"): \(start); tracked links, names "
                + "of messages and quotes, API keys and sites added later are in a backup alone"
            return found.add(.missing, "catalog", text, Self.restore)
        }
        guard let applied = catalog?.applied else { return }
        if let stream = log.stream, stream != applied.stream {
            found.add(.damaged, "catalog", "it was written from another log (\(applied.stream))", Self.restore)
            return
        }
        if applied.offset > log.end {
            let text = "it is ahead of the log by \(applied.offset - log.end) records: the log lost its end"
            return found.add(.damaged, "log", text, Self.restore)
        }
        found.catalog?.lagRecords = log.end - applied.offset
        let usable = checkpoints.contains { head in
            head.stream == applied.stream && head.high <= applied.offset && head.low >= log.start
        }
        if !usable, log.start > 0 {
            let text = "none covers what the log no longer holds: the service does not start"
            found.add(.missing, "checkpoints", text, Self.restore)
        }
    }
}

/// Who may read and write what.
struct Permissions {
    let data: DataDirectory
    let keyFile: String

    func look(_ found: inout Diagnosis) {
        self.lookForReaders(of: self.data.path, advice: "chmod 700 \(self.data.path)", &found)
        guard FileManager.default.fileExists(atPath: self.keyFile) else {
            let advice = "restore it from a backup, or links that were sent stop working; a start makes a new one"
            return found.add(.missing, "keys", "there is no key file \(self.keyFile)", advice)
        }
        self.lookForReaders(of: self.keyFile, advice: "chmod 600 \(self.keyFile)", &found)
        guard let owner = self.owner(of: self.data.path) else { return }
        for path in [self.data.catalog, self.data.log, self.data.checkpoints, self.keyFile] {
            guard let other = self.owner(of: path), other != owner else { continue }
            let advice = "chown \(owner) \(path)"
            found.add(.access, "directory", "\(path) belongs to \(other), its directory to \(owner)", advice)
        }
    }

    private func lookForReaders(of path: String, advice: String, _ found: inout Diagnosis) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue, mode & 0o077 != 0 else { return }
        found.add(.access, "directory", "others than its owner may reach \(path)", advice)
    }

    private func owner(of path: String) -> String? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let number = (attributes?[.ownerAccountID] as? NSNumber).map { "\($0)" }
        return attributes?[.ownerAccountName] as? String ?? number
    }
}
