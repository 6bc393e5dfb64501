package import Domain
package import Logging
import Synchronization

/// The whole demonstration in one process: website, inbox, receiver, and the service that its caller brings.
package final class Demonstration: Sendable {
    /// Runs the service until it is asked to stop, and calls its argument once the ports are open.
    package typealias Serve =
        @Sendable (_ opened: @escaping @Sendable (any Administration) async throws -> Void) async throws -> Void

    private let addresses: DemoAddresses
    private let files: DemoFiles
    private let clock: any Clock
    private let logger: Logger
    private let say: @Sendable (String) -> Void
    private let board = LeadBoard()
    /// The service, once it is open and holds what the demonstration needs.
    private let seed = Mutex<DemoSeed?>(nil)

    /// A demonstration that prints with `say`.
    package init(
        addresses: DemoAddresses,
        files: DemoFiles,
        clock: any Clock,
        logger: Logger,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.addresses = addresses
        self.files = files
        self.clock = clock
        self.logger = logger
        self.say = say
    }

    /// Runs until the service ends, or a port of the demonstration cannot be had.
    package func run(secret: String, serve: @escaping Serve) async throws {
        guard let verifier = WebhookVerifier(secret: secret) else { throw DemonstrationFailure.secret }
        let receiver = DemoReceiver(
            port: self.addresses.receiverPort,
            verifier: verifier,
            board: self.board,
            clock: self.clock,
            logger: self.logger,
            onVerified: { [say] in say($0.text + "\n") }
        )
        let site = DemoSite(addresses: self.addresses, board: self.board, logger: self.logger) {
            try await self.seed.withLock { $0 }?.mailbox()
        }
        // The receiver is open before the service, so that nothing an earlier run left to deliver meets a closed port.
        let (opened, open) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Self.naming(self.addresses.sitePort) { try await site.run { open.yield() } }
            }
            group.addTask {
                try await Self.naming(self.addresses.receiverPort) { try await receiver.run { open.yield() } }
            }
            group.addTask {
                var waiting = opened.makeAsyncIterator()
                for _ in 0..<2 where await waiting.next() == nil { return }
                try await serve { try await self.begin($0) }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func begin(_ administration: any Administration) async throws {
        let seed = DemoSeed(administration: administration, addresses: self.addresses)
        try await seed.plant()
        self.seed.withLock { $0 = seed }
        self.say(self.directions)
    }

    /// What to open, in order.
    package var directions: String {
        let site = self.addresses.site
        return """

            1. \(site)/       the website: accept on the banner, read Maintenance, Énergie and Tarifs
            2. \(site)/inbox  the inbox of a contact: open the quote, then its document
            3. \(site)/leads  what her salesperson receives, with the reason for every point; also printed here
            4. \(self.addresses.console)/       console and API, with the key in \(self.files.keyFile)
            5. vendange demo traffic        in another terminal: a whole working day. Ctrl-C ends it all here.

            """
    }

    private static func naming(_ port: Int, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw DemonstrationFailure.port(port, "\(error)")
        }
    }
}

/// Why the demonstration does not start.
package enum DemonstrationFailure: Error, CustomStringConvertible {
    /// A port cannot be opened.
    case port(Int, String)
    /// The file of the shared secret holds none.
    case secret

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .port(let port, let reason): "port \(port): \(reason). `vendange demo --port` takes other ones."
        case .secret: "demo-secret in the data directory holds no secret: remove it to have one made"
        }
    }
}
