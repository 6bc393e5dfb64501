import Catalog
package import Collector
import Console
import Delivery
import Domain
import EventLog
import Logging
import NIOCore
import ScoreStore
import ServiceLifecycle
import Settings
import Synchronization

/// A service whose ports are open.
package final class OpenService: Sendable {
    /// What is behind the ports.
    package let core: Core
    /// What the private port can ask.
    package let administration: ServiceAdministration
    /// The public port.
    package let collector: CollectorServer
    /// The number of the public port.
    package var publicPort: Int { self.collector.port }
    /// The number of the private port.
    package let privatePort: Int
    private let console: Task<Void, any Error>
    private let background: Task<Void, Never>
    private let dispatcher: Dispatcher
    private let dispatching: Task<Void, Never>
    private let transport: Transport
    /// The public port's certificate; nil if it speaks plain HTTP.
    package let certificate: Certificate?

    /// The version, in answers and user agents.
    package static let version = "0.1.0"

    init(settings: ServiceSettings, logger: Logger, manager: ServiceManager?) async throws {
        for warning in settings.warnings { logger.warning("\(warning)") }
        let clock = SystemClock()
        let randomness = SystemRandomness()
        let wake = WakeUp()
        let core = try Core(
            settings: settings,
            clock: clock,
            randomness: randomness,
            logger: logger,
            onCommit: { wake.call() }
        )
        do {
            self.certificate = try Self.readCertificate(settings, logger)
            let signer = try TokenKeys(file: settings.keyFilePath, randomness: randomness)
            let outbox = CatalogOutbox(catalog: core.catalog, onCommit: { wake.call() })
            self.transport = Transport(destinationCount: settings.destinations.count, clock: clock)
            let dispatcher = Dispatcher(
                destinations: settings.destinations,
                outbox: outbox,
                sender: SenderByKind(transport: self.transport, clock: clock, version: Self.version),
                clock: clock,
                timer: SystemTimer(clock: clock),
                randomness: randomness,
                logger: logger
            )
            wake.set { dispatcher.wake() }
            try await FirstStart(core: core, settings: settings).run()
            // The directory is complete up to the log's end before the first event can be classified by it.
            await core.settle()
            try await core.refreshDirectory()
            let collector = try await Self.openPublicPort(core, settings, signer, self.certificate)
            let administration = ServiceAdministration(
                core: core,
                signer: signer,
                settings: settings,
                outbox: outbox,
                wakeDispatcher: { dispatcher.wake() },
                collectorCounters: { collector.counters },
                deliveryCounters: { dispatcher.counters },
                certificateEnd: { [certificate] in certificate?.end },
                started: core.log.now
            )
            try await OperatorKey(settings: settings).make(with: administration)
            do {
                (self.console, self.privatePort) = try await Self.openPrivatePort(settings, administration, logger)
            } catch {
                try await collector.stop()
                throw error
            }
            self.core = core
            self.dispatcher = dispatcher
            self.collector = collector
            self.administration = administration
        } catch {
            await core.stop()
            throw error
        }
        self.dispatching = Task { [dispatcher] in await dispatcher.run() }
        let watch = OperatorWatchJob(
            core: core,
            outbox: CatalogOutbox(catalog: core.catalog),
            certificateEnds: { [certificate] in certificate?.end },
            onNotice: { wake.call() }
        )
        let jobs = BackgroundJobs(core: core, operatorWatch: watch, manager: manager, certificate: certificate)
        self.background = Task { await jobs.run() }
    }

    /// Opens the private port; its task runs until it is cancelled.
    private static func openPrivatePort(
        _ settings: ServiceSettings,
        _ administration: ServiceAdministration,
        _ logger: Logger
    ) async throws -> (Task<Void, any Error>, Int) {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let console = ConsoleServer(
            settings: ConsoleServer.Settings(
                host: settings.privateListener.host,
                port: settings.privateListener.port,
                allowedHosts: settings.privateListener.acceptedHosts,
                metricsNeedKey: settings.privateListener.metricsNeedKey,
                version: Self.version
            ),
            administration: administration,
            logger: logger
        ) { port in
            listening.yield(port)
        }
        let task = Task {
            defer { listening.finish() }
            try await console.run()
        }
        for await port in ports { return (task, port) }
        throw StartFailure.privatePort(settings.privateListener.port)
    }

    private static func readCertificate(
        _ settings: ServiceSettings,
        _ logger: Logger
    ) throws -> Certificate? {
        do throws(TLSFailure) {
            return try Certificate(settings: settings.publicListener, logger: logger)
        } catch {
            throw StartFailure.certificate(error)
        }
    }

    /// Reads the certificate's files again, if the public port has one; the log tells what came of it.
    package func reloadCertificate() {
        guard let certificate else { return self.core.logger.notice("no certificate to load: public.tls is not set") }
        certificate.reload()
    }

    private static func openPublicPort(
        _ core: Core,
        _ settings: ServiceSettings,
        _ signer: TokenKeys,
        _ certificate: Certificate?
    ) async throws -> CollectorServer {
        var options = Collector.Settings()
        options.pathPrefix = settings.publicListener.pathPrefix
        options.trustedProxies = settings.proxies.trusted
        options.proxyHeader = settings.proxies.header
        options.cookie.name = settings.publicListener.cookieName
        options.cookie.domain = settings.publicListener.cookieDomain
        options.cookie.isSecure = settings.publicListener.hasSecureCookies
        options.eventsPerSecond = settings.publicListener.eventsPerSecond
        options.eventBurst = settings.publicListener.eventBurst
        options.trackerScript = PackageResources.t_js
        options.formsScript = PackageResources.forms_js
        let collector = Collector(
            settings: options,
            directory: core.directory,
            stream: core.log,
            signer: signer,
            clock: core.clock,
            randomness: core.randomness
        )
        var listener = CollectorServer.Options(
            host: settings.publicListener.host,
            port: settings.publicListener.port,
            loops: settings.publicListener.loops > 0 ? settings.publicListener.loops : max(1, System.coreCount)
        )
        listener.maximumConnections = Descriptors.publicConnections(Descriptors.raise(), logger: core.logger)
        if let identity = certificate?.identity { listener.makeTransport = { identity.makeHandler() } }
        do {
            return try await CollectorServer.start(collector, options: listener)
        } catch let error as IOError {
            throw StartFailure.publicPort(listener.port, error.description)
        }
    }

    /// Returns when a graceful shutdown begins.
    /// - Throws: ``ServiceFailure`` when the scorer has stopped for good: only a new start can help then.
    func runUntilShutdown() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try? await gracefulShutdown() }
            group.addTask { [core] in
                for await failure in core.failures { throw ServiceFailure.scorerStopped(failure) }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Closes the ports, catches up, leaves a checkpoint.
    func stop() async throws {
        try await self.collector.stop()
        self.console.cancel()
        _ = try? await self.console.value
        self.background.cancel()
        await self.background.value
        await self.core.stop()
        self.dispatcher.stop()
        await self.dispatching.value
        self.transport.close()
        try self.core.catalog.close()
    }
}

/// Wakes the dispatchers from commits that may come before there are any.
private final class WakeUp: Sendable {
    private let target = Mutex<(@Sendable () -> Void)?>(nil)

    func set(_ target: @escaping @Sendable () -> Void) { self.target.withLock { $0 = target } }

    func call() { self.target.withLock { $0 }?() }
}
