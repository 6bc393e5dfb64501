import Domain
import Testing

struct ImportMappingTests {
    private func targets(_ header: [String], _ overrides: [String] = []) throws -> [ImportMapping.Target] {
        let overrides = try overrides.map { try ImportMapping.Override($0) }
        return try ImportMapping(header: header, overrides: overrides).columns.map(\.target)
    }

    @Test func everyKnownHeaderIsFoldedAndBelongsToOneField() {
        for field in ImportField.allCases {
            for header in field.headers {
                #expect(FoldedName(String(header)).key == String(header))
                #expect(ImportField.byHeader[String(header)]?.field == field, "\(header)")
            }
        }
    }

    @Test func caseAccentsAndPunctuationDoNotMatter() throws {
        let expected: [ImportMapping.Target] = [.known(.email), .known(.firstName), .known(.company)]
        #expect(try self.targets(["E-Mail", "PRENOM", "Société :"]) == expected)
        #expect(try self.targets(["adresse_email", "prénom", "Raison sociale"]) == expected)
    }

    @Test func theMostTellingHeaderWins() throws {
        #expect(
            try self.targets(["Lead Status", "Lifecycle Stage", "Identifiant", "Record ID"]) == [
                .free("lead_status"), .known(.status), .free("identifiant"), .known(.crmID),
            ]
        )
    }

    @Test func nameAloneIsTheFullName() throws {
        #expect(try self.targets(["Nom", "Email"])[0] == .known(.fullName))
        #expect(try self.targets(["Nom", "Prénom", "Email"])[0] == .known(.lastName))
    }

    @Test func otherColumnsBecomeFreeFieldsWithNamesOfTheirOwn() throws {
        #expect(
            try self.targets(["Email", "Grade A/B", "grade a b", "", "vendange_reason", "Email"]) == [
                .known(.email), .free("grade_a_b"), .free("grade_a_b_2"), .leftOut, .leftOut, .free("email_2"),
            ]
        )
    }

    @Test func noMoreFieldsThanAContactKeeps() throws {
        let header = ["email", "ville"] + (0..<40).map { "champ \($0)" }
        let targets = try self.targets(header)
        #expect(targets.count { $0 == .leftOut } == 42 - 1 - Limits.fieldsPerContact)
    }

    @Test func overridesWin() throws {
        let header = ["Email", "Courriel pro", "Note interne"]
        #expect(
            try self.targets(header, ["email=Courriel pro", "Grade=note INTERNE"]) == [
                .free("email_2"), .known(.email), .free("grade"),
            ]
        )
        #expect(try self.targets(["Email", "Statut"], ["status="])[1] == .free("statut"))
    }

    @Test func impossibleMappingsAreRefused() {
        #expect(throws: ImportFailure.noKeyColumn) { try self.targets(["Nom", "Ville"]) }
        #expect(throws: ImportFailure.unknownHeader("Mél")) { try self.targets(["Email"], ["email=Mél"]) }
        #expect(throws: ImportFailure.malformedOverride("email")) { try ImportMapping.Override("email") }
    }

    @Test(arguments: [("zoho.csv", ImportProduct.zoho), ("koban.csv", .koban), ("hubspot.csv", .hubSpot)])
    func theProductIsRecognised(name: String, product: ImportProduct) throws {
        #expect(try runThrough(importFixture(name)).run.mapping.product == product)
    }

    @Test func anUnknownTableIsOfNoProduct() throws {
        #expect(try ImportMapping(header: ["Email", "Nom", "Prénom"]).product == nil)
    }
}
