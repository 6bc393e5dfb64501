package import Domain
package import Hummingbird
import HummingbirdCore
package import Logging

/// The private port: the API of people and tools, metrics and health, over Hummingbird.
///
/// Every route is a line of the ``RouteTable``, from which the router and the OpenAPI document are made. A request
/// passes the ``Gate`` (its `Host` is one of ours), then its route's ``RouteResponder`` (its key reaches far enough;
/// its path, query and body have the right ``Shape``), then the handler, which asks the ``Administration`` and nobody
/// else. Errors are thrown as ``AdministrationError`` anywhere on the way and become problems in the gate.
///
/// Speed is not its business: the public port has a codec of its own.
package struct ConsoleServer: Sendable {
    /// What the port is told.
    package struct Settings: Equatable, Sendable {
        /// Where it listens.
        package var host: String
        /// 0 for any free one.
        package var port: Int
        /// The names of the `Host` header it answers under, without ports; IPv6 addresses in brackets.
        package var allowedHosts: [String]
        /// Whether `/metrics` needs a key with the scope `read`.
        package var metricsNeedKey: Bool
        /// The service's version.
        package var version: String

        /// Settings.
        package init(
            host: String = "127.0.0.1",
            port: Int = 8_081,
            allowedHosts: [String] = ["localhost", "127.0.0.1", "[::1]"],
            metricsNeedKey: Bool = false,
            version: String
        ) {
            self.host = host
            self.port = port
            self.allowedHosts = allowedHosts
            self.metricsNeedKey = metricsNeedKey
            self.version = version
        }
    }

    private let settings: Settings
    private let administration: any Administration
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// A port over an administration. `onListening` is told the port once it takes connections.
    package init(
        settings: Settings,
        administration: any Administration,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.settings = settings
        self.administration = administration
        self.logger = logger
        self.onListening = onListening
    }

    /// The routes behind the gate.
    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: Gate(hosts: AllowedHosts(self.settings.allowedHosts)))
        let live = LiveStreams()
        for route in RouteTable.all {
            router.on(
                RouterPath(route.path),
                method: route.method.httpMethod,
                responder: RouteResponder(
                    route: route,
                    settings: self.settings,
                    administration: self.administration,
                    live: live
                )
            )
        }
        return router
    }

    /// The server, ready to run.
    package func application() -> some ApplicationProtocol {
        var configuration = ApplicationConfiguration(address: .hostname(self.settings.host, port: self.settings.port))
        configuration.serverName = nil
        configuration.availableConnectionsDelegate = MaximumAvailableConnections(Limits.apiConnections)
        let onListening = self.onListening
        return Application(
            router: self.router(),
            server: .http1(
                configuration: .init(idleTimeout: .microseconds(Limits.idleConnection.microseconds))
            ),
            configuration: configuration,
            onServerRunning: { await onListening($0.localAddress?.port ?? 0) },
            logger: self.logger
        )
    }

    /// Serves until the task is cancelled or the service group around it shuts down.
    package func run() async throws {
        try await self.application().run()
    }
}
