import Domain
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import Delivery

/// Attempts over real sockets.
@Suite(.timeLimit(.minutes(10)))
struct TransportTests {
    /// Limits that only a hanging attempt meets, however slow the machine is.
    private static let patience = Transport.TimeLimits(
        connect: .seconds(60),
        whole: .seconds(120),
        body: .seconds(60),
        idle: .seconds(60)
    )

    private let clock = ManualClock(Timestamp(seconds: 1_614_265_330))

    private func item(_ body: String = #"{"test": 2432232314}"#) -> OutboxItem {
        OutboxItem(
            id: 1,
            destination: "crm",
            key: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            kind: .leadQualified,
            contact: ContactID(1),
            body: Array(body.utf8),
            created: Timestamp(seconds: 0)
        )
    }

    private func destination(_ url: String, allowsPrivateAddress: Bool = true) -> Destination {
        Destination(
            name: "crm",
            kind: .webhook,
            url: url,
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            allowsPrivateAddress: allowsPrivateAddress
        )
    }

    private func send(
        to destination: Destination,
        body: String = #"{"test": 2432232314}"#,
        timeLimits: Transport.TimeLimits = Self.patience,
        lookup: any AddressLookup = AddressResolver(threadCount: 1)
    ) async -> DeliveryAnswer {
        let transport = Transport(clock: self.clock, lookup: lookup, timeLimits: timeLimits)
        defer { transport.close() }
        let sender = SenderByKind(transport: transport, clock: self.clock, version: "1.2.3")
        return await sender.send(self.item(body), to: destination)
    }

    private func receiver(
        _ answer: @escaping @Sendable (HTTPReceiver.Request) -> HTTPReceiver.Answer? = { _ in .init(status: 204) },
        _ body: (HTTPReceiver) async throws -> Void
    ) async throws {
        let receiver = try await HTTPReceiver.start(answer: answer)
        do {
            try await body(receiver)
        } catch {
            try await receiver.stop()
            throw error
        }
        try await receiver.stop()
    }

    @Test func aWebhookCarriesTheFrozenBodyAndItsSignature() async throws {
        try await self.receiver { receiver in
            let answer = await self.send(to: self.destination("http://127.0.0.1:\(receiver.port)/hook?a=1"))
            #expect(answer == .response(status: 204, retryAfter: nil, excerpt: ""))
            let request = try #require(receiver.requests.first)
            #expect(receiver.requests.count == 1)
            #expect(request.method == "POST")
            #expect(request.uri == "/hook?a=1")
            #expect(request.body == Array(#"{"test": 2432232314}"#.utf8))
            #expect(request.headers["content-type"] == ["application/cloudevents+json"])
            #expect(request.headers["user-agent"] == ["Vendange/1.2.3"])
            #expect(request.headers["webhook-id"] == ["msg_p5jXN8AQM9LWM0D4loKWxJek"])
            #expect(request.headers["webhook-timestamp"] == ["1614265330"])
            #expect(
                request.headers["webhook-signature"] == ["v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="]
            )
        }
    }

    @Test func aChatDestinationGetsOneText() async throws {
        try await self.receiver { receiver in
            var destination = self.destination("http://127.0.0.1:\(receiver.port)/services/T/B/x")
            destination.kind = .slack
            let answer = await self.send(to: destination, body: #"{"type":"lead.cooled"}"#)
            #expect(answer.status == 204)
            let request = try #require(receiver.requests.first)
            #expect(request.headers["content-type"] == ["application/json"])
            #expect(request.headers["webhook-signature"].isEmpty)
            #expect(String(decoding: request.body, as: UTF8.self) == #"{"text":"A contact has cooled down"}"#)
        }
    }

    @Test func redirectsAreAnAnswerAndNotFollowed() async throws {
        try await self.receiver { request in
            .init(status: 302, headers: [("location", "/elsewhere")])
        } _: { receiver in
            let answer = await self.send(to: self.destination("http://127.0.0.1:\(receiver.port)/"))
            #expect(answer == .response(status: 302, retryAfter: nil, excerpt: ""))
            #expect(receiver.requests.count == 1)
        }
    }

    @Test func retryAfterAndTheBeginningOfTheBodyAreRead() async throws {
        try await self.receiver { _ in
            .init(status: 429, headers: [("retry-after", "42")], body: Array("slow\n down".utf8))
        } _: { receiver in
            let answer = await self.send(to: self.destination("http://127.0.0.1:\(receiver.port)/"))
            #expect(answer == .response(status: 429, retryAfter: .seconds(42), excerpt: "slow down"))
        }
    }

    @Test func aLargeAnswerIsCutAndItsStatusCounts() async throws {
        try await self.receiver { _ in
            .init(status: 400, body: Array(repeating: UInt8(ascii: "x"), count: 8_000_000))
        } _: { receiver in
            let answer = await self.send(to: self.destination("http://127.0.0.1:\(receiver.port)/"))
            let excerpt = String(repeating: "x", count: 200)
            #expect(answer == .response(status: 400, retryAfter: nil, excerpt: excerpt))
        }
    }

    @Test func silenceIsATimeout() async throws {
        let limits = Transport.TimeLimits(connect: .milliseconds(200), whole: .milliseconds(200))
        try await self.receiver { _ in
            nil
        } _: { receiver in
            let url = "http://127.0.0.1:\(receiver.port)/"
            #expect(await self.send(to: self.destination(url), timeLimits: limits) == .failure(.timeout))
        }
    }

    @Test func aClosedPortIsNoConnection() async throws {
        let receiver = try await HTTPReceiver.start { _ in nil }
        try await receiver.stop()
        let url = "http://127.0.0.1:\(receiver.port)/"
        #expect(await self.send(to: self.destination(url)) == .failure(.noConnection))
    }

    @Test func plainHTTPBehindAnHTTPSAddressIsATLSFailure() async throws {
        try await self.receiver { receiver in
            let url = "https://127.0.0.1:\(receiver.port)/"
            #expect(await self.send(to: self.destination(url)) == .failure(.tls))
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test func aCancelledAttemptIsInterrupted() async throws {
        let arrived = AsyncStream.makeStream(of: Void.self)
        try await self.receiver { _ in
            arrived.continuation.yield()
            return nil
        } _: { receiver in
            let url = "http://127.0.0.1:\(receiver.port)/"
            let sending = Task { await self.send(to: self.destination(url)) }
            for await _ in arrived.stream { break }
            sending.cancel()
            #expect(await sending.value == .failure(.interrupted))
        }
    }

    @Test(arguments: [
        "http://127.0.0.1", "http://localhost", "http://[::1]", "http://[::ffff:127.0.0.1]", "http://2130706433",
        "http://0x7f000001", "http://127.1", "http://0", "http://[::]", "http://%31%32%37.0.0.1",
    ])
    func everySpellingOfLoopbackIsRefused(address: String) async throws {
        try await self.receiver { receiver in
            let url = "\(address):\(receiver.port)/"
            let answer = await self.send(to: self.destination(url, allowsPrivateAddress: false))
            // A system without IPv6 may not know the address at all; what matters is that nothing arrives.
            #expect(answer == .failure(.refusedAddress), "\(url)")
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test func aNameThatResolvesToAPrivateAddressIsRefused() async throws {
        try await self.receiver { receiver in
            let destination = self.destination("http://receiver.test:\(receiver.port)/", allowsPrivateAddress: false)
            let lookup = FixedLookup(["receiver.test": "127.0.0.1"])
            #expect(await self.send(to: destination, lookup: lookup) == .failure(.refusedAddress))
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test func theConnectionGoesToTheAddressThatWasJudged() async throws {
        try await self.receiver { receiver in
            // Nobody else can resolve this name: reaching the receiver proves that it was resolved here, and once.
            let destination = self.destination("http://receiver.invalid:\(receiver.port)/")
            let lookup = FixedLookup(["receiver.invalid": "127.0.0.1"])
            #expect(await self.send(to: destination, lookup: lookup).status == 204)
            #expect(lookup.hosts == ["receiver.invalid"])
            #expect(receiver.requests.first?.headers["host"] == ["receiver.invalid:\(receiver.port)"])
        }
    }

    @Test func attemptsToOneAddressShareAConnectionAndANewAddressGetsItsOwn() async throws {
        try await self.receiver { _ in
            .init(status: 200, body: Array("ok".utf8))
        } _: { receiver in
            let lookup = FixedLookup(["receiver.invalid": "127.0.0.1"])
            let transport = Transport(clock: self.clock, lookup: lookup, timeLimits: Self.patience)
            let sender = SenderByKind(transport: transport, clock: self.clock, version: "1.2.3")
            var destination = self.destination("http://receiver.invalid:\(receiver.port)/")
            #expect(await sender.send(self.item(), to: destination).status == 200)
            #expect(await sender.send(self.item(), to: destination).status == 200)
            lookup.set("127.0.0.2", for: "receiver.invalid")
            #expect(await sender.send(self.item(), to: destination).status == 200)
            // What was allowed before is judged again.
            destination.allowsPrivateAddress = false
            #expect(await sender.send(self.item(), to: destination) == .failure(.refusedAddress))
            transport.close()
            #expect(receiver.requests.map(\.localAddress) == ["127.0.0.1", "127.0.0.1", "127.0.0.2"])
            let ports = receiver.requests.map(\.clientPort)
            try #require(ports.count == 3)
            #expect(ports[0] == ports[1])
            #expect(ports[1] != ports[2])
        }
    }

    @Test func aFarewellOnAKeptConnectionIsTriedAgainAtOnceOnANewOne() async throws {
        let connections = Mutex<[Int?]>([])
        try await self.receiver { request in
            // Each connection serves one request, and says farewell to the next.
            let isKept = connections.withLock { known in
                defer { known.append(request.clientPort) }
                return known.contains(request.clientPort)
            }
            return isKept ? .farewell : .init(status: 204)
        } _: { receiver in
            let transport = Transport(clock: self.clock, lookup: FixedLookup([:]), timeLimits: Self.patience)
            let sender = SenderByKind(transport: transport, clock: self.clock, version: "1.2.3")
            let destination = self.destination("http://127.0.0.1:\(receiver.port)/")
            for _ in 0..<3 { #expect(await sender.send(self.item(), to: destination).status == 204) }
            transport.close()
            #expect(receiver.requests.count == 5, "one, and two times two")
        }
    }

    @Test func aFarewellOnANewConnectionIsAFailure() async throws {
        let count = Atomic(0)
        try await self.receiver { _ in
            count.wrappingAdd(1, ordering: .relaxed).newValue == 1 ? .init(status: 204) : .farewell
        } _: { receiver in
            let transport = Transport(clock: self.clock, lookup: FixedLookup([:]), timeLimits: Self.patience)
            let sender = SenderByKind(transport: transport, clock: self.clock, version: "1.2.3")
            let destination = self.destination("http://127.0.0.1:\(receiver.port)/")
            #expect(await sender.send(self.item(), to: destination).status == 204)
            for requests in [3, 4] {
                #expect(await sender.send(self.item(), to: destination) == .failure(.brokenAnswer))
                #expect(receiver.requests.count == requests, "only a kept connection is given a second chance")
            }
            transport.close()
        }
    }

    @Test func destinationsDoNotShareConnections() async throws {
        try await self.receiver { receiver in
            let transport = Transport(clock: self.clock, lookup: FixedLookup([:]), timeLimits: Self.patience)
            let sender = SenderByKind(transport: transport, clock: self.clock, version: "1.2.3")
            for name in ["crm", "chat"] {
                var destination = self.destination("http://127.0.0.1:\(receiver.port)/")
                destination.name = name
                #expect(await sender.send(self.item(), to: destination).status == 204)
            }
            transport.close()
            #expect(Set(receiver.requests.map(\.clientPort)).count == 2)
        }
    }

    @Test func aNameWithoutAnAddressIsUnresolved() async {
        let destination = self.destination("http://receiver.invalid/")
        #expect(await self.send(to: destination, lookup: FixedLookup([:])) == .failure(.unresolvedHost))
    }

    @Test(arguments: ["", "ftp://127.0.0.1/", "unix:///tmp/socket", "http://", "no address", "http+unix://x/"])
    func anAddressThatIsNoneIsUnusable(url: String) async {
        #expect(await self.send(to: self.destination(url)) == .failure(.unusableDestination))
    }

    @Test(arguments: ["", "secret", "whsec_", "whsec_***"])
    func aSecretThatIsNoneSendsNothing(secret: String) async throws {
        try await self.receiver { receiver in
            var destination = self.destination("http://127.0.0.1:\(receiver.port)/")
            destination.secret = secret
            #expect(await self.send(to: destination) == .failure(.unusableDestination))
            #expect(receiver.requests.isEmpty)
        }
    }
}

/// A name service that knows what it was told, and remembers what it was asked.
private final class FixedLookup: AddressLookup {
    private let addresses: Mutex<[String: String]>
    private let asked = Mutex<[String]>([])

    init(_ addresses: [String: String]) { self.addresses = Mutex(addresses) }

    func set(_ address: String, for host: String) { self.addresses.withLock { $0[host] = address } }

    var hosts: [String] { self.asked.withLock { $0 } }

    func address(of host: String, port: Int, timeLimit: TimeAmount) async throws(DeliveryFailure) -> SocketAddress {
        self.asked.withLock { $0.append(host) }
        guard let text = self.addresses.withLock({ $0[host] }),
            let address = try? SocketAddress(ipAddress: text, port: port)
        else {
            throw .unresolvedHost
        }
        return address
    }

    func close() {}
}
