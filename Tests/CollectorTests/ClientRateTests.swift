import Domain
import NIOCore
import NIOEmbedded
import Testing

@testable import Collector

/// How fast one address may send.
@Suite struct ClientRateTests {
    private func port(perSecond: Int = 2, burst: Int = 100, proxies: [String] = []) -> Port {
        Port(settings: { settings in
            settings.eventsPerSecond = perSecond
            settings.eventBurst = burst
            settings.trustedProxies = proxies
        })
    }

    private func body(_ count: Int) -> String {
        let event = #"{"type":"page_view","site":"shop","url":"https://shop.example/a"}"#
        return "[\(Array(repeating: event, count: count).joined(separator: ","))]"
    }

    private func post(
        _ port: Port,
        _ count: Int,
        _ fields: [String] = [],
        from peer: String = "203.0.113.7"
    ) throws
        -> Response
    {
        let body = self.body(count)
        let length = "Content-Length: \(body.utf8.count)"
        return try port.ask(Port.request("POST", "/e", fields + [length]) + body, from: peer)
    }

    @Test func aBurstIsTakenAndWhatComesBehindItWaitsAsLongAsItIsTold() throws {
        let port = self.port()
        #expect(try self.post(port, 100).status == 204)
        let refused = try self.post(port, 10, ["Origin: https://shop.example"])
        #expect(refused.status == 429)
        #expect(refused["Retry-After"] == "6")
        #expect(refused["Access-Control-Allow-Origin"] == "https://shop.example")
        #expect(port.log.events.count == 100)
        #expect(port.counters.limited == 10)
        #expect(port.counters.received == 100)
        port.eventLoop.advanceTime(by: .milliseconds(4_999))
        #expect(try self.post(port, 10).status == 429)
        port.eventLoop.advanceTime(by: .milliseconds(1))
        #expect(try self.post(port, 10).status == 204)
        #expect(port.log.events.count == 110)
    }

    @Test func oneAddressesBurstIsNoneOfAnothers() throws {
        let port = self.port()
        #expect(try self.post(port, 100).status == 204)
        #expect(try self.post(port, 1).status == 429)
        #expect(try self.post(port, 1, from: "203.0.113.8").status == 204)
        #expect(try self.post(port, 100, from: "2001:db8::1").status == 204)
        #expect(try self.post(port, 1, from: "2001:db8::ffff").status == 429)
        #expect(try self.post(port, 1, from: "2001:db8:0:1::1").status == 204)
    }

    @Test func clientsBehindATrustedProxyAreToldApart() throws {
        let port = self.port(proxies: ["10.0.0.0/8"])
        #expect(try self.post(port, 100, ["X-Forwarded-For: 192.0.2.1"], from: "10.0.0.1").status == 204)
        #expect(try self.post(port, 1, ["X-Forwarded-For: 192.0.2.1"], from: "10.0.0.1").status == 429)
        #expect(try self.post(port, 1, ["X-Forwarded-For: 192.0.2.2"], from: "10.0.0.1").status == 204)
    }

    @Test func thisMachineAndAProxyThatDoesNotNameItsClientAreNotHeldBack() throws {
        let port = self.port(proxies: ["10.0.0.0/8"])
        for peer in ["127.0.0.1", "::1", "10.0.0.1"] {
            for _ in 0..<3 { #expect(try self.post(port, 100, from: peer).status == 204, "\(peer)") }
        }
    }

    @Test func noLimitIsNone() throws {
        let port = self.port(perSecond: 0)
        for _ in 0..<30 { #expect(try self.post(port, 100).status == 204) }
    }

    @Test func pixelsClicksAndOpensAreAnsweredAndNotRecorded() throws {
        let port = self.port()
        #expect(try self.post(port, 100).status == 204)
        let pixel = try port.get("/p.gif?site=shop&url=https://shop.example/a")
        #expect(pixel.status == 429)
        #expect(pixel.body == Answer.gif)
        #expect(pixel["X-Rejection"] == "rate_limited")
        let click = try port.get("/c/5/\(port.token(.message, object: 9))")
        #expect(click.status == 302)
        #expect(click["Location"] == "https://shop.example/offer?a=1#top")
        #expect(try port.get("/o/9/\(port.token(.message, object: 9)).gif").body == Answer.gif)
        let quote = try port.post("/q/3/\(port.token(.quote, object: 3))", "")
        #expect(quote.status == 204)
        #expect(port.log.events.count == 100)
        #expect(port.counters.rejected == [.tooFast: 4])
        #expect(port.counters.received == 104)
    }

    @Test func aFullTableForgetsFullBucketsAndLetsStrangersThrough() {
        var rates = ClientRates(ClientRates.Rate(perSecond: 1, burst: 100))
        for client in 1...UInt64(Limits.ratedClients) {
            #expect(rates.take(1, of: client, at: .seconds(10)) == nil)
        }
        #expect(rates.count == Limits.ratedClients)
        // Nobody's bucket is full again yet: the stranger passes and is not remembered.
        let stranger = UInt64(Limits.ratedClients) + 1
        for _ in 0..<3 { #expect(rates.take(100, of: stranger, at: .seconds(10)) == nil) }
        #expect(rates.count == Limits.ratedClients)
        // All others' are full: they make way.
        #expect(rates.take(100, of: stranger, at: .seconds(12)) == nil)
        #expect(rates.count == 1)
        #expect(rates.take(1, of: stranger, at: .seconds(12)) == .seconds(1))
    }
}
