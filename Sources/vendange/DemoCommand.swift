import ArgumentParser
import Demo
import Domain
import EventLog
import Foundation
import Logging
import Server
import Settings

/// `vendange demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "A complete service with a demonstration website, to look around.",
        subcommands: [Run.self, DemoTrafficCommand.self],
        defaultSubcommand: Run.self
    )

    static let defaultPort = 8_080

    /// `vendange demo run`, or `vendange demo` alone.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run service, website, inbox and receiver until Ctrl-C.",
            discussion: """
                Takes no settings file: everything is on this machine and reachable from nowhere else. What is made at
                the first start is found again at the next one; remove the data directory to begin anew.
                """
        )

        @Option(name: .customLong("data"), help: "Directory of log, catalog and keys.")
        var dataDirectory = "data"

        @Option(help: "The first of four consecutive ports: public, private, website, receiver.")
        var port = DemoCommand.defaultPort

        func validate() throws {
            guard (1...65_532).contains(self.port) else { throw ValidationError("--port: expected 1 to 65532") }
        }

        func run() async throws {
            try await CommandFailure.guarding {
                let addresses = DemoCommand.addresses(from: self.port)
                let files = DemoFiles(dataDirectory: self.dataDirectory)
                let secret: String
                let settings: ServiceSettings
                do {
                    try files.prepare()
                    secret = try files.secret()
                    let model = try files.model()
                    settings = Self.settings(addresses, data: self.dataDirectory, model: model, secret: secret)
                } catch {
                    throw CommandFailure(.inputOutput, "\(self.dataDirectory): \(error.localizedDescription)")
                }
                try await Self.run(addresses, files, secret: secret, settings)
            }
        }

        private static func run(
            _ addresses: DemoAddresses,
            _ files: DemoFiles,
            secret: String,
            _ settings: ServiceSettings
        ) async throws {
            var logger = Logger(label: "demo", factory: { StreamLogHandler.standardError(label: $0) })
            logger.logLevel = .warning
            let demonstration = Demonstration(
                addresses: addresses,
                files: files,
                clock: SystemClock(),
                logger: logger,
                // Written at once, so that lines are seen as they come, also through a pipe.
                say: { FileHandle.standardOutput.write(Data(($0 + "\n").utf8)) }
            )
            do {
                try await demonstration.run(secret: secret) { opened in
                    try await ServeCommand.serve(settings) { try await opened($0.administration) }
                }
            } catch let failure as DemonstrationFailure {
                throw CommandFailure(.unavailable, failure.description)
            } catch let error as AdministrationError {
                throw CommandFailure(.defect, "\(error.title): \(error.detail)")
            }
        }

        /// The embedded defaults: this machine only, and one destination.
        static func settings(
            _ addresses: DemoAddresses,
            data: String,
            model: String,
            secret: String
        ) -> ServiceSettings {
            var settings = ServiceSettings()
            settings.dataDirectory = data
            settings.modelFile = model
            settings.logLevel = .warning
            settings.publicListener.host = DemoAddresses.host
            settings.publicListener.port = addresses.publicPort
            settings.publicListener.baseURL = addresses.service
            settings.privateListener.host = DemoAddresses.host
            settings.privateListener.port = addresses.privatePort
            settings.destinations = [
                Destination(
                    name: "demo",
                    kind: .webhook,
                    url: addresses.hook,
                    secret: secret,
                    allowsPrivateAddress: true
                )
            ]
            return settings
        }
    }

    /// Four consecutive ports.
    static func addresses(from port: Int) -> DemoAddresses {
        DemoAddresses(publicPort: port, privatePort: port + 1, sitePort: port + 2, receiverPort: port + 3)
    }
}
