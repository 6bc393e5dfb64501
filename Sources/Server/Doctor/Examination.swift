import Catalog
package import Domain
import EventLog
import Foundation
package import Settings

/// Looks at a data directory and says how it is: beside a running service, and when it does not start. Changes nothing.
///
/// Checkpoints are read before the catalog and the catalog before the log, as each may be behind the next but never
/// ahead of it: what a running service does meanwhile is no finding.
package struct Examination: Sendable {
    let data: DataDirectory
    private let keyFile: String
    private let now: Timestamp

    /// Advice that fits several findings.
    static let restore = "stop the service and restore the whole directory from a backup: vendange restore"

    /// SQLite begins its write-ahead log anew at 4 MiB, unless a reader needs what is in it.
    private static let largeWAL = 256 << 20

    /// An examination of the data directory of `settings`.
    package init(_ settings: ServiceSettings, at now: Timestamp) {
        self.data = DataDirectory(settings.dataDirectory)
        self.keyFile = settings.keyFilePath
        self.now = now
    }

    /// Examines everything; with `scoresAt`, folds the log up to there and sums up all scores.
    package func run(scores: Bool = false, at offset: UInt64? = nil) -> Diagnosis {
        var found = Diagnosis(directory: self.data.path)
        guard FileManager.default.fileExists(atPath: self.data.path) else {
            found.add(
                .missing,
                "directory",
                "\(self.data.path) does not exist",
                "start the service, or name another one"
            )
            return found
        }
        guard !self.data.isHalfRestored else {
            let advice = "remove \(self.data.path) and run vendange restore again"
            found.add(.damaged, "directory", "a restore was begun and not finished", advice)
            return found
        }
        found.isRunning = self.isRunning
        Permissions(data: self.data, keyFile: self.keyFile).look(&found)
        self.lookAtSpace(&found)
        let checkpoints = self.lookAtCheckpoints(&found)
        let catalog = self.lookAtCatalog(&found)
        let log = self.lookAtLog(&found)
        if let log { self.compare(log, catalog, checkpoints, &found) }
        if scores { self.sumUp(at: offset, &found) }
        return found
    }

    private var isRunning: Bool {
        guard let lock = try? self.data.lock() else { return true }
        lock.unlock()
        return false
    }

    private func lookAtSpace(_ found: inout Diagnosis) {
        guard let free = try? PosixStorage(self.data.path, createsDirectory: false).freeBytes() else { return }
        let floor = UInt64(Limits.freeSpaceFloorBytes)
        found.space = Diagnosis.SpaceFacts(freeBytes: free, floorBytes: Limits.freeSpaceFloorBytes)
        let advice = "make room on the disk of \(self.data.path), or shorten log.retention_days"
        if free < floor {
            found.add(.system, "space", "\(free >> 20) MiB are free: events are refused", advice)
        } else if free < floor * 4 {
            found.add(.note, "space", "\(free >> 20) MiB are free; below \(floor >> 20) events are refused", advice)
        }
    }

    private func lookAtCheckpoints(_ found: inout Diagnosis) -> [CheckpointHead] {
        let directory = self.data.checkpoints
        guard let storage = try? PosixStorage(directory, createsDirectory: false),
            let generations = try? CheckpointStore(storage).survey()
        else { return [] }
        for generation in generations {
            let attributes = try? FileManager.default.attributesOfItem(atPath: directory + "/" + generation.file)
            let written = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            found.checkpoints.append(
                Diagnosis.CheckpointFacts(
                    file: generation.file,
                    bytes: generation.bytes,
                    ageSeconds: max(0, self.now.seconds - Int64(written)),
                    low: generation.head?.low,
                    high: generation.head?.high
                )
            )
            if generation.head == nil {
                let advice = "the service passes it over and reads more of the log instead"
                found.add(.damaged, "checkpoints", "\(generation.file) is damaged", advice)
            }
        }
        return generations.compactMap(\.head)
    }

    private func lookAtCatalog(_ found: inout Diagnosis) -> CatalogInspection? {
        guard let bytes = self.size(of: self.data.catalog) else { return nil }
        let walBytes = self.size(of: self.data.catalog + "-wal") ?? 0
        let catalog: CatalogInspection
        do {
            catalog = try CatalogInspection(path: self.data.catalog)
        } catch {
            found.add(.damaged, "catalog", "catalog.sqlite cannot be read: \(error)", Self.restore)
            return nil
        }
        found.catalog = Diagnosis.CatalogFacts(
            bytes: bytes,
            walBytes: walBytes,
            applied: catalog.applied?.offset,
            pendingDeliveries: catalog.pendingDeliveries,
            deadDeliveries: catalog.deadDeliveries
        )
        if walBytes > Self.largeWAL {
            let text = "catalog.sqlite-wal has \(walBytes >> 20) MiB: somebody reads from it and does not let go"
            found.add(.note, "catalog", text, "end programs that hold catalog.sqlite open: fuser \(self.data.catalog)")
        }
        for damage in catalog.damage { found.add(.damaged, "catalog", damage, Self.restore) }
        switch catalog.schema {
        case .current: break
        case .older: found.add(.note, "catalog", "an older version wrote it; the next start brings it up to date")
        case .newer:
            let advice = "install the version that wrote it; going back needs a backup made by this one"
            found.add(.damaged, "catalog", "a newer version of Vendange wrote it: this one does not start", advice)
        }
        if catalog.rebuiltBelow != nil {
            let text =
                "it was lost and rebuilt from the log; tracked links, names of messages and quotes, API keys and "
                + "sites added before that are gone"
            found.add(.note, "catalog", text)
        }
        if catalog.deadDeliveries > 0 {
            let advice = "vendange deliveries list --state dead, then vendange deliveries retry"
            found.add(.note, "catalog", "\(catalog.deadDeliveries) deliveries were given up", advice)
        }
        return catalog
    }

    private func size(of path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue
    }

    private func lookAtLog(_ found: inout Diagnosis) -> LogInspector.Statistics? {
        let surveyed: (statistics: LogInspector.Statistics, findings: [LogInspector.Finding])
        do throws(StorageFailure) {
            surveyed = try LogInspector(directory: self.data.log).survey()
        } catch {
            let kind: Diagnosis.Finding.Kind = error.reason == .notFound ? .missing : .system
            found.add(kind, "log", "\(error)", Self.restore)
            return nil
        }
        let statistics = surveyed.statistics
        for finding in surveyed.findings {
            found.add(finding.isDamage ? .damaged : .note, "log", "\(finding)", finding.isDamage ? Self.restore : "")
        }
        found.log = Diagnosis.LogFacts(
            stream: statistics.stream?.description ?? "",
            segments: statistics.segments,
            start: statistics.start,
            end: statistics.end,
            records: statistics.records,
            payloadBytes: statistics.payloadBytes,
            firstTime: statistics.firstTime?.rfc3339,
            lastTime: statistics.lastTime?.rfc3339
        )
        return statistics
    }

    private func sumUp(at offset: UInt64?, _ found: inout Diagnosis) {
        do {
            found.scores = try ScoreChecksum.compute(self.data, at: offset)
        } catch {
            found.add(.damaged, "scores", "they cannot be summed up: \(error)")
        }
    }
}
