internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// An HTTP client that connects to one address only, whatever its host's name resolves to.
///
/// Closed when nobody holds it any more: replaced in ``PinnedClients``, it still ends what was begun with it.
final class PinnedClient: Sendable {
    let client: HTTPClient
    let host: String
    let address: String
    private let idle: TimeAmount
    /// When the last answer came through it; 0 for never.
    private let lastAnswer = Atomic(UInt64(0))

    /// Whether a connection may have been kept: the next request may meet one that the other side has given up.
    var mayHaveKept: Bool {
        let last = self.lastAnswer.load(ordering: .relaxed)
        return last > 0 && NIODeadline.now() < .uptimeNanoseconds(last) + self.idle
    }

    init(host: String, address: String, timeout: HTTPClient.Configuration.Timeout, idle: TimeAmount) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: timeout,
            decompression: .disabled
        )
        // The retry policy is ours.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = idle
        configuration.dnsOverride = [host: address]
        self.host = host
        self.address = address
        self.idle = idle
        self.client = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            configuration: configuration
        )
    }

    func noteAnswer() { self.lastAnswer.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed) }

    deinit {
        // Not waited for: closing may wait for the other side to say goodbye, for seconds.
        self.client.shutdown().whenComplete { _ in }
    }
}

/// The last client of each destination, so that a burst of notifications shares its connections and their handshakes.
///
/// A client per destination, not per host: what one destination does to its connections is not felt by another.
final class PinnedClients: Sendable {
    private let clients = Mutex<[String: PinnedClient]>([:])
    private let timeout: HTTPClient.Configuration.Timeout
    private let idle: TimeAmount

    init(timeout: HTTPClient.Configuration.Timeout, idle: TimeAmount) {
        self.timeout = timeout
        self.idle = idle
    }

    /// A client of a destination that connects to `address` and asks for `host`. One that is `givenUp` is replaced.
    func client(
        for destination: String,
        host: String,
        address: String,
        insteadOf givenUp: PinnedClient? = nil
    ) -> PinnedClient {
        let (client, replaced) = self.clients.withLock { clients -> (PinnedClient, PinnedClient?) in
            let last = clients[destination]
            if let last, last !== givenUp, last.host == host, last.address == address { return (last, nil) }
            let client = PinnedClient(host: host, address: address, timeout: self.timeout, idle: self.idle)
            clients[destination] = client
            return (client, last)
        }
        // Released outside of the lock: its end is not our caller's to wait for.
        withExtendedLifetime(replaced) {}
        return client
    }

    /// Lets go of all clients; those in use end with their requests.
    func close() {
        let released = self.clients.withLock { clients in
            defer { clients = [:] }
            return clients
        }
        withExtendedLifetime(released) {}
    }
}
