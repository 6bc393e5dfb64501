import ArgumentParser
import Demo
import Foundation

/// `vendange demo traffic`.
struct DemoTrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traffic",
        abstract: "Send a realistic working day, and account for every event.",
        discussion: """
            Visitors who accept, refuse or do not choose, contacts who click mails and read quotes, scanners, crawlers
            and mistakes, over real HTTP, to a service on this machine. Then compares what was sent with the service's
            own counters; exit code 1 if they differ, which they also do if somebody else sends events meanwhile.
            """
    )

    @Option(help: "The same seed gives the same day.")
    var seed: UInt64 = 1

    @Option(help: "How many strangers come, up to 100000. Contacts are an eighth of that.")
    var visitors = 200

    @Option(help: "The public port, on this machine.")
    var url = "http://localhost:\(DemoCommand.defaultPort)"

    @Option(help: "The private port, on this machine.")
    var api = "http://localhost:\(DemoCommand.defaultPort + 1)"

    @Option(help: "A key of the private port. Else VENDANGE_API_KEY, else the one in the data directory.")
    var key: String?

    @Option(name: .customLong("data"), help: "The data directory of `vendange demo`, for its key.")
    var dataDirectory = "data"

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (0...100_000).contains(self.visitors) else { throw ValidationError("--visitors: expected 0 to 100000") }
    }

    func run() async throws {
        try await CommandFailure.guarding {
            do {
                try await self.send()
            } catch let failure as TrafficFailure {
                switch failure {
                case .notAnAddress, .notThisMachine: throw CommandFailure(.notAllowed, failure.description)
                case .unreachable, .noSite: throw CommandFailure(.unavailable, failure.description)
                case .unexpected, .notFolded: throw CommandFailure(.defect, failure.description)
                }
            }
        }
    }

    private func send() async throws {
        let files = DemoFiles(dataDirectory: self.dataDirectory)
        let environment = ProcessInfo.processInfo.environment["VENDANGE_API_KEY"]
        guard let key = self.key ?? environment ?? files.key else {
            throw CommandFailure(
                .notAllowed,
                "no key: give --key, or start `vendange demo`, which keeps \(files.keyFile)"
            )
        }
        let target = try TrafficTarget(service: self.url, console: self.api, key: key)
        let plan = TrafficPlan(seed: self.seed, visitors: self.visitors)
        let salt = UInt32(truncatingIfNeeded: Int64(Date().timeIntervalSince1970 * 1_000))
        let report = try await TrafficRunner(plan: plan, target: target, salt: salt).run { Self.show($0) }
        FileHandle.standardError.write(Data("\n".utf8))
        let differences = report.differences
        if self.output.json {
            print(JSON(report: report, seed: self.seed).pretty)
        } else {
            print(report.text)
            for difference in differences { print("differs: \(difference)") }
            if differences.isEmpty { print("\nevery event is accounted for (seed \(self.seed))") }
        }
        if !differences.isEmpty { throw ExitCode(1) }
    }

    /// One line, written over itself.
    private static func show(_ progress: TrafficRunner.Progress) {
        let what: String
        if let minute = progress.minute {
            what = String(format: "%02d:%02d  %d of %d journeys", minute / 60, minute % 60, progress.done, progress.all)
        } else {
            what = "preparing: \(progress.done) of \(progress.all) contacts"
        }
        FileHandle.standardError.write(Data("\r\(what)    ".utf8))
    }
}

extension JSON {
    fileprivate init(report: TrafficReport, seed: UInt64) {
        let lines = { (lines: [TrafficReport.Line]) in
            JSON.array(
                lines.map { line in
                    .object([
                        "name": .string(line.name), "expected": .number(Double(line.expected)),
                        "counted": .number(Double(line.counted)),
                    ])
                }
            )
        }
        self = .object([
            "seed": .number(Double(seed)), "intake": lines(report.intake), "fates": lines(report.fates),
            "differences": .array(report.differences.map(JSON.string)),
        ])
    }
}
