import Catalog
import Domain
import EventLog
import ScoreStore
import TestSupport
import Testing

@testable import Server

@Suite struct AdministrationContactsTests {
    typealias Harness = AdministrationHarness

    @Test func aNewContactIsFoundByEveryKey() async throws {
        try await Harness.run { harness in
            let put = try await harness.administration.putContact(
                Harness.input(crmID: "42", email: "Anne@Example.com", lastName: "Durand")
            )
            #expect(put.isNew)
            #expect(put.contact.lastName == "Durand")
            for text in ["crm:42", "anne@example.com", put.contact.id] {
                let reference = try #require(ContactReference(text: text))
                #expect(try await harness.administration.contact(reference).id == put.contact.id)
            }
        }
    }

    @Test func whatIsNotSaidStays() async throws {
        try await Harness.run { harness in
            var first = Harness.input(crmID: "42", lastName: "Durand")
            first.fields = [ContactField(name: "city", value: "Lyon"), ContactField(name: "size", value: "50")]
            _ = try await harness.administration.putContact(first)
            var second = Harness.input(crmID: "42")
            second.phone = "04 00 00 00 00"
            second.fields = [ContactField(name: "size", value: "80")]
            let put = try await harness.administration.putContact(second)
            #expect(!put.isNew)
            #expect(put.contact.lastName == "Durand")
            #expect(put.contact.phone == "04 00 00 00 00")
            #expect(put.contact.fields == ["city": "Lyon", "size": "80"])
        }
    }

    @Test func sayingTheSameAgainLogsNothing() async throws {
        try await Harness.run { harness in
            let input = Harness.input(crmID: "42", email: "anne@example.com", lastName: "Durand")
            _ = try await harness.administration.putContact(input)
            let end = harness.core.log.end
            _ = try await harness.administration.putContact(input)
            #expect(harness.core.log.end == end)
        }
    }

    @Test func aFurtherKeyBecomesAnAliasInTheStore() async throws {
        try await Harness.run { harness in
            let put = try await harness.administration.putContact(Harness.input(email: "anne@example.com"))
            let again = try await harness.administration.putContact(
                Harness.input(crmID: "42", email: "anne@example.com")
            )
            #expect(again.contact.id == put.contact.id)
            #expect(again.contact.crmID == "42")
            let alias = ExternalKey(.crm, "42").contactID(key: harness.core.log.slotKey)
            #expect(harness.core.store.contact(alias)?.id.text == put.contact.id)
        }
    }

    @Test func anErasedContactLeavesNoSecondKeyBehind() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.putContact(Harness.input(email: "anne@example.com"))
            _ = try await harness.administration.putContact(Harness.input(crmID: "42", email: "anne@example.com"))
            let reference = try #require(ContactReference(text: "crm:42"))
            _ = try await harness.administration.eraseContact(reference)
            let slotKey = harness.core.log.slotKey
            let crm = ExternalKey(.crm, "42").contactID(key: slotKey)
            let slot = harness.core.store.slots.slot(of: crm)
            #expect(harness.core.store.read(slot) { $0.primary(of: crm) } == nil)
            // The log is told of both: what came in under the second key is to leave it, too.
            let anne = ExternalKey(.email, "anne@example.com").contactID(key: slotKey)
            #expect(try Self.erased(in: harness.core.log) == [.contact(anne), .contact(crm)])
            // Imported again with the other key first: both lead to the new contact.
            let put = try await harness.administration.putContact(
                Harness.input(crmID: "42", email: "anne@example.com")
            )
            #expect(put.contact.id == crm.text)
            let email = ExternalKey(.email, "anne@example.com").contactID(key: slotKey)
            #expect(harness.core.store.contact(email)?.id == crm)
        }
    }

    /// Whom the records of a log erase.
    private static func erased(in log: SegmentLog) throws -> [ErasureRecord] {
        var records: [ErasureRecord] = []
        for block in try TestRecords.readAll(log) {
            try block.frames.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                while reader.remaining > 0 {
                    let frame = try RecordFrame.read(from: &reader)
                    guard frame.kind == .erasure else { continue }
                    var payload = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[frame.payload]))
                    records.append(try ErasureRecord(decoding: &payload))
                }
            }
        }
        return records
    }

    @Test func keysOfTwoContactsAreAConflictThatNamesBoth() async throws {
        try await Harness.run { harness in
            let one = try await harness.administration.putContact(Harness.input(crmID: "1"))
            let two = try await harness.administration.putContact(Harness.input(email: "two@example.com"))
            let end = harness.core.log.end
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.putContact(Harness.input(crmID: "1", email: "two@example.com"))
            }
            guard case .conflict(let reason)? = error else {
                Issue.record("a conflict was expected, not \(String(describing: error))")
                return
            }
            #expect(reason.contains(one.contact.id) && reason.contains(two.contact.id))
            #expect(harness.core.log.end == end)
        }
    }

    @Test func aPutMakesAClaimedContactUnclaimed() async throws {
        try await Harness.run { harness in
            let key = ExternalKey(.email, "claim@example.com")
            var claimed = ContactRecord(contact: key.contactID(key: harness.core.log.slotKey))
            claimed.keys = [key]
            claimed.email = key.value
            claimed.isClaimed = true
            var commands = CommandFrames(harness.core.store.slots)
            commands.append(claimed)
            try await harness.administration.submit(commands)
            let put = try await harness.administration.putContact(
                Harness.input(crmID: "7", email: "claim@example.com")
            )
            #expect(put.contact.id == claimed.contact.text)
            #expect(!put.contact.isClaimed)
        }
    }

    @Test(arguments: [
        ("anne@example.com", "domain:example.com"), ("anne@gmail.com", nil),
    ])
    func theAccountFollowsFromTheAddressUnlessAnybodyCanHaveOne(email: String, account: String?) async throws {
        try await Harness.run { harness in
            let put = try await harness.administration.putContact(Harness.input(email: email))
            #expect(put.contact.account?.key == account)
        }
    }

    @Test func theAccountOfTheCRMIsFoundByItsDomain() async throws {
        try await Harness.run { harness in
            var first = Harness.input(crmID: "1")
            first.account = ContactInput.Account(key: "crm:A1", name: "Example", domain: "example.com")
            _ = try await harness.administration.putContact(first)
            let put = try await harness.administration.putContact(Harness.input(email: "bob@example.com"))
            #expect(put.contact.account?.key == "crm:A1")
            #expect(put.contact.account?.name == "Example")
            var query = ContactQuery()
            query.account = "crm:A1"
            let page = try await harness.administration.contacts(query, page: PageRequest())
            #expect(page.items.count == 2)
        }
    }

    @Test func overlongTextsAreRefusedWithTheirFields() async throws {
        try await Harness.run { harness in
            var input = Harness.input(crmID: "1", lastName: String(repeating: "x", count: 300_000))
            input.role = "a\u{0}b"
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.putContact(input)
            }
            #expect(error?.problems.map(\.field) == ["last_name", "role"])
        }
    }

    @Test func pagesOfContactsCoverEachOnce() async throws {
        try await Harness.run { harness in
            for number in 0..<7 {
                _ = try await harness.administration.putContact(Harness.input(crmID: "\(number)"))
            }
            var ids: [String] = []
            var page = PageRequest(limit: 3)
            repeat {
                let part = try await harness.administration.contacts(ContactQuery(), page: page)
                ids += part.items.map(\.id)
                page.after = part.next
            } while page.after != nil
            #expect(ids.count == 7)
            #expect(Set(ids).count == 7)
        }
    }

    @Test func consentsChangeInTheDirectoryBeforeTheAnswer() async throws {
        try await Harness.run { harness in
            let put = try await harness.administration.putContact(Harness.input(crmID: "1"))
            let id = try #require(ContactID(text: put.contact.id))
            var wanted = ConsentsInput()
            wanted.objected = true
            let view = try await harness.administration.setConsents(.id(id), wanted)
            #expect(view.consents.objected)
            #expect(harness.core.directory.consents(of: id)?.contains(.objected) == true)
        }
    }
}
