import Domain
import Foundation
import GRDB
import Testing

@testable import Catalog

/// The daily digest, on a clock that the test moves.
@Suite struct DigestTests {
    private static let day: Int64 = 86_400

    private func alert(_ contact: ContactID, _ rule: String = "gone quiet") -> EffectBody {
        .notification(LeadNotification(kind: .alert, contact: contact, detail: rule, isDigest: true))
    }

    private func send(_ world: World, day: Int64, second: Int64 = 5) async throws {
        try await world.writer.sendDigest(at: Timestamp(seconds: day * Self.day + second))
    }

    private func bodies(_ world: World) async throws -> [[String: Any]] {
        try await world.catalog.deliveries(limit: 100).reversed().map { row in
            let event = try JSONSerialization.jsonObject(with: Data(row.item.body)) as? [String: Any]
            return try #require(event?["data"] as? [String: Any])
        }
    }

    private func contacts(_ body: [String: Any]) -> [String] {
        let alerts = body["alerts"] as? [[String: Any]] ?? []
        return alerts.compactMap { ($0["contact"] as? [String: Any])?["id"] as? String }
    }

    @Test func aDaysAlertsAreOneDeliveryPerDestination() async throws {
        let world = try World(destinations: [destination("crm"), destination("chat", [.alert]), destination("x", [])])
        try await self.send(world, day: 1)
        try world.apply(.contact(annaRecord()), .standing(standing()), self.alert(anna))
        let last = try world.apply(self.alert(bert, "no visit"), self.alert(anna, "no visit"))
        #expect(try await world.catalog.deliveries(limit: 10).isEmpty)
        try await self.send(world, day: 2)

        let rows = try await world.catalog.deliveries(limit: 10).reversed()
        #expect(rows.map(\.item.destination) == ["crm", "chat"])
        #expect(rows.map(\.item.key) == Array(repeating: "000000000000abcd-\(last)-digest-1", count: 2))
        #expect(rows.allSatisfy { $0.item.kind == .alert && $0.item.contact == ContactID(0) && $0.state == .pending })
        let body = try #require(try await self.bodies(world).first)
        #expect(body["detail"] as? String == "3 alerts")
        let alerts = try #require(body["alerts"] as? [[String: Any]])
        #expect(alerts.map { $0["rule"] as? String } == ["gone quiet", "no visit", "no visit"])
        #expect(alerts[0]["account"] as? String == "Acme")
        #expect(alerts[0]["link"] as? String == "https://console.example.com/contacts/ffff000000000001")
        #expect((alerts[0]["contact"] as? [String: Any])?["last_name"] as? String == "Roth")
        #expect(alerts[0]["score"] as? Double == 42)
    }

    @Test func nothingIsSaidTwiceAndNothingWaitsForASecondDay() async throws {
        let world = try World(destinations: [destination("crm")])
        try await self.send(world, day: 1)
        try world.apply(self.alert(anna))
        for second in [5, 65, 86_399] as [Int64] { try await self.send(world, day: 2, second: second) }
        // Later on the same day, and a clock that steps back: it waits.
        try world.apply(self.alert(bert))
        try await self.send(world, day: 2, second: 600)
        try await self.send(world, day: 1)
        #expect(try await self.bodies(world).map(self.contacts) == [["ffff000000000001"]])
        try await self.send(world, day: 9)
        try await self.send(world, day: 10)
        #expect(try await self.bodies(world).map(self.contacts) == [["ffff000000000001"], ["0000000000000002"]])
    }

    @Test func aCommitThatFailsLeavesNothingOfIt() async throws {
        let world = try World(destinations: [destination("crm")])
        try await self.send(world, day: 1)
        try world.apply(self.alert(anna))
        try await world.catalog.connections.write { database in
            try database.execute(
                sql: """
                    CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT raise(ABORT, 'disk full'); END
                    """
            )
        }
        await #expect(throws: (any Error).self) { try await self.send(world, day: 2) }
        try await world.catalog.connections.write { try $0.execute(sql: "DROP TRIGGER full") }
        try await self.send(world, day: 2)
        #expect(try await self.bodies(world).map(self.contacts) == [["ffff000000000001"]])
    }

    @Test func aRebuildSaysNothingAgain() async throws {
        let world = try World(destinations: [destination("crm")])
        try await self.send(world, day: 1)
        try world.apply(self.alert(anna), historic: true)
        try await self.send(world, day: 2)
        #expect(try await world.catalog.deliveries(limit: 10).isEmpty)
    }

    @Test func aLongDigestComesInPartsThatAreSmallEnough() async throws {
        let world = try World(destinations: [destination("crm")])
        try await self.send(world, day: 1)
        var record = annaRecord()
        record.firstName = String(repeating: "é", count: 250)
        try world.apply(.contact(record))
        for _ in 0..<400 { try world.apply(self.alert(anna)) }
        try await self.send(world, day: 2)
        let rows = try await world.catalog.deliveries(limit: 100).reversed()
        #expect(rows.count > 1)
        #expect(rows.allSatisfy { $0.item.body.count <= Limits.deliveryBodyBytes })
        #expect(rows.enumerated().allSatisfy { $1.item.key.hasSuffix("-digest-\($0 + 1)") })
        #expect(try await self.bodies(world).map { self.contacts($0).count }.reduce(0, +) == 400)
    }

    @Test func anErasedContactIsTakenOutOfDigestsAsWell() async throws {
        let world = try World(destinations: [destination("crm")])
        try await self.send(world, day: 1)
        try world.apply(.contact(annaRecord()), self.alert(anna), self.alert(bert))
        try await self.send(world, day: 2)
        try world.apply(.contactErased(anna))
        let rows = try await world.catalog.deliveries(limit: 10)
        #expect(!rows.contains { String(decoding: $0.item.body, as: UTF8.self).contains("Roth") })
        #expect(try await self.bodies(world).map(self.contacts) == [["0000000000000002"]])
    }
}
