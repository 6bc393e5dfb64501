import Domain
import Testing

struct CRMExportTests {
    @Test func zohoInEnglish() throws {
        let (run, rows) = try runThrough(importFixture("zoho.csv"))
        #expect(run.file.encoding == TextEncoding(.utf8))
        #expect(run.file.dialect.delimiter == .comma)
        let jane = try #require(rows[0].draft)
        #expect(jane.crmID == "4150868000004567001")
        #expect(jane.email?.text == "jane.doe@acme.example.com")
        #expect(jane.role == ContactRole.decision)
        #expect(jane.ownerName == "Paul Vigne")
        #expect(jane.companyDomain == "acme.example.com")
        #expect(jane.objected == false)
        #expect(jane.value("created_on") == "2026-01-15")
        #expect(jane.value("city") == "Lyon")
        #expect(jane.value("postal_code") == "69003")
        #expect(jane.fields.map(\.name) == jane.fields.map(\.name).sorted())
        let luc = try #require(rows[1].draft)
        #expect(luc.companyDomain == nil, "an address anybody can have says nothing about a company")
        #expect(luc.objected == true)
        #expect(luc.role == "buyer")
        #expect(rows[2].outcome == .refused([.invalidEmail]))
        #expect(rows.map(\.record.line) == [2, 4, 5])
        #expect(run.summary.new == 2)
        #expect(run.progress == 1)
    }

    @Test func hubSpotInFrench() throws {
        let (run, rows) = try runThrough(importFixture("hubspot.csv"))
        #expect(run.file.encoding == TextEncoding(.utf8, hasByteOrderMark: true))
        let anne = try #require(rows[0].draft)
        #expect(anne.crmID == "501")
        #expect(anne.firstName == "Anne")
        #expect(anne.lastName == "Durand")
        #expect(anne.ownerEmail?.text == "commercial@vigne.example.com")
        #expect(anne.status == .prospect)
        #expect(anne.role == ContactRole.decision)
        #expect(anne.companyDomain == "cuvee.example.org")
        #expect(anne.value("employees") == "11")
        #expect(anne.value("annual_revenue") == "1200000.5")
        #expect(anne.value("statut_du_lead") == "En cours")
        let marc = try #require(rows[1].draft)
        #expect(marc.status == .customer)
        #expect(marc.objected == true)
        #expect(marc.phone == nil)
    }

    @Test func kobanInFrenchWindows() throws {
        let (run, rows) = try runThrough(importFixture("koban.csv"))
        #expect(run.file.encoding == TextEncoding(.windows1252))
        #expect(run.file.dialect == CSVDialect(.semicolon))
        let zoe = try #require(rows[0].draft)
        #expect(zoe.crmID == "5583bc220dc3610a94746d3b")
        #expect(zoe.company == "Château d'Été")
        #expect(zoe.mailConsent == true)
        #expect(zoe.value("annual_revenue") == "1234500")
        #expect(zoe.value("oenologue") == "true")
        #expect(zoe.value("note_interne") == "12.5")
        #expect(zoe.value("code_externe") == "C-1")
        let max = try #require(rows[1].draft)
        #expect(max.status == .competitor)
        #expect(max.mailConsent == false)
        #expect(max.value("annual_revenue") == "45000")
        #expect(rows[2].outcome == .refused([.badNumber(.annualRevenue), .badDate(.created)]))
        #expect(rows[3].outcome == .refused([.raggedRow(found: 3, expected: 16)]))
    }

    @Test(arguments: ["Jean Dupont", "DUPONT Jean", "Dupont, Jean"])
    func aFullNameIsTakenApart(name: String) throws {
        let rows = try runThrough(Array("Nom complet;Email\n\"\(name)\";a@example.com\n".utf8)).rows
        #expect(rows[0].draft?.firstName == "Jean")
        #expect(rows[0].draft?.lastName?.lowercased() == "dupont")
    }

    @Test(arguments: [
        ("01000", "01000"), ("04 00 00 00 02", "04 00 00 00 02"), ("1 234,5", "1234.5"), ("15/01/2026", "2026-01-15"),
        ("Oui", "true"), ("12 rue X", "12 rue X"), ("0,5", "0.5"), ("x", "x"), ("1-2", "1-2"), ("+33 4", "+33 4"),
        ("69 00", "69 00"), ("a\u{0}b\nc", "a b c"),
    ])
    func freeValuesChangeOnlyWhereTheyAreSure(cell: String, value: String) throws {
        let rows = try runThrough(Array("Email;Libre\na@example.com;\"\(cell)\"\n".utf8)).rows
        #expect(rows[0].draft?.value("libre") == value)
    }

    @Test func whatIsTooLongIsRefusedOrLeftOutAndCounted() throws {
        let long = String(repeating: "é", count: 200)
        let known = try runThrough(Array("Email;Ville\na@example.com;\(long)\n".utf8)).rows
        #expect(known[0].outcome == .refused([.tooLong(.city, limit: Limits.formFieldBytes)]))
        let free = try runThrough(Array("Email;Libre\na@example.com;\(long)\n".utf8))
        #expect(free.rows[0].draft?.fields == [])
        #expect(free.run.summary.leftOutValues == 1)
    }

    @Test func aConsentThatCannotBeReadIsRefused() throws {
        let rows = try runThrough(Array("Email;Opt-in;Désabonné\na@example.com;peut-être;?\n".utf8)).rows
        #expect(rows[0].outcome == .refused([.badFlag(.mailConsent), .badFlag(.objected)]))
    }
}
