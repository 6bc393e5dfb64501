import Domain
import Testing

struct ImportRunTests {
    private func stored(_ rows: [ImportedRow]) -> [ContactKey: UInt64] {
        var stored: [ContactKey: UInt64] = [:]
        for draft in rows.compactMap(\.draft) {
            for key in draft.keys { stored[key] = draft.contentHash }
        }
        return stored
    }

    @Test(arguments: ["zoho.csv", "koban.csv", "hubspot.csv"])
    func importingAgainChangesNothing(name: String) throws {
        let bytes = try importFixture(name)
        let first = try runThrough(bytes)
        let second = try runThrough(bytes, existing: self.stored(first.rows))
        #expect(first.run.summary.new > 0)
        #expect(second.run.summary.unchanged == first.run.summary.new)
        #expect(second.run.summary.new + second.run.summary.changed == 0)
        #expect(second.run.summary.refused == first.run.summary.refused)
    }

    @Test func eachRowIsCountedOnce() throws {
        let before = try runThrough(Array("Id;Email;Nom;Prénom\n1;a@example.com;A;\n2;b@example.com;B;\n".utf8))
        let text = """
            Id;Email;Nom;Prénom
            1;A@example.com;A;
            2;b@example.com;Autre;
            3;c@example.com;C;
            3;c@example.com;C;
            4;C@EXAMPLE.com;D;

            ;;;
            ;;E;
            """
        let (run, rows) = try runThrough(Array(text.utf8), existing: self.stored(before.rows))
        var expected = ImportSummary()
        expected.new = 1
        expected.changed = 1
        expected.unchanged = 1
        expected.duplicate = 2
        expected.refused = 1
        #expect(run.summary == expected)
        #expect(run.summary.rows == rows.count)
        #expect(rows[3].outcome == .duplicate(of: 4, isIdentical: true))
        #expect(rows[3].outcome.problems == [])
        #expect(rows[4].outcome.problems == [.duplicateInFile(line: 4)])
        #expect(rows[5].outcome == .refused([.noKey]))
        #expect(rows[5].record.line == 9)
    }

    @Test func theContentHashNeverChanges() throws {
        var draft = ContactDraft()
        draft.crmID = "1"
        draft.email = EmailAddress("a@example.com")
        draft.mailConsent = true
        draft.fields = [ContactField(name: "city", value: "Lyon")]
        let hash = draft.contentHash
        #expect(hash == 611_103_714_023_601_655)
        var other = draft
        other.mailConsent = nil
        #expect(other.contentHash != hash)
        // A value that moves to the next field is another content.
        other = draft
        other.crmID = nil
        other.firstName = "1"
        #expect(other.contentHash != hash)
    }

    @Test func anEmptyFileIsRefused() {
        for text in ["", "\n\n", ";;\n"] {
            #expect(throws: ImportFailure.empty) { try ImportFile(bytes: Array(text.utf8)) }
        }
        #expect(throws: ImportFailure.unreadableHeader(.unclosedQuote)) { try ImportFile(bytes: Array("\"a;b".utf8)) }
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func noBytesCanCrashIt(seed: UInt64) throws {
        var random = ImportRandom(seed: seed)
        let pieces: [[UInt8]] = [
            Array("email".utf8), Array("id;".utf8), [0x22], [0x0a], [0x0d], [0x3b], [0x2c], [0x09], [0x00],
            [0xff, 0xfe],
            [0xc3], [0xe2, 0x80], [0xef, 0xbb, 0xbf], [0xc2, 0xa0], Array("Oui".utf8), Array("1,5".utf8), [0xd8, 0x00],
        ]
        var bytes: [UInt8] = seed.isMultiple(of: 2) ? Array("Id;Email;Effectif;Date de création;Statut;x\n".utf8) : []
        for _ in 0..<Int.random(in: 0...200, using: &random) {
            bytes += pieces.randomElement(using: &random) ?? []
            if UInt8.random(in: 0...3, using: &random) == 0 { bytes.append(.random(in: 0...255, using: &random)) }
        }
        // Only that it ends, and that every row comes to one end, is claimed.
        guard let (run, rows) = try? runThrough(bytes) else { return }
        #expect(run.summary.rows == rows.count)
        #expect(rows.allSatisfy { run.file.text.indices.upperBound >= $0.record.range.upperBound })
    }

    @Test func aFileOfOpenQuotesEnds() throws {
        // Read from outside or from inside quotes, each of these lines ends inside quotes.
        let text = "email;nom\n" + String(repeating: "x\";\"\n", count: 3_000)
        let (run, rows) = try runThrough(Array(text.utf8))
        #expect(run.summary.rows == rows.count)
        #expect(run.summary.refused == 3_000)
    }

    @Test func twentyThousandRowsAreReadWhole() throws {
        var text =
            "Id;E-mail;Prénom;Nom;Société;Téléphone;Statut;Fonction;"
        text += "Effectif;CA;Date de création;Ville;Opt-in;Grade\r\n"
        for row in 0..<20_000 {
            text += "\(row);p\(row)@societe\(row % 900).example.com;Zoé;\"Le \"\"Nom\"\"\";Société \(row);"
            text += "04 00 00 00 00;Prospect;Directrice générale;12;1\u{a0}234,5 k€;15/01/2026;Mâcon;Oui;12,5\r\n"
        }
        let summary = try runThrough(Array(text.utf8)).run.summary
        #expect(summary.new == 20_000)
        #expect(summary.rows == 20_000)
    }
}
