import Domain
import Testing

struct CSVReaderTests {
    private func rows(_ text: String, _ delimiter: CSVDialect.Delimiter = .semicolon) -> [CSVRecord] {
        var reader = CSVReader(text: Array(text.utf8), delimiter: delimiter)
        var rows: [CSVRecord] = []
        while let row = reader.next() { rows.append(row) }
        return rows
    }

    @Test func linesAreCountedThroughQuotedLineEndings() {
        let rows = self.rows("a;b\r\n\"x\r\ny\nz\rw\";2\n3;4\r5;6")
        #expect(rows.map(\.line) == [1, 2, 6, 7])
        #expect(rows[1].fields == ["x\r\ny\nz\rw", "2"])
    }

    @Test(arguments: [
        ("\"a\"\"b\";c", ["a\"b", "c"]), ("a\"b;c", ["a\"b", "c"]), ("\"a\"b;c", ["ab", "c"]), (";", ["", ""]),
        ("\"\";\"\"\"\"", ["", "\""]), ("\"a;b\";c", ["a;b", "c"]), (" \"a\";b", [" \"a\"", "b"]),
    ])
    func quotesAreReadLeniently(line: String, fields: [String]) {
        #expect(self.rows(line).map(\.fields) == [fields])
    }

    @Test func anUnclosedQuoteCostsItsOwnLineOnly() {
        let rows = self.rows("a;b\n\"open;1\nc;d\ne;f\n")
        #expect(rows.map(\.defect) == [nil, .unclosedQuote, nil, nil])
        #expect(rows.map(\.line) == [1, 2, 3, 4])
        #expect(rows[2].fields == ["c", "d"])
    }

    @Test func aRowOverTheLimitIsMarked() {
        let row = self.rows(String(repeating: "a", count: Limits.importRowBytes + 1) + "\nb")
        #expect(row.map(\.defect) == [.tooLong, nil])
        let wide = self.rows(String(repeating: ";", count: Limits.importColumns))
        #expect(wide.map(\.defect) == [.tooManyFields])
        #expect(wide.first?.fields.count == Limits.importColumns)
    }

    @Test(arguments: [
        ("nom;e-mail;ca\nA;a@x.fr;1,5\nB;b@x.fr;2,5\n", CSVDialect(.semicolon, lineEnding: .lineFeed)),
        ("name,email\r\n\"Doe; Jane\",a@x.fr\r\n", CSVDialect(.comma)),
        ("a\tb,c\td\r1\t2\t3\r", CSVDialect(.tab, lineEnding: .carriageReturn)),
        ("\"Nom, prénom\";E-mail\nA;b\n", CSVDialect(.semicolon, lineEnding: .lineFeed)),
        ("sep=,\r\na;b,c\r\n", CSVDialect(.comma, hasSeparatorLine: true)),
        ("email\na@x.fr\n", CSVDialect(.semicolon, lineEnding: .lineFeed)),
    ])
    func theDialectIsDetected(text: String, dialect: CSVDialect) {
        #expect(CSVDialect.detect(Array(text.utf8)) == dialect)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func anyTableIsReadBackAsWritten(seed: UInt64) throws {
        var random = ImportRandom(seed: seed)
        let delimiter = CSVDialect.Delimiter.allCases[Int(seed % 3)]
        let ending = CSVDialect.LineEnding.allCases[Int(seed / 3 % 3)]
        let encoding = TextEncodingTests.marked[Int(seed / 9) % TextEncodingTests.marked.count]
        let columns = Int.random(in: 2...6, using: &random)
        let header = (0..<columns).map { "column \($0)" }
        let table = (0..<Int.random(in: 1...30, using: &random)).map { _ in
            (0..<columns).map { _ in Self.cell(&random) }
        }
        let lines = ([header] + table).map { row in
            row.map { Self.written($0, &random) }.joined(
                separator: String(UnicodeScalar(delimiter.rawValue))
            )
        }
        let text = lines.joined(separator: ending.rawValue) + (Bool.random(using: &random) ? ending.rawValue : "")
        let file = try ImportFile(bytes: encoding.byteOrderMark + encoding.encode(Array(text.utf8)))
        #expect(file.dialect == CSVDialect(delimiter, lineEnding: ending))
        #expect(file.text == Array(text.utf8))
        var reader = file.rows
        var read: [CSVRecord] = []
        while let row = reader.next() { read.append(row) }
        #expect(file.header.fields == header)
        #expect(read.map(\.fields) == table, "seed \(seed)")
        #expect(read.map { String(decoding: file.text[$0.range], as: UTF8.self) } == Array(lines.dropFirst()))
    }

    private static func cell(_ random: inout ImportRandom) -> String {
        let pieces = ["a", "Zoé", ";", ",", "\t", "\"", "\n", "\r\n", "\r", " ", "€", "x=1", "", "œ", "sep="]
        return (0..<Int.random(in: 0...5, using: &random)).map { _ in
            pieces.randomElement(using: &random) ?? ""
        }.joined()
    }

    private static func written(_ cell: String, _ random: inout ImportRandom) -> String {
        let special = cell.utf8.contains { Array("\";,\t\r\n".utf8).contains($0) }
        guard special || Bool.random(using: &random) else { return cell }
        // Unicode scalars, because "\r\n" is one character.
        return "\"" + cell.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
}
