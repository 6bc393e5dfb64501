import Domain
import Testing

@testable import Collector

/// Promise 8: claims are limited per visitor and per network.
@Suite struct ClaimLimitTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    private func form(_ consent: String = "granted") -> String {
        "{\"type\":\"form_submit\",\"site\":\"shop\",\"url\":\"https://shop.example/contact\",\"name\":\"contact\","
            + "\"consent\":\"\(consent)\",\"fields\":{\"email\":\"ann@example.com\"}}"
    }

    private func send(
        _ port: Port,
        from peer: String,
        _ fields: String...,
        consent: String = "granted"
    ) throws -> Response {
        let body = self.form(consent)
        return try port.ask(
            Port.request("POST", "/e", fields + ["Content-Length: \(body.utf8.count)"]) + body,
            from: peer
        )
    }

    @Test func aVisitorsClaimsAreLimitedAndTheRefusalSaysWhy() throws {
        let port = Port()
        let cookie = "Cookie: __Host-vdg=AAAAAAAAAAEAAAAAAAAAAg"
        for number in 0..<Limits.claimsPerVisitor {
            #expect(try self.send(port, from: "203.0.\(number).1", cookie).status == 204)
        }
        let refused = try self.send(port, from: "203.0.200.1", cookie)
        #expect(refused.status == 429)
        #expect(refused.text.contains("\"reason\":\"too_many_claims\",\"field\":\"fields\""))
        #expect(port.log.events.count == Limits.claimsPerVisitor)
        #expect(port.counters.rejected == [.tooManyClaims: 1])
        #expect(try self.send(port, from: "203.0.200.1", "Cookie: __Host-vdg=AAAAAAAAAAEAAAAAAAAAAw").status == 204)
    }

    @Test(arguments: ["granted", "undecided", "denied"]) func aNetworksClaimsAreLimitedWhateverTheChoice(
        consent: String
    ) throws {
        let port = Port()
        for _ in 0..<Limits.claimsPerNetwork {
            #expect(try self.send(port, from: "203.0.113.7", consent: consent).status == 204)
        }
        #expect(try self.send(port, from: "203.0.113.200", consent: consent).status == 429)
        #expect(try self.send(port, from: "203.0.114.1", consent: consent).status == 204)
    }

    @Test func aFormWithoutAnAddressIsNoClaim() throws {
        let port = Port()
        let body = self.form().replacing("email", with: "topic")
        for _ in 0...Limits.claimsPerNetwork { #expect(try port.post("/e", body).status == 204) }
    }

    @Test func theNextHourStartsAfresh() {
        var table = ClaimTable()
        let admitted = (0...Limits.claimsPerNetwork).map { _ in table.admits(network: 1, visitor: nil, at: self.start) }
        #expect(admitted == Array(repeating: true, count: Limits.claimsPerNetwork) + [false])
        let isAdmitted = table.admits(network: 1, visitor: nil, at: self.start.adding(.hours(1)))
        #expect(isAdmitted)
    }

    @Test func aFloodOfNetworksAndVisitorsFillsTheTableAndThenFindsItShut() {
        var table = ClaimTable()
        var admitted = 0
        for number in 1...UInt32(Limits.claimants * 2) {
            let visitor = VisitorID(high: 0, low: UInt64(number))
            if table.admits(network: number, visitor: visitor, at: self.start) { admitted += 1 }
        }
        #expect(admitted == Limits.claimants)
        // Whom the table knows goes on.
        let isAdmitted = table.admits(network: 1, visitor: VisitorID(high: 0, low: 1), at: self.start)
        #expect(isAdmitted)
    }

    @Test func anAddressNobodyKnowsCountsForNobody() {
        var table = ClaimTable()
        let admitted = (0..<Limits.claimants * 2).map { _ in table.admits(network: 0, visitor: nil, at: self.start) }
        #expect(admitted.allSatisfy { $0 })
    }
}
