import Catalog
import Domain
import EventLog
import ScoreStore
import Testing

@testable import Server

/// A person's withdrawal against calls that had read what they know before it.
@Suite struct ConsentRaceTests {
    typealias Harness = AdministrationHarness

    /// A contact who allows clicks and opens.
    private static func known(_ harness: Harness, _ number: Int = 1) async throws -> ContactID {
        let put = try await harness.administration.putContact(Self.input(number))
        return try #require(ContactID(text: put.contact.id))
    }

    /// What a CRM says of a contact whenever it speaks of them.
    private static func input(_ number: Int = 1, lastName: String = "Durand", opens: Bool = true) -> ContactInput {
        var input = Harness.input(crmID: "\(number)", lastName: lastName)
        var consents = ConsentsInput()
        consents.clicks = true
        consents.opens = opens
        input.consents = consents
        return input
    }

    /// Logs a withdrawal as the collector does.
    private static func withdraw(_ record: WithdrawalRecord, _ harness: Harness) async throws {
        var frames = ByteWriter()
        let slot = harness.core.store.slots.slot(of: record.contact)
        RecordFrame.append(to: &frames, kind: .withdrawal, slot: slot) { record.encode(to: &$0) }
        try await harness.core.submit(frames, records: 1)
    }

    private static func holds(_ harness: Harness, _ contact: ContactID) async throws -> [ContactConsents?] {
        [
            harness.core.store.contact(contact)?.consents, harness.core.directory.consents(of: contact),
            try await harness.core.catalog.contact(contact)?.record.consents,
        ]
    }

    @Test func aContactThatWasReadBeforeAWithdrawalDoesNotUndoIt() async throws {
        try await Harness.run { harness in
            let contact = try await Self.known(harness)
            let input = Self.input(lastName: "Petit")
            var book = try await harness.administration.book(for: [input])
            try await Self.withdraw(WithdrawalRecord(contact: contact, withdrawn: .opens, objects: false), harness)
            let outcome = try book.apply(input)
            #expect(outcome.isChanged)
            try await harness.administration.submit(book.commands(harness.core.store.slots))
            #expect(try await Self.holds(harness, contact) == [.clicks, .clicks, .clicks])
            #expect(try await harness.administration.contact(.id(contact)).lastName == "Petit")
        }
    }

    @Test func whatACallDoesChangeIsChangedAndNothingElse() async throws {
        try await Harness.run { harness in
            let contact = try await Self.known(harness)
            let input = Self.input(opens: false)
            var book = try await harness.administration.book(for: [input])
            try await Self.withdraw(WithdrawalRecord(contact: contact, withdrawn: [], objects: true), harness)
            _ = try book.apply(input)
            try await harness.administration.submit(book.commands(harness.core.store.slots))
            let left: ContactConsents = [.clicks, .objected]
            #expect(try await Self.holds(harness, contact) == [left, left, left])
        }
    }

    @Test func aSecondLineOfTheSameContactDoesNotUndoItEither() async throws {
        try await Harness.run { harness in
            let contact = try await Self.known(harness)
            let lines = [Self.input(lastName: "Petit"), Self.input(lastName: "Grand")]
            var book = try await harness.administration.book(for: lines)
            try await Self.withdraw(WithdrawalRecord(contact: contact, withdrawn: .clicks, objects: false), harness)
            for line in lines { _ = try book.apply(line) }
            try await harness.administration.submit(book.commands(harness.core.store.slots))
            #expect(try await Self.holds(harness, contact) == [.opens, .opens, .opens])
        }
    }

    @Test func whoeverComesFirstTheWithdrawalHolds() async throws {
        try await Harness.run { harness in
            for number in 1...20 {
                let contact = try await Self.known(harness, number)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let input = Harness.input(lastName: "Petit")
                        _ = try await harness.administration.updateContact(.id(contact), input)
                    }
                    group.addTask {
                        let withdrawal = WithdrawalRecord(contact: contact, withdrawn: .opens, objects: false)
                        try await Self.withdraw(withdrawal, harness)
                    }
                    group.addTask {
                        var draft = ContactDraft()
                        draft.crmID = "\(number)"
                        draft.firstName = "Anne"
                        draft.mailConsent = true
                        _ = try await harness.administration.importContacts([draft], isDryRun: false)
                    }
                    try await group.waitForAll()
                }
                #expect(try await Self.holds(harness, contact) == [.clicks, .clicks, .clicks])
            }
        }
    }
}
