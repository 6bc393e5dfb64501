import Catalog
import Domain
import Foundation
import Testing

@Suite struct QueryTests {
    @Test func contactIsFoundByAddressKeyAndId() async throws {
        let world = try World()
        try world.apply(.contact(annaRecord()))
        for text in ["anna@acme.example", "Anna@ACME.example", "C-17", "ffff000000000001", "FFFF000000000001"] {
            #expect(try await world.catalog.findContact(text)?.record.contact == anna, "\(text)")
        }
        for text in ["", "c-17", "ffff00000000000", "+fff000000000001", "nobody@acme.example", "0000000000000002"] {
            #expect(try await world.catalog.findContact(text) == nil, "\(text)")
        }
    }

    @Test func contactsAreFiltered() async throws {
        let world = try World()
        var other = ContactRecord(contact: bert)
        other.lastName = "Bär"
        var waiting = standing(of: bert, stage: .warm)
        waiting.awaitsConfirmation = true
        try world.apply(.contact(annaRecord()), .contact(other), .standing(standing()), .standing(waiting))
        func found(_ change: (inout ContactFilter) -> Void) async throws -> [ContactID] {
            var filter = ContactFilter()
            change(&filter)
            return try await world.catalog.contacts(filter, limit: 10).map(\.record.contact)
        }
        #expect(try await found { _ in } == [anna, bert])
        #expect(try await found { $0.stage = .hot } == [anna])
        #expect(try await found { $0.stage = .cold } == [])
        #expect(try await found { $0.owner = "olga@us.example" } == [anna])
        #expect(try await found { $0.account = .max } == [anna])
        #expect(try await found { $0.awaitsConfirmation = true } == [bert])
        #expect(try await found { $0.search = "ACME" } == [anna])
        #expect(try await found { $0.search = "anna roth" } == [anna])
        #expect(try await found { $0.search = "Bär" } == [bert])
        #expect(try await found { $0.search = "%" } == [])
        #expect(
            try await found {
                $0.stage = .hot
                $0.awaitsConfirmation = true
            } == []
        )
    }

    @Test func pagesOfContactsCoverAllOnce() async throws {
        let world = try World()
        let ids = [ContactID(.max), ContactID(1 << 63), ContactID(1), ContactID(1 << 62), ContactID(5)]
        for id in ids { try world.apply(.contact(ContactRecord(contact: id))) }
        var seen: [ContactID] = []
        while true {
            let page = try await world.catalog.contacts(after: seen.last, limit: 2)
            if page.isEmpty { break }
            seen += page.map(\.record.contact)
        }
        #expect(seen.count == ids.count)
        #expect(Set(seen) == Set(ids))
    }

    @Test func pagesOfLedgerAndTimelineCoverAllOnce() async throws {
        let world = try World()
        for number in 0..<7 as Range<UInt64> {
            // Two rows share each date, so that the cursor needs the number as well.
            var row = TimelineEntry(contact: anna, visit: UInt32(number), kind: .reply, page: .none, date: .distantPast)
            row.date = Timestamp(seconds: Int64(number / 2))
            try world.apply(.entry(entry(number / 2, UInt16(number % 2))), .timeline(row))
        }
        var entries: [EntryID] = []
        while let page = try? await world.catalog.ledger(of: anna, after: entries.last, limit: 3), !page.isEmpty {
            entries += page.map(\.entry.id)
        }
        #expect(entries.count == 7)
        #expect(entries == entries.sorted(by: >))
        var rows: [TimelineRow] = []
        while true {
            let after = rows.last.map { TimelineCursor(date: $0.entry.date, id: $0.id) }
            let page = try await world.catalog.timeline(of: anna, after: after, limit: 3)
            if page.isEmpty { break }
            rows += page
        }
        #expect(rows.count == 7)
        #expect(Set(rows.map(\.id)).count == 7)
        #expect(rows.map(\.entry.date) == rows.map(\.entry.date).sorted(by: >))
    }

    @Test func explanationAddsUpToTheBalances() async throws {
        let world = try World()
        var stand = standing(score: 0)
        var sum = 0.0
        for number in 0..<20 as Range<UInt64> {
            let made = entry(number, granted: Double(number), decay: Double(number) / 8)
            sum += made.granted * exp2(made.decay - 4)
            try world.apply(.entry(made))
        }
        stand.balances = [NamedBalance(group: "web", topic: "", value: sum, decay: 4)]
        stand.score = sum
        try world.apply(.standing(stand))
        let snapshot = try #require(try await world.catalog.explainSnapshot(of: anna))
        #expect(snapshot.applied == LogPosition(stream: testStream, offset: 21))
        #expect(snapshot.contact.standing == stand)
        let explained = snapshot.entries.reduce(0) { $0 + $1.entry.granted * exp2($1.entry.decay - 4) }
        #expect(abs(explained - snapshot.contact.standing.score) < 1e-9)
        #expect(try await world.catalog.explainSnapshot(of: bert) == nil)
    }

    @Test(arguments: [1, 7, 19, 20, 100])
    func anExplanationOfALongLedgerListsTheNewestAndSumsUpTheRest(limit: Int) async throws {
        let world = try World()
        var sum = 0.0
        var magnitude = 0.0
        for number in 0..<20 as Range<UInt64> {
            let points = Double(number) * (number % 3 == 0 ? -1 : 1)
            var made = entry(number, granted: points, decay: Double(number) * 3)
            if number % 5 == 4 { made.state = .provisional }
            if number % 2 == 1 { made.group = "sales" }
            if made.state == .settled {
                sum += points * exp2(made.decay - 60)
                magnitude += points.magnitude
            }
            try world.apply(.entry(made))
        }
        let snapshot = try #require(try await world.catalog.explainSnapshot(of: anna, limit: limit))
        let shown = min(20, limit)
        #expect(snapshot.entries.map(\.entry.id.offset) == (UInt64(20 - shown)..<20).map { $0 })
        #expect(snapshot.earlier.count == 20 - shown)
        let listed = snapshot.entries.reduce(0) {
            $1.state == .settled ? $0 + $1.entry.granted * exp2($1.entry.decay - 60) : $0
        }
        let earlier = snapshot.earlier.balances.reduce(0) { $0 + $1.value * exp2($1.decay - 60) }
        #expect((listed + earlier - sum).magnitude <= 1e-9 * magnitude)
    }

    @Test func leadsAndDeliveriesAreFiltered() async throws {
        let world = try World(destinations: [destination("crm"), destination("chat")])
        for contact in [anna, bert] {
            try world.apply(.notification(LeadNotification(kind: .leadQualified, contact: contact)))
        }
        try world.apply(.contact(annaRecord()), .notification(LeadNotification(kind: .leadQualified, contact: anna)))
        var filter = LeadFilter()
        filter.contact = anna
        #expect(try await world.catalog.leads(filter, limit: 10).map(\.id) == [3, 1])
        #expect(try await world.catalog.leads(filter, before: 3, limit: 10).map(\.id) == [1])
        filter.owner = "olga@us.example"
        #expect(try await world.catalog.leads(filter, limit: 10).map(\.id) == [3])
        filter.state = .cooled
        #expect(try await world.catalog.leads(filter, limit: 10).isEmpty)
        #expect(try await world.catalog.deliveries(destination: "chat", limit: 10).count == 3)
        #expect(try await world.catalog.deliveries(destination: "chat", contact: anna, limit: 10).count == 2)
        #expect(try await world.catalog.deliveries(state: .dead, limit: 10).isEmpty)
        #expect(try await world.catalog.deliveries(before: 3, limit: 10).map(\.item.id) == [2, 1])
    }

    @Test func accountIsFoundByKeyThenDomain() async throws {
        let world = try World()
        var crm = annaRecord()
        crm.contact = bert
        crm.keys = []
        crm.account = .init(id: 3, key: "crm:A-1", name: "Acme SA", domain: "acme.example")
        try world.apply(.contact(annaRecord()), .contact(crm))
        #expect(try await world.catalog.account("crm:A-1", limit: 9)?.row.account == crm.account)
        #expect(try await world.catalog.account("crm:A-1", limit: 9)?.contacts.map(\.record.contact) == [bert])
        #expect(try await world.catalog.account("crm:A-2", limit: 9)?.row == nil)
        let domains: Set = ["acme.example", ""]
        let lookup = try await world.catalog.lookUp(keys: [:], accountKeys: ["crm:A-1"], accountDomains: domains)
        #expect(lookup.accountsByKey == ["crm:A-1": try #require(crm.account)])
        #expect(lookup.accountsByDomain == ["acme.example": try #require(crm.account)])
        let keys = try await world.catalog.accounts(limit: 9).map(\.account.key)
        #expect(keys == ["crm:A-1", "domain:acme.example"])
        let rest = try await world.catalog.accounts(after: "crm:A-1", limit: 9).map(\.account.key)
        #expect(rest == ["domain:acme.example"])
        #expect(try await world.catalog.owners(limit: 5) == [.init(key: "olga@us.example", name: "Olga")])
    }

    @Test func importHashIsKeptBeforeAndAfterTheContactComes() async throws {
        let world = try World()
        #expect(try await world.catalog.importHash(of: anna) == nil)
        try await world.catalog.setImportHash(.max, of: anna)
        #expect(try await world.catalog.importHash(of: anna) == .max)
        try world.apply(.contact(annaRecord()))
        #expect(try await world.catalog.contact(anna)?.importHash == .max)
        try await world.catalog.setImportHash(4, of: anna)
        let row = try #require(try await world.catalog.contact(anna))
        #expect(row.importHash == 4)
        #expect(row.isKnown)
    }
}
