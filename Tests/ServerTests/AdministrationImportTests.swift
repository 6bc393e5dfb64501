import Catalog
import Domain
import EventLog
import ScoreStore
import Testing

@testable import Server

@Suite struct AdministrationImportTests {
    typealias Harness = AdministrationHarness

    static func draft(_ number: Int, lastName: String = "Durand") -> ContactDraft {
        var draft = ContactDraft()
        draft.crmID = "\(number)"
        draft.email = EmailAddress("p\(number)@example\(number % 40).com")
        draft.lastName = lastName
        draft.ownerEmail = EmailAddress("sales\(number % 3)@example.com")
        draft.fields = [ContactField(name: "employees", value: "\(number)")]
        return draft
    }

    @Test func theSecondImportOfAFileChangesNothing() async throws {
        try await Harness.run { harness in
            let drafts = (0..<300).map { Self.draft($0) }
            let first = try await harness.administration.importContacts(drafts, isDryRun: false)
            let end = harness.core.log.end
            let second = try await harness.administration.importContacts(drafts, isDryRun: false)
            #expect(harness.core.log.end == end)
            for (old, new) in zip(first, second) {
                guard case .new(let created) = old, case .unchanged(let kept) = new else {
                    Issue.record("\(old), then \(new)")
                    return
                }
                #expect(created == kept)
            }
        }
    }

    @Test func whatHasNoPlaceOfItsOwnIsKeptAsAField() async throws {
        try await Harness.run { harness in
            var draft = Self.draft(1)
            draft.title = "Directrice"
            draft.phone = "01"
            draft.mobile = "06"
            var mobileOnly = Self.draft(2)
            mobileOnly.mobile = "07"
            _ = try await harness.administration.importContacts([draft, mobileOnly], isDryRun: false)
            let first = try await harness.administration.contact(.key(.crm("1")))
            #expect(first.phone == "01")
            #expect(first.fields == ["employees": "1", "title": "Directrice", "mobile": "06"])
            let second = try await harness.administration.contact(.key(.crm("2")))
            #expect(second.phone == "07")
            #expect(second.fields == ["employees": "2"])
        }
    }

    @Test func aChangedLineIsFoundByEitherKey() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.importContacts([Self.draft(1)], isDryRun: false)
            var byMail = Self.draft(1, lastName: "Petit")
            byMail.crmID = nil
            let verdicts = try await harness.administration.importContacts([byMail], isDryRun: false)
            guard case .changed(let contact)? = verdicts.first else {
                Issue.record("\(verdicts)")
                return
            }
            let view = try await harness.administration.contact(.id(contact))
            #expect(view.lastName == "Petit")
            #expect(view.crmID == "1")
        }
    }

    @Test func aLineThatSaysWhatItSaidBeforeOverwritesNothing() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.importContacts([Self.draft(1)], isDryRun: false)
            _ = try await harness.administration.putContact(Harness.input(crmID: "1", lastName: "Petit"))
            let verdicts = try await harness.administration.importContacts([Self.draft(1)], isDryRun: false)
            guard case .unchanged(let contact)? = verdicts.first else {
                Issue.record("\(verdicts)")
                return
            }
            #expect(try await harness.administration.contact(.id(contact)).lastName == "Petit")
        }
    }

    @Test func aDryRunSaysTheSameAndLogsNothing() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.importContacts([Self.draft(1), Self.draft(2)], isDryRun: false)
            let end = harness.core.log.end
            let drafts = [Self.draft(1), Self.draft(2, lastName: "Petit"), Self.draft(3), ContactDraft()]
            let dry = try await harness.administration.importContacts(drafts, isDryRun: true)
            #expect(harness.core.log.end == end)
            let real = try await harness.administration.importContacts(drafts, isDryRun: false)
            #expect(dry == real)
            guard case .unchanged = dry[0], case .changed = dry[1], case .new = dry[2], case .refused = dry[3] else {
                Issue.record("\(dry)")
                return
            }
        }
    }

    @Test func linesOfOneBatchAboutOneContactAreMerged() async throws {
        try await Harness.run { harness in
            var second = ContactDraft()
            second.email = Self.draft(1).email
            second.phone = "01"
            let verdicts = try await harness.administration.importContacts([Self.draft(1), second], isDryRun: false)
            guard case .new(let one) = verdicts[0], case .changed(let two) = verdicts[1] else {
                Issue.record("\(verdicts)")
                return
            }
            #expect(one == two)
            let view = try await harness.administration.contact(.id(one))
            #expect(view.lastName == "Durand")
            #expect(view.phone == "01")
        }
    }

    @Test func anImportCannotTakeAnObjectionBack() async throws {
        try await Harness.run { harness in
            var objecting = Self.draft(1)
            objecting.objected = true
            _ = try await harness.administration.importContacts([objecting], isDryRun: false)
            var agreeing = Self.draft(1)
            agreeing.objected = false
            agreeing.mailConsent = true
            _ = try await harness.administration.importContacts([agreeing], isDryRun: false)
            let view = try await harness.administration.contact(.key(.crm("1")))
            #expect(view.consents.objected)
            #expect(!view.consents.opens)
        }
    }

    @Test func aCompanyThatNothingTellsApartStaysWithThePerson() async throws {
        try await Harness.run { harness in
            var draft = ContactDraft()
            draft.email = EmailAddress("anne@gmail.com")
            draft.company = "Durand et fils"
            _ = try await harness.administration.importContacts([draft], isDryRun: false)
            let view = try await harness.administration.contact(.key(.email("anne@gmail.com")))
            #expect(view.account == nil)
            #expect(view.fields["company"] == "Durand et fils")
        }
    }
}
