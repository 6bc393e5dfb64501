import Catalog
import Domain
import EventLog
import ScoreStore
import Testing

@testable import Server

/// What a stranger wrote into a form, and the CRM that comes to know better.
@Suite struct ClaimedContactTests {
    typealias Harness = AdministrationHarness

    private static let address = "anne@example.com"

    private func claimed(_ harness: Harness) -> ContactID {
        ExternalKey(.email, Self.address).contactID(key: harness.core.log.slotKey)
    }

    /// Has a visitor fill in a form with the address.
    private func claim(_ harness: Harness, by visitor: VisitorID, counter: UInt16) async throws {
        var fields = ByteWriter()
        fields.writeText("email")
        fields.writeText(Self.address)
        var event = EventRecord()
        event.kind = .formSubmit
        event.verdict = .confirmed
        event.consent = .granted
        event.visitor = visitor
        event.contact = self.claimed(harness)
        event.trust = .claim
        event.nonce = 99
        event.counter = counter
        try await harness.log(event, fields: fields.bytes)
    }

    @Test func aClaimDoesNotKeepTheCRMFromKnowingItsContact() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.publishModel(Harness.modelSource)
            _ = try await harness.administration.putContact(Harness.input(crmID: "A", lastName: "Durand"))
            let visitor = VisitorID(high: 1, low: 2)
            try await self.claim(harness, by: visitor, counter: 1)
            let stranger = try await harness.administration.contact(.id(self.claimed(harness)))
            #expect(stranger.isClaimed)

            let draft = Harness.input(crmID: "A", email: Self.address)
            let put = try await harness.administration.putContact(draft)
            #expect(put.contact.crmID == "A")
            #expect(put.contact.lastName == "Durand")
            #expect(put.contact.email == Self.address)
            #expect(!put.contact.isClaimed)
            for reference in [
                ContactReference.key(.crm("A")), .id(self.claimed(harness)),
                try #require(ContactReference(text: Self.address)),
            ] {
                #expect(try await harness.administration.contact(reference).id == put.contact.id)
            }
            let all = try await harness.administration.contacts(ContactQuery(), page: PageRequest()).items
            #expect(all.map(\.crmID) == ["A"])

            // What the stranger's browser does from now on is passed on, as the claim it is.
            try await harness.view("www.example.com/tarifs", by: visitor, counter: 2)
            let entries = try await harness.administration.explain(.key(.crm("A"))).entries
            #expect(entries.map(\.rule) == ["/tarifs"])
            #expect(entries.allSatisfy { $0.trust == "claim" || $0.trust == "forwarded" })
        }
    }

    @Test func anObjectionOutlivesTheClaim() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.putContact(Harness.input(crmID: "A"))
            try await self.claim(harness, by: VisitorID(high: 1, low: 2), counter: 1)
            var consents = ConsentsInput()
            consents.objected = true
            _ = try await harness.administration.setConsents(.id(self.claimed(harness)), consents)
            let put = try await harness.administration.putContact(Harness.input(crmID: "A", email: Self.address))
            #expect(put.contact.consents.objected)
        }
    }

    @Test func twoContactsSomebodyVouchesForStayAConflict() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.putContact(Harness.input(crmID: "A"))
            _ = try await harness.administration.putContact(Harness.input(email: Self.address))
            await #expect(throws: AdministrationError.self) {
                try await harness.administration.putContact(Harness.input(crmID: "A", email: Self.address))
            }
        }
    }
}
