import Domain
import HTTPTypes
import HummingbirdTesting
import ServiceLifecycle
import Testing

@testable import Console

struct ServerTests {
    @Test func listensOnAFreePortAndStopsWhileSomebodyWatches() async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let administration = FakeAdministration()
        administration.change { $0.livesOn = true }
        let server = ConsoleServer(
            settings: ConsoleServer.Settings(port: 0, version: "1"),
            administration: administration,
            logger: Port.logger,
            onListening: { continuation.yield($0) }
        )
        let group = ServiceGroup(configuration: .init(services: [server], logger: Port.logger))
        let running = Task { try await group.run() }
        let port = try #require(await ports.first { _ in true })
        #expect(port > 0)
        // What it waits for longest, the events' end, only comes with the shutdown.
        let patience = TestClient.Configuration(timeout: .seconds(300))
        try await TestClient.withClient(
            host: "127.0.0.1",
            port: port,
            configuration: patience
        ) { (client: TestClient) async throws -> Void in
            let ask = { (path: String, authority: String) in
                TestClient.Request(
                    path,
                    method: .get,
                    authority: authority,
                    headers: [.authorization: "Bearer vdg_read"]
                )
            }
            #expect(try await client.execute(ask("/api/v1/sites", "127.0.0.1:\(port)")).status == .ok)
            #expect(try await client.execute(ask("/api/v1/sites", "evil.example")).status == .misdirectedRequest)
            let live = ask("/live", "localhost")
            let watched = Task { try await client.execute(live) }
            // The events are asked for once the request is there; then nothing but the shutdown ends the answer.
            while !administration.calls.contains("liveEvents") { await Task.yield() }
            await group.triggerGracefulShutdown()
            #expect(try await watched.value.status == .ok)
        }
        try await running.value
    }
}
