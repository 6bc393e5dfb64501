import Catalog
import Domain
import EventLog
import ScoreStore
import TestSupport
import Testing

@testable import Server

@Suite struct AdministrationScoreTests {
    typealias Harness = AdministrationHarness

    static let visitor = VisitorID(high: 0xfeed, low: 0xbeef)

    /// A contact with a linked visitor, page views before and after, a manual entry, and time in between.
    static func scored(_ harness: Harness) async throws -> ContactReference {
        _ = try await harness.administration.publishModel(Harness.modelSource)
        let put = try await harness.administration.putContact(Harness.input(crmID: "1"))
        let contact = try #require(ContactReference(text: put.contact.id))
        try await harness.view("www.example.com/tarifs", by: Self.visitor, counter: 1)
        harness.clock.advance(.hours(30))
        try await harness.administration.link(Self.visitor, to: contact)
        try await harness.view("www.example.com/tarifs", by: Self.visitor, counter: 2)
        harness.clock.advance(.days(9))
        try await harness.view("www.example.com/blog/a", by: Self.visitor, counter: 3)
        _ = try await harness.administration.addEntry(
            contact,
            ManualEntryInput(points: -7.5, group: "sales", reason: "met at the fair", author: "anne")
        )
        harness.clock.advance(.days(3))
        return contact
    }

    @Test func theSumOfTheLedgerIsTheBalance() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            let view = try await harness.administration.explain(contact)
            let points = view.entries.reduce(0) { $0 + abs($1.points) }
            #expect(view.entries.count >= 4)
            #expect(abs(view.sum - view.balance) <= 1e-9 * points)
            // 15 before the link and 15 behind it, decayed, and one page; then the entry by hand.
            #expect(view.sum > 10 && view.sum < 31)
            #expect(abs(view.entries.reduce(0) { $0 + ($1.worth ?? 0) } - view.sum) <= 1e-9 * points)
            #expect(abs(view.groups.reduce(0) { $0 + $1.worth } - view.sum) <= 1e-9 * points)
            #expect(view.topics.contains { $0.name == "prices" })
            #expect(abs(view.topics.reduce(0) { $0 + $1.worth } - view.sum) <= 1e-9 * points, "no topic is one too")
            #expect(view.earlier == nil)
            #expect(view.modelVersion == 1)
            #expect(view.applied?.offset == harness.core.log.end)
        }
    }

    @Test func anotherHalfLifeBendsBothAlike() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            let next = Harness.modelSource.replacing("version: 1", with: "version: 2").replacing("30d", with: "3d")
            _ = try await harness.administration.publishModel(next)
            let before = try await harness.administration.explain(contact)
            harness.clock.advance(.days(6))
            let after = try await harness.administration.explain(contact)
            let points = after.entries.reduce(0) { $0 + abs($1.points) }
            #expect(abs(after.sum - after.balance) <= 1e-9 * points)
            let web = { (view: Domain.ExplainView) in view.groups.first { $0.name == "web" }?.worth ?? 0 }
            #expect(abs(web(after) - web(before) / 4) <= 1e-9 * points)
        }
    }

    @Test func theLedgerReadsOnInPagesFromTheOldest() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            let all = try await harness.administration.ledger(contact, page: PageRequest())
            #expect(all.next == nil)
            #expect(all.items.map(\.date) == all.items.map(\.date).sorted())
            var ids: [String] = []
            var page = PageRequest(limit: 2)
            repeat {
                let part = try await harness.administration.ledger(contact, page: page)
                ids += part.items.map(\.id)
                page.after = part.next
            } while page.after != nil
            #expect(ids == all.items.map(\.id))
            let timeline = try await harness.administration.timeline(contact, page: PageRequest(limit: 1))
            #expect(timeline.items.count == 1 && timeline.next != nil)
        }
    }

    @Test func untyingAVisitorTakesTheirPointsBack() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            #expect(try await harness.administration.visitors(contact).map(\.id) == [Self.visitor.text])
            try await harness.administration.unlink(Self.visitor, from: contact)
            #expect(try await harness.administration.visitors(contact).isEmpty)
            let view = try await harness.administration.explain(contact)
            let points = view.entries.reduce(0) { $0 + abs($1.points) }
            #expect(abs(view.sum - view.balance) <= 1e-9 * points)
            #expect(abs(view.groups.first { $0.name == "web" }?.worth ?? 0) <= 1e-9 * points)
            await #expect(throws: AdministrationError.self) {
                try await harness.administration.unlink(Self.visitor, from: contact)
            }
        }
    }

    @Test func aVisitorOfSomebodyElseIsNotTied() async throws {
        try await Harness.run { harness in
            _ = try await Self.scored(harness)
            _ = try await harness.administration.putContact(Harness.input(crmID: "2"))
            await #expect(throws: AdministrationError.self) {
                try await harness.administration.link(Self.visitor, to: .key(.crm("2")))
            }
            await #expect(throws: AdministrationError.notFound("visitor \(VisitorID(high: 1, low: 1).text)")) {
                try await harness.administration.link(VisitorID(high: 1, low: 1), to: .key(.crm("2")))
            }
        }
    }

    @Test func pointsOfAnUnknownGroupAreRefused() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            let error = await #expect(throws: AdministrationError.self) {
                try await harness.administration.addEntry(
                    contact,
                    ManualEntryInput(points: .infinity, group: "mail", reason: " ", author: "anne")
                )
            }
            #expect(error?.problems.map(\.field) == ["points", "group", "reason"])
        }
    }

    @Test func pointsThatEndAreBoundedAndNoneOfThemEndsEarly() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            let add = { @Sendable (expires: Timestamp) in
                _ = try await harness.administration.addEntry(
                    contact,
                    ManualEntryInput(points: 1, group: "sales", reason: "fair", author: "anne", expires: expires)
                )
            }
            let end = harness.clock.wallTime().adding(.days(1))
            // More calls at once than there are places.
            let taken = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<(Limits.expiringEntries + 4) {
                    group.addTask { (try? await add(end)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == Limits.expiringEntries)
            await #expect(
                throws: AdministrationError.conflict(
                    "The contact has \(Limits.expiringEntries) entries that expire already."
                )
            ) { try await add(end) }
            // Points that stay have no such bound.
            try await add(.never)
            let entries = try await harness.administration.explain(contact).entries.filter { $0.rule == "fair" }
            #expect(entries.count == Limits.expiringEntries + 1)
            #expect(entries.allSatisfy { $0.state == "settled" && $0.reason == nil })
            let id = try #require(ContactID(text: contact.text))
            #expect(harness.core.store.contact(id)?.expiring.count == Limits.expiringEntries)
        }
    }

    @Test func anErasureLeavesNothingOfAPersonBehind() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            let id = try #require(ContactID(text: contact.text))
            let erasure = try await harness.administration.eraseContact(contact)
            #expect(erasure.visitors == 1)
            #expect(harness.core.store.contact(id) == nil)
            #expect(harness.core.store.visitor(Self.visitor) == nil)
            #expect(harness.core.directory.consents(of: id) == nil)
            #expect(try await harness.core.catalog.contact(id) == nil)
            #expect(try await harness.core.catalog.ledger(of: id, limit: 10).isEmpty)
            #expect(try await harness.core.catalog.timeline(of: id, limit: 10).isEmpty)
            await #expect(throws: AdministrationError.notFound("contact \(contact.text)")) {
                try await harness.administration.explain(contact)
            }
        }
    }

    @Test func whoObjectsIsExplainedAsNeverHandedOver() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            #expect(try await !harness.administration.explain(contact).stage.isExcluded)
            var consents = ConsentsInput()
            consents.objected = true
            _ = try await harness.administration.setConsents(contact, consents)
            #expect(try await harness.administration.explain(contact).stage.isExcluded)
        }
    }

    @Test func aLedgerLongerThanAnExplanationStillAddsUp() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            let id = try #require(ContactID(text: contact.text))
            var commands = CommandFrames(harness.core.store.slots)
            for number in 0..<Limits.explainedEntries {
                let points = number % 2 == 0 ? 0.75 : -0.5
                commands.append(
                    ManualEntryRecord(contact: id, points: points, group: "sales", reason: "r", author: "a")
                )
            }
            _ = try await harness.administration.submit(commands)
            harness.clock.advance(.days(20))
            let view = try await harness.administration.explain(contact)
            #expect(view.entries.count == Limits.explainedEntries)
            let earlier = try #require(view.earlier)
            #expect(earlier.count >= 4)
            let points = 0.625 * Double(Limits.explainedEntries) + 40
            #expect(abs(view.sum - view.balance) <= 1e-9 * points)
            let listed = view.entries.reduce(0) { $0 + ($1.worth ?? 0) }
            #expect(abs(listed + earlier.worth - view.sum) <= 1e-9 * points)
        }
    }

    @Test func aPersonsWordReinstatesWhatWasTakenForAMachines() async throws {
        try await Harness.run { harness in
            let source = Harness.modelSource.replacing(
                "rules:",
                with: "rules:\n  - { name: mail click, when: { event: email_click }, points: 10 }"
            )
            _ = try await harness.administration.publishModel(source)
            let put = try await harness.administration.putContact(Harness.input(crmID: "1"))
            let contact = try #require(ContactReference(text: put.contact.id))
            await #expect(throws: AdministrationError.self) {
                try await harness.administration.reinstate(contact, author: "anne")
            }
            for link in UInt32(1)...3 {
                var click = EventRecord()
                click.kind = .emailClick
                click.contact = ContactID(text: put.contact.id)
                click.message = 1
                click.link = link
                click.click = UInt64(link)
                try await harness.log(click)
            }
            #expect(abs(try await harness.administration.explain(contact).sum) < 1e-9)
            _ = try await harness.administration.reinstate(contact, author: "anne")
            let view = try await harness.administration.explain(contact)
            #expect(abs(view.sum - 20) < 0.01)
            #expect(view.entries.filter { $0.origin == "confirmation" }.map(\.author) == ["anne", "anne"])
        }
    }

    @Test func whoWasNeverHandedOverIsNotAnswered() async throws {
        try await Harness.run { harness in
            let contact = try await Self.scored(harness)
            await #expect(throws: AdministrationError.self) {
                try await harness.administration.answerLead(contact, .good, author: "anne")
            }
        }
    }
}
