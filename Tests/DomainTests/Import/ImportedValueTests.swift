import Domain
import Testing

struct ImportedValueTests {
    @Test(arguments: [
        ("12,5", 12.5), ("1 234,50 €", 1_234.5), ("1\u{a0}234\u{202f}567", 1_234_567), ("1.234,5", 1_234.5),
        ("1,234.5", 1_234.5), ("1.234.567", 1_234_567), ("-3", -3), ("€ 45", 45), ("120 k€", 120_000),
        ("1,2 M€", 1_200_000), ("2 Md€", 2_000_000_000), ("11-50", 11), ("50+", 50),
        ("1'000", 1_000), ("1,234", 1.234),
    ])
    func frenchNumbersAreRead(text: String, number: Double) throws {
        #expect(try #require(ImportedValue.number(text, decimalComma: true)).distance(to: number).magnitude < 1e-6)
    }

    @Test func aCommaBeforeThreeDigitsGroupsInAnEnglishFile() {
        #expect(ImportedValue.number("1,234", decimalComma: false) == 1_234)
        #expect(ImportedValue.number("12,5", decimalComma: false) == 12.5)
    }

    @Test(arguments: ["", "abc", "12 pommes", "€", "-", "1e5", "--2", "?", "5-b", ",", "'5"])
    func otherTextIsNoNumber(text: String) {
        #expect(ImportedValue.number(text, decimalComma: true) == nil)
    }

    @Test func wholeNumbersHaveNoPoint() {
        #expect(ImportedValue.text(of: 1_234_567) == "1234567")
        #expect(ImportedValue.text(of: 12.5) == "12.5")
    }

    @Test(arguments: [
        ("15/01/2026", "2026-01-15"), ("1/2/2026", "2026-02-01"), ("2026-01-15", "2026-01-15"),
        ("2026-01-15 10:32", "2026-01-15"), ("2026-01-15T10:32:11+01:00", "2026-01-15"),
        ("29.02.2024", "2024-02-29"), (" 31-12-2025\u{a0}", "2025-12-31"), ("2026/03/04", "2026-03-04"),
    ])
    func daysAreRead(text: String, day: String) {
        #expect(ImportedValue.day(text) == day)
    }

    @Test(arguments: ["", "31/02/2026", "29/02/2023", "12/25/2026", "15/01/26", "2026", "hier", "1/2/3/4", "//2026"])
    func otherTextIsNoDay(text: String) {
        #expect(ImportedValue.day(text) == nil)
    }

    @Test(arguments: [
        ("Oui", true), ("VRAI", true), ("x", true), ("1", true), ("yes", true), ("Non", false), ("faux", false),
        ("0", false), ("No", false), ("peut-être", nil), ("", nil),
    ])
    func yesAndNoAreRead(text: String, flag: Bool?) {
        #expect(ImportedValue.flag(text) == flag)
    }

    @Test(arguments: [
        (" Jane.Doe@Example.COM\u{a0}", "jane.doe@example.com"), ("a+b@x-y.example.org", "a+b@x-y.example.org"),
        ("zoé@example.com", nil), ("a@château.fr", nil), ("a@b", nil),
        ("a b@example.com", nil), ("@example.com", nil),
        ("a..b@example.com", nil), (".a@example.com", nil), ("a.@example.com", nil), ("a@@example.com", nil),
        ("a@-x.com", nil), ("a@x..com", nil), ("a@1.2.3.44", nil), ("", nil), ("a@x.com;b@x.com", nil),
    ])
    func addressesAreNormalisedOrRefused(text: String, address: String?) {
        #expect(EmailAddress(text)?.text == address)
    }

    @Test(arguments: [
        ("https://www.Example.com/a?b", "example.com"), ("example.com:8080", "example.com"),
        ("shop.example.com", "shop.example.com"),
        ("none", nil), ("", nil),
    ])
    func theHostOfASiteIsFound(text: String, host: String?) {
        #expect(DomainName.ofWebsite(text) == host)
    }

    @Test(arguments: [
        ("Id. d'enregistrement", "id_denregistrement"), ("ExternalCode", "external_code"), ("E-MAIL", "e_mail"),
        ("Chiffre d’affaires (k€)", "chiffre_daffaires_k"), ("  Œuvre\u{a0}Été ", "oeuvre_ete"),
        ("e\u{301}te\u{301}", "ete"),
        ("???", ""),
    ])
    func namesAreFolded(text: String, name: String) {
        #expect(FoldedName(text).snakeCase == name)
    }

    @Test(arguments: [
        ("Prospect", ContactStatus.prospect), ("Lead qualifié marketing", .prospect), ("CLIENT", .customer),
        ("Client actif", .customer), ("Concurrent", .competitor), ("Fournisseur", .supplier), ("Salarié", .employee),
        ("Opportunity", .prospect), ("Martien", .other),
    ])
    func statusWordsAreKnown(word: String, status: ContactStatus) {
        #expect(ContactStatus(word: word) == status)
    }

    @Test(arguments: [
        ("Gérante", "decision"), ("P.D.G.", "decision"), ("PDG", "decision"), ("Directrice des ventes", "decision"),
        ("Chef d'entreprise", "decision"), ("Assistante du directeur", "assistante_du_directeur"),
        ("Product Owner", "product_owner"), ("Responsable marketing", "responsable_marketing"), ("…", nil),
    ])
    func titlesBecomeRoles(title: String, role: String?) {
        #expect(ContactRole.normalised(title) == role)
    }
}
