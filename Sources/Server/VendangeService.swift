package import Collector
package import Domain
import Console
import Delivery
import Logging
import ScoreStore
package import ServiceLifecycle
package import Settings

/// The whole service: the core, the public port, the private port, the dispatchers and the background jobs.
///
/// Stops in the order that loses nothing: the public port stops accepting and answers what it has; the log commits;
/// the fold and the catalog catch up; a checkpoint is left.
package struct VendangeService: Service {
    /// What is called once both ports are open, with their numbers.
    package typealias Opened = @Sendable (OpenService) async throws -> Void

    private let settings: ServiceSettings
    private let scripts: Scripts
    private let logger: Logger
    private let opened: Opened

    /// The files the public port serves to pages.
    package struct Scripts: Sendable {
        /// The tracker.
        package var tracker: [UInt8]
        /// The form adapters.
        package var forms: [UInt8]

        /// Files.
        package init(tracker: [UInt8], forms: [UInt8]) {
            self.tracker = tracker
            self.forms = forms
        }
    }

    /// A service that opens with ``run()``.
    package init(
        settings: ServiceSettings,
        scripts: Scripts,
        logger: Logger,
        opened: @escaping Opened = { _ in }
    ) {
        self.settings = settings
        self.scripts = scripts
        self.logger = logger
        self.opened = opened
    }

    /// Runs until a graceful shutdown.
    package func run() async throws {
        let open = try await OpenService(settings: self.settings, scripts: self.scripts, logger: self.logger)
        do {
            try await self.opened(open)
            try await open.runUntilShutdown()
        } catch {
            try await open.stop()
            throw error
        }
        try await open.stop()
    }
}
