import Domain
import Testing

struct RefusedLinesTests {
    private func refused(_ bytes: [UInt8]) throws -> [UInt8] {
        let (run, rows) = try runThrough(bytes)
        var lines = RefusedLines(run.file)
        for row in rows where !row.outcome.problems.isEmpty {
            lines.append(row.record, problems: row.outcome.problems)
        }
        return lines.bytes
    }

    @Test(arguments: TextEncodingTests.marked, CSVDialect.LineEnding.allCases)
    func rowsComeBackInTheirOwnForm(encoding: TextEncoding, ending: CSVDialect.LineEnding) throws {
        let eol = ending.rawValue
        let good = "\"Zoé\";zoe@example.com;\(eol)"
        let bad = "\"Noël; \"\"dit\"\" Léo\";nulle part;a"
        let head = "Prénom;\"E-mail\";Ville"
        let text = head + eol + good + bad + eol
        let bytes = encoding.byteOrderMark + encoding.encode(Array(text.utf8))
        let reason = RowProblem.invalidEmail.advice
        let expected = "\(head);vendange_reason\(eol)\(bad);\(reason)\(eol)"
        #expect(try self.refused(bytes) == encoding.byteOrderMark + encoding.encode(Array(expected.utf8)))
    }

    @Test func theReasonOfAnEarlierRunIsReplaced() throws {
        let once = try self.refused(Array("Email,Ville\nnowhere,Lyon\n,Paris\n".utf8))
        #expect(try self.refused(once) == once)
        #expect(String(decoding: once, as: UTF8.self).contains(RowProblem.noKey.advice))
    }

    @Test func aMendedFileIsImported() throws {
        let once = try self.refused(Array("Email;Ville\nnowhere;Lyon\n".utf8))
        let mended = String(decoding: once, as: UTF8.self).split(separator: "\n").joined(separator: "\n")
            .split(separator: "nowhere").joined(separator: "a@example.com")
        let rows = try runThrough(Array(mended.utf8)).rows
        #expect(rows.count == 1)
        #expect(rows[0].draft?.fields == [ContactField(name: "city", value: "Lyon")])
    }

    @Test func whatStandsBeforeTheHeaderIsKept() throws {
        let back = try self.refused(Array("sep=;\r\nEmail;Ville\r\nnowhere;Lyon\r\n".utf8))
        #expect(String(decoding: back, as: UTF8.self).hasPrefix("sep=;\r\nEmail;Ville;vendange_reason\r\n"))
    }

    @Test func differingDuplicatesComeBackAndIdenticalOnesDoNot() throws {
        let text = "Email;Ville\na@example.com;Lyon\na@example.com;Lyon\na@example.com;Paris\n"
        let back = String(decoding: try self.refused(Array(text.utf8)), as: UTF8.self)
        #expect(back.split(separator: "\n").count == 2)
        #expect(back.contains("a@example.com;Paris;the same contact as on line 2"))
    }

    @Test func everyProblemSaysWhatToMend() {
        let problems: [RowProblem] = [
            .noKey, .invalidEmail, .raggedRow(found: 1, expected: 2), .unclosedQuote, .rowTooLong, .tooManyRows,
            .badNumber(.employees), .badDate(.created), .badFlag(.mailConsent), .tooLong(.city, limit: 256),
            .duplicateInFile(line: 2),
        ]
        #expect(Set(problems.map(\.tag)).count == problems.count)
        #expect(problems.allSatisfy { $0.advice.contains(": ") })
    }
}
