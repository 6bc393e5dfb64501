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

        @OptionGroup var output: JSONOption
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let findings = try LogCommand.inspector(self.options).verify()
                let isWhole = !findings.contains(where: \.isDamage)
                if self.output.json {
                    let list = JSON.array(findings.map(JSON.init(finding:)))
                    print(JSON.object(["is_whole": .flag(isWhole), "findings": list]).pretty)
                } else {
                    for finding in findings { print(finding) }
                }
                guard isWhole else { throw CommandFailure(.badData, "the log is damaged; restore it from a backup") }
                if !self.output.json { print("the log is whole") }
            }
        }
    }

    /// `vendange log dump`.
    struct Dump: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print records, one per line; with --json one object per line. Payloads stay out."
        )

        @OptionGroup var output: JSONOption
        @OptionGroup var options: SettingsOptions

        @Option(help: "The first offset.")
        var from: UInt64 = 0

        @Option(help: "How many records at most.")
        var limit = 100

        func run() async throws {
            try await CommandFailure.guarding {
                try LogCommand.inspector(self.options).dump(from: self.from, limit: self.limit) { record in
                    print(self.output.json ? JSON(record: record).compact : record.description)
                }
            }
        }
    }

    /// `vendange log stats`.
    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count what the log holds.")

        @OptionGroup var output: JSONOption
        @OptionGroup var options: SettingsOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let statistics = try LogCommand.inspector(self.options).statistics()
                if self.output.json { return print(JSON(statistics: statistics).pretty) }
                print("stream    \(statistics.stream?.description ?? "-")")
                print("segments  \(statistics.segments) (\(statistics.sealedSegments) sealed)")
                print("blocks    \(statistics.blocks)")
                print("records   \(statistics.records) (\(statistics.start) up to \(statistics.end))")
                print("bytes     \(statistics.payloadBytes) (\(statistics.fileBytes) in files)")
                for (name, records) in statistics.namedKinds { print("  \(name): \(records)") }
            }
        }
    }
}

extension LogInspector.Statistics {
    /// Records by the name of their kind.
    fileprivate var namedKinds: [(name: String, records: UInt64)] {
        self.kinds.map { kind, records in (RecordKind(rawValue: kind).map { "\($0)" } ?? "kind \(kind)", records) }
    }
}

extension JSON {
    fileprivate init(finding: LogInspector.Finding) {
        self = .object([
            "is_damage": .flag(finding.isDamage), "file": .string(finding.file),
            "position": .number(Double(finding.position)), "text": .string(finding.text),
        ])
    }

    fileprivate init(record: LogInspector.RecordSummary) {
        var members: [String: JSON] = [
            "offset": .number(Double(record.offset)), "time": .string(record.time.rfc3339),
            "kind": .string(record.kind), "bytes": .number(Double(record.bytes)),
        ]
        if let slot = record.slot { members["slot"] = .number(Double(slot)) }
        if let cause = record.cause {
            members["cause"] = .object([
                "slot": .number(Double(cause.source.rawValue)), "offset": .number(Double(cause.offset)),
                "ordinal": .number(Double(cause.ordinal)),
            ])
        }
        self = .object(members)
    }

    fileprivate init(statistics: LogInspector.Statistics) {
        self = .object([
            "stream": statistics.stream.map { .string($0.description) } ?? .null,
            "segments": .number(Double(statistics.segments)),
            "sealed": .number(Double(statistics.sealedSegments)),
            "file_bytes": .number(Double(statistics.fileBytes)), "blocks": .number(Double(statistics.blocks)),
            "records": .number(Double(statistics.records)), "start": .number(Double(statistics.start)),
            "end": .number(Double(statistics.end)), "bytes": .number(Double(statistics.payloadBytes)),
            "kinds": .object(
                Dictionary(statistics.namedKinds.map { ($0.name, .number(Double($0.records))) }) { first, _ in first }
            ),
        ])
    }
}
