package import Logging
import ServiceLifecycle
package import Settings

/// The whole service: the core, the public port, the private port, the dispatchers and the background jobs.
///
/// Stops in the order that loses nothing: the public port stops accepting and answers what it has; the log commits;
/// the fold and the catalog catch up; a checkpoint is left.
package struct VendangeService: Service {
    /// What is called once both ports are open, with their numbers.
    package typealias Opened = @Sendable (OpenService) async throws -> Void

    private let settings: ServiceSettings
    private let logger: Logger
    private let manager: ServiceManager?
    private let opened: Opened

    /// A service that opens with ``run()``, and tells `manager` when it is open, alive and stopping.
    package init(
        settings: ServiceSettings,
        logger: Logger,
        manager: ServiceManager? = nil,
        opened: @escaping Opened = { _ in }
    ) {
        self.settings = settings
        self.logger = logger
        self.manager = manager
        self.opened = opened
    }

    /// Runs until a graceful shutdown.
    package func run() async throws {
        let open = try await OpenService(settings: self.settings, logger: self.logger, manager: self.manager)
        do {
            try await self.opened(open)
            self.manager?.tell(.ready("public port \(open.publicPort), private port \(open.privatePort)"))
            try await open.runUntilShutdown()
            self.manager?.tell(.stopping)
        } catch {
            try await open.stop()
            throw error
        }
        try await open.stop()
    }
}
