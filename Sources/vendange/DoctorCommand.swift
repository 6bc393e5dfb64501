import ArgumentParser
import EventLog
import Foundation
import Server
import Settings

/// `vendange doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say how a data directory is, and what to do.",
        discussion: """
            Reads all of it and changes nothing: beside a running service, and when it does not start. Exit code 0 when
            nothing has to be done, else by what was found: 65 damage, 66 something is missing, 77 permissions,
            74 the system.
            """
    )

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Print JSON, for scripts.")
    var json = false

    @Flag(help: "Also fold the log and print a checksum of all scores: equal where every score is.")
    var scores = false

    @Option(name: .customLong("at"), help: "For --scores: the offset to fold up to; the log's end if not given.")
    var offset: UInt64?

    func run() async throws {
        try await CommandFailure.guarding {
            let examination = Examination(try self.settings(), at: SystemClock().wallTime())
            let found = examination.run(scores: self.scores, at: self.offset)
            if self.json { try Self.printJSON(found) } else { Self.printText(found) }
            if let code = Self.code(of: found) { throw ExitCode(code.rawValue) }
        }
    }

    /// Settings that are not valid must not keep anybody from looking at the data they name.
    private func settings() throws -> ServiceSettings {
        do {
            return try self.options.load()
        } catch let failure as CommandFailure {
            guard let directory = self.options.dataDirectory else { throw failure }
            var settings = ServiceSettings()
            settings.dataDirectory = directory
            return settings
        }
    }

    private static func code(of found: Diagnosis) -> CommandFailure.Code? {
        let kinds = Set(found.findings.map(\.kind))
        if kinds.contains(.damaged) { return .badData }
        if kinds.contains(.missing) { return .noInput }
        if kinds.contains(.access) { return .notAllowed }
        return kinds.contains(.system) ? .inputOutput : nil
    }

    private static func printJSON(_ found: Diagnosis) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(found), as: UTF8.self))
    }

    private static func printText(_ found: Diagnosis) {
        var table = Table(["what", "how"])
        table.add(["data", "\(found.directory), \(found.isRunning ? "in use by a service" : "not in use")"])
        if let log = found.log {
            table.add(["log", "records \(log.start) up to \(log.end), \(log.segments) segments, stream \(log.stream)"])
            table.add(["", "from \(log.firstTime ?? "-") to \(log.lastTime ?? "-")"])
        }
        for checkpoint in found.checkpoints {
            let offsets = checkpoint.low.map { "from \($0) to \(checkpoint.high ?? 0)" } ?? "damaged"
            let age = "\(checkpoint.ageSeconds / 60) min old"
            table.add(["checkpoint", "\(offsets), \(age), \(checkpoint.bytes >> 10) KiB"])
        }
        if let catalog = found.catalog {
            let lag = catalog.lagRecords.map { ", \($0) records behind the log" } ?? ""
            table.add(["catalog", "applied up to \(catalog.applied.map { "\($0)" } ?? "nothing")\(lag)"])
            table.add(["", "\(catalog.pendingDeliveries) deliveries wait, \(catalog.deadDeliveries) were given up"])
        }
        if let space = found.space {
            table.add(["space", "\(space.freeBytes >> 20) MiB free, \(space.floorBytes >> 20) MiB needed for events"])
        }
        if let scores = found.scores { table.add(["scores", "\(scores.sha256) at \(scores.position)"]) }
        print(table.text)
        for finding in found.findings {
            print("\(finding.kind == .note ? "note" : "PROBLEM") (\(finding.part)): \(finding.text)")
            if !finding.advice.isEmpty { print("    → \(finding.advice)") }
        }
        print(found.isWell ? "all is well" : "something has to be done")
    }
}
