import Domain
import HTTPTypes
import Hummingbird
import Testing

@testable import Console

struct OperationTests {
    @Test func writesMetricsAsPrometheusReadsThem() async throws {
        let reply = try await Port().send("GET", "/metrics", key: nil)
        #expect(reply.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            reply.text == """
                # HELP vendange_events_received_total Events received.
                # TYPE vendange_events_received_total counter
                vendange_events_received_total{site="a\\"b\\\\c\\nd"} 10
                # HELP vendange_ack_seconds From received to acknowledged.\\nOn disk.
                # TYPE vendange_ack_seconds histogram
                vendange_ack_seconds_bucket{le="0.005"} 1
                vendange_ack_seconds_bucket{le="+Inf"} 2
                vendange_ack_seconds_sum 0.75
                vendange_ack_seconds_count 2

                """
        )
    }

    @Test(arguments: [(Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"), (0.1, "0.1")])
    func writesEveryNumber(value: Double, text: String) {
        let family = MetricFamily("vendange_x", .gauge, help: "X.", samples: [MetricSample(value)])
        #expect(PrometheusText.encode([family]).hasSuffix("\nvendange_x \(text)\n"))
    }

    @Test func metricsCanNeedAKey() async throws {
        var port = Port()
        port.settings.metricsNeedKey = true
        #expect(try await port.send("GET", "/metrics", key: nil).status == 401)
        #expect(try await port.send("GET", "/metrics", key: "vdg_read").status == 200)
    }

    @Test(arguments: HealthProbe.allCases)
    func tellsWhatIsWrong(probe: HealthProbe) async throws {
        let port = Port()
        let fine = try await port.send("GET", "/health/\(probe.rawValue)", key: nil)
        #expect(fine.status == 200)
        #expect(fine.text == #"{"reasons":[],"status":"ok"}"#)
        port.administration.change {
            $0.health = [HealthReason(component: "log", message: "The disk is full.")]
        }
        let failing = try await port.send("GET", "/health/\(probe.rawValue)", key: nil)
        #expect(failing.status == 503)
        #expect(
            failing.text == #"{"reasons":[{"component":"log","message":"The disk is full."}],"status":"failing"}"#
        )
    }

    @Test(arguments: [
        (["localhost"], true), (["LOCALHOST"], true), (["vendange.internal"], false), ([], false),
    ])
    func answersUnderItsNamesOnly(names: [String], isAnswered: Bool) async throws {
        var port = Port()
        port.settings.allowedHosts = names
        let reply = try await port.send("GET", "/api/v1/sites")
        #expect(reply.status == (isAnswered ? 200 : 421))
        #expect(port.administration.calls == (isAnswered ? ["sites"] : []))
        // Orchestrators know an address and no name.
        #expect(try await port.send("GET", "/health/live").status == 200)
    }

    @Test(arguments: [
        ("vendange.internal", true), ("Vendange.Internal:8081", true), ("[::1]:8081", true), ("[::1]", true),
        ("[::2]", false), ("evil.example", false), ("vendange.internal.evil.example", false), ("", false),
        (":8081", false), (nil, false),
    ])
    func comparesNamesWithoutPorts(authority: String?, isAllowed: Bool) {
        let hosts = AllowedHosts(["vendange.internal", "[::1]"])
        #expect(((try? hosts.check(authority)) != nil) == isAllowed)
    }

    @Test(arguments: [
        ("fr", "fr"), ("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("en-US,en;q=0.9,fr;q=0.8", "en"), ("de", "en"), ("", "en"),
        ("de, fr;q=0.3, en;q=0.2", "fr"), ("fr;q=0", "en"),
    ])
    func greetsInTheReadersLanguage(header: String, language: String) async throws {
        let reply = try await Port().send("GET", "/", key: nil, headers: [.acceptLanguage: header])
        #expect(reply.text.contains("<html lang=\"\(language)\">"))
        #expect(reply.text.contains("/api/openapi.json"))
    }

    @Test func sendsLiveEventsAsTheyCome() async throws {
        let reply = try await Port().send("GET", "/live", key: "vdg_read")
        #expect(reply.headers[.contentType] == "text/event-stream")
        let data = #"{"kind":"page_view","offset":1,"outcome":"scored","time":"2026-03-01T08:15:00Z"}"#
        #expect(reply.text.hasPrefix("retry: 5000\n\nid: 1\ndata: \(data)\n\nid: 2\n"))
    }

    @Test func limitsReadersAndTakesPlacesBack() {
        let streams = LiveStreams()
        let events = { AsyncStream<LiveEvent> { $0.finish() } }
        var bodies = (0..<Limits.liveReaders).compactMap { _ in streams.open(events()) }
        #expect(bodies.count == Limits.liveReaders)
        #expect(streams.open(events()) == nil)
        bodies.removeLast()
        #expect(streams.open(events()) != nil)
    }
}
