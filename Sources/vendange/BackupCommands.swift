import ArgumentParser
import Domain
import EventLog
import Foundation
import Server
import Settings

/// `vendange backup`.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the data directory consistently, while the service runs or when it does not.",
        discussion: """
            Run it on the service's machine, as a user who may read the data directory. The copy holds the catalog,
            the log, a checkpoint and the keys that sign links: keep it as secret as the original. Settings and model
            files are not in it.
            """
    )

    @Argument(help: "The directory of the backup: empty, or not there yet.")
    var directory: String

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await CommandFailure.guarding {
            let settings = try self.service.settings.load()
            let backup = Backup(of: settings, to: self.directory)
            do throws(BackupFailure) {
                if let hold = try Backup.lockStopped(settings) {
                    defer { hold.release() }
                    return self.report(try backup.run(at: self.now))
                }
            } catch {
                throw CommandFailure(error)
            }
            let client = try self.service.client()
            let hold = try await client.call("POST", "/backups")["id"].shown
            let result = Result<Backup.Summary, BackupFailure> { () throws(BackupFailure) in
                try backup.run(at: self.now)
            }
            _ = try? await client.call("DELETE", "/backups/\(hold)")
            switch result {
            case .success(let summary): self.report(summary)
            case .failure(let failure): throw CommandFailure(failure)
            }
        }
    }

    private var now: Timestamp { SystemClock().wallTime() }

    private func report(_ summary: Backup.Summary) {
        if self.service.json {
            let facts: [String: JSON] = [
                "directory": .string(self.directory), "records": .number(Double(summary.records)),
                "end": .number(Double(summary.end)), "bytes": .number(Double(summary.bytes)),
            ]
            return print(JSON.object(facts).pretty)
        }
        print("\(self.directory): \(summary.records) records up to \(summary.end), \(summary.bytes) bytes")
    }
}

/// `vendange restore`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup into an empty data directory.",
        discussion: """
            Checks every file of the backup first. Run it as the service's user, then start the service: it goes on
            from where the backup was made, as a stream of its own, and sends nothing of the past again but what was
            still waiting.
            """
    )

    @Argument(help: "The directory of the backup.")
    var directory: String

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        try await CommandFailure.guarding {
            let settings = try self.options.load()
            do throws(BackupFailure) {
                let summary = try Restore(self.directory, into: settings).run(SystemRandomness())
                print("\(settings.dataDirectory): \(summary.records) records as of \(summary.created)")
                print("the log is now the stream \(summary.stream); start the service to go on")
            } catch {
                throw CommandFailure(error)
            }
        }
    }
}

extension CommandFailure {
    /// The failure of a backup or restore, with its exit code.
    init(_ failure: BackupFailure) {
        let code: Code =
            switch failure {
            case .noData, .unfinished: .noInput
            case .damaged, .newerVersion, .log, .catalog, .otherKeys: .badData
            case .notEmpty: .notAllowed
            case .system: .inputOutput
            }
        self.init(code, failure.description)
    }
}
