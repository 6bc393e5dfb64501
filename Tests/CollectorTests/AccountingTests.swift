import Domain
import NIOEmbedded
import TestSupport
import Testing

@testable import Collector

/// Promise 4: every event ends in exactly one outcome.
@Suite struct AccountingTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func receivedIsTheSumOfItsOutcomes(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let port = Port()
        var sent: UInt64 = 0
        for _ in 0..<400 {
            if Int.random(in: 0..<40, using: &random) == 0 {
                port.log.refusal = port.log.refusal == nil ? .pendingFull : nil
            }
            let (request, events) = self.traffic(port, using: &random)
            _ = try port.ask(request)
            sent += events
            self.expectBalance(port.counters)
        }
        let counters = port.counters
        // Of a refused request nothing was decided: all of it is sent again.
        #expect(counters.received + counters.refused <= sent)
        #expect(UInt64(port.log.events.filter { $0.record.kind != .clickConfirmation }.count) == counters.accepted)
        #expect(counters.accepted > 30)
        #expect(counters.rejected.count > 3)
        #expect(counters.declined.count > 3)
        #expect(counters.refused > 0)
    }

    private func expectBalance(_ counters: CollectorCounters) {
        let outcomes =
            counters.accepted + counters.rejected.values.reduce(0, +) + counters.declined.values.reduce(0, +)
        #expect(counters.received == outcomes)
    }

    /// A request and how many events it carries.
    private func traffic(_ port: Port, using random: inout SeededRandom) -> (String, UInt64) {
        let fields =
            [
                [], ["DNT: 1"], ["Sec-GPC: 1"], ["Cookie: __Host-vdg_optout=1"], ["Origin: https://evil.example"],
                ["Cookie: __Host-vdg=AAAAAAAAAAEAAAAAAAAAAg"], ["User-Agent: Googlebot"],
            ].randomElement(using: &random) ?? []
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return (Port.request("GET", "/p.gif?site=shop&url=https://shop.example/&consent=granted", fields), 1)
        case 1: return (Port.request("GET", "/p.gif?site=nope&url=https://shop.example/", fields), 1)
        case 2: return (Port.request("GET", "/c/5/\(port.token(.contact))", fields), 1)
        case 3: return (Port.request("GET", "/o/9/\(port.token(.contact, contact: ContactID(5))).gif", fields), 1)
        default: break
        }
        let samples = [
            "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://shop.example/a\",\"consent\":\"granted\"}",
            "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://shop.example/a\"}",
            "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://shop.example/a\",\"consent\":\"denied\"}",
            "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://shop.example/a\","
                + "\"click\":\"\(port.token(.click, nonce: 4))\"}",
            "{\"type\":\"custom\",\"site\":\"shop\",\"url\":\"https://shop.example/a\"}",
            "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://foreign.example/a\"}", "{}", "3",
        ]
        let count = Int.random(in: 1...4, using: &random)
        let events = (0..<count).map { _ in samples.randomElement(using: &random) ?? "{}" }
        let isCut = Int.random(in: 0..<10, using: &random) == 0
        let body = "[" + events.joined(separator: ",") + (isCut ? "" : "]")
        let request = Port.request("POST", "/e", fields + ["Content-Length: \(body.utf8.count)"]) + body
        return (request, isCut ? 1 : UInt64(count))
    }
}
