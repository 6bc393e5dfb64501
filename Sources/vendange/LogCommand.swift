import ArgumentParser
import Domain
import EventLog
import Foundation
import Settings

/// `vendange log`.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Look into the event log: verify, dump, stats.",
        discussion: "Reads the files as they are, also beside a running service and when they are damaged.",
        subcommands: [Verify.self, Dump.self, Stats.self]
    )

    private static func inspector(_ options: SettingsOptions) throws -> LogInspector {
        let directory = try options.load().dataDirectory + "/log"
        do throws(StorageFailure) {
            return try LogInspector(directory: directory)
        } catch {
            throw CommandFailure(.noInput, "\(directory): \(error)")
        }
    }

    /// `vendange log verify`.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every block. Exit code 65 if anything is damaged."
        )

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let findings = try LogCommand.inspector(self.options).verify()
                for finding in findings { print(finding) }
                guard !findings.contains(where: \.isDamage) else {
                    throw CommandFailure(.badData, "the log is damaged; restore it from a backup")
                }
                print("the log is whole")
            }
        }
    }

    /// `vendange log dump`.
    struct Dump: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print records, one per line.")

        @OptionGroup var options: SettingsOptions

        @Option(help: "The first offset.")
        var from: UInt64 = 0

        @Option(help: "How many records at most.")
        var limit = 100

        func run() async throws {
            try await CommandFailure.guarding {
                try LogCommand.inspector(self.options).dump(from: self.from, limit: self.limit) { print($0) }
            }
        }
    }

    /// `vendange log stats`.
    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count what the log holds.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let statistics = try LogCommand.inspector(self.options).statistics()
                print("stream    \(statistics.stream?.description ?? "-")")
                print("segments  \(statistics.segments)")
                print("blocks    \(statistics.blocks)")
                print("records   \(statistics.records) (\(statistics.start) up to \(statistics.end))")
                print("bytes     \(statistics.payloadBytes)")
                for (kind, records) in statistics.kinds {
                    let name = RecordKind(rawValue: kind).map { "\($0)" } ?? "kind \(kind)"
                    print("  \(name): \(records)")
                }
            }
        }
    }
}
