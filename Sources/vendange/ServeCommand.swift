import ArgumentParser
import Foundation
import Logging
import Server
import ServiceLifecycle
import Settings
import UnixSignals

/// `vendange serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service until SIGTERM or SIGINT.",
        discussion: """
            Creates the data directory at the first start. On SIGTERM or SIGINT the public port stops accepting,
            answers what it has, and the rest catches up; a checkpoint is left, so that the next start is quick.
            """
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        try await CommandFailure.guarding {
            let settings = try self.options.load()
            try await Self.serve(settings) { _ in }
        }
    }

    /// Runs a service with these settings; `opened` is called when its ports are open.
    static func serve(_ settings: ServiceSettings, opened: @escaping VendangeService.Opened) async throws {
        var logger = Logger(label: "vendange", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = Logger.Level(rawValue: settings.logLevel.rawValue) ?? .info
        let manager = ServiceManager(environment: ProcessInfo.processInfo.environment)
        let hangups = HangupService()
        let service = VendangeService(settings: settings, logger: logger, manager: manager) { [logger] open in
            logger.info(
                "open",
                metadata: ["public": "\(open.publicPort)", "private": "\(open.privatePort)"]
            )
            hangups.set(open)
            try await opened(open)
        }
        let group = ServiceGroup(
            services: [service, hangups],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        do {
            try await group.run()
        } catch let failure as StartFailure {
            let code: CommandFailure.Code =
                switch failure {
                case .foreignCatalog, .logBehindCatalog, .trimmedLog, .lostCatalog, .damagedLog, .catalogUnusable,
                    .halfRestored, .newerVersion:
                    .badData
                case .privatePort, .publicPort, .notWritable, .inUse: .inputOutput
                case .certificate: .badSettings
                }
            throw CommandFailure(code, failure.description)
        } catch let problems as SettingsProblems {
            throw CommandFailure(.badSettings, problems.description)
        } catch {
            throw CommandFailure(.inputOutput, "\(error)")
        }
    }
}
