/// How a delimited file separates its fields and lines.
package struct CSVDialect: Hashable, Sendable {
    /// What separates two fields.
    package enum Delimiter: UInt8, Hashable, Sendable, CaseIterable {
        /// `;`, as a French Excel writes.
        case semicolon = 0x3b
        /// `,`, as RFC 4180 says.
        case comma = 0x2c
        /// The tabulator.
        case tab = 0x09
    }

    /// What ends a line.
    package enum LineEnding: String, Hashable, Sendable, CaseIterable {
        /// `\n`.
        case lineFeed = "\n"
        /// `\r\n`.
        case both = "\r\n"
        /// `\r`, as old Macintosh programs wrote.
        case carriageReturn = "\r"
    }

    /// What separates two fields.
    package var delimiter: Delimiter
    /// What ends a line, where the file is written again. Reading takes all three.
    package var lineEnding: LineEnding
    /// Whether the file starts with Excel's own line `sep=;`, which is not a row.
    package var hasSeparatorLine: Bool

    /// A dialect.
    package init(_ delimiter: Delimiter, lineEnding: LineEnding = .both, hasSeparatorLine: Bool = false) {
        self.delimiter = delimiter
        self.lineEnding = lineEnding
        self.hasSeparatorLine = hasSeparatorLine
    }

    /// Rows that the detection reads.
    private static let sampledRows = 50

    /// The dialect of a decoded text.
    ///
    /// Excel's `sep=` line decides; else the delimiter under which most of the first rows have as many fields as
    /// the header, and at least two. Among equals the one with more fields wins.
    package static func detect(_ text: [UInt8]) -> CSVDialect {
        let lineEnding = self.lineEnding(of: text)
        for delimiter in Delimiter.allCases {
            let line = Array("sep=".utf8) + [delimiter.rawValue]
            let next = text.count > line.count ? text[line.count] : 0x0a
            if text.starts(with: line), next == 0x0a || next == 0x0d {
                return CSVDialect(delimiter, lineEnding: lineEnding, hasSeparatorLine: true)
            }
        }
        var best = (delimiter: Delimiter.semicolon, agreement: 0, fields: 1)
        for delimiter in Delimiter.allCases {
            let (agreement, fields) = self.consistency(of: text, under: delimiter)
            if fields > 1, (agreement, fields) > (best.agreement, best.fields) {
                best = (delimiter, agreement, fields)
            }
        }
        return CSVDialect(best.delimiter, lineEnding: lineEnding)
    }

    /// The share, in thousandths, of sampled rows with as many fields as the first; and that number.
    private static func consistency(of text: [UInt8], under delimiter: Delimiter) -> (agreement: Int, fields: Int) {
        var reader = CSVReader(text: text, delimiter: delimiter)
        guard let header = reader.next() else { return (0, 0) }
        var rows = 1
        var agreeing = 1
        while rows < self.sampledRows, let row = reader.next() {
            rows += 1
            if row.fields.count == header.fields.count { agreeing += 1 }
        }
        return (agreeing * 1_000 / rows, header.fields.count)
    }

    /// The first line ending outside quotes, CRLF when there is none.
    private static func lineEnding(of text: [UInt8]) -> LineEnding {
        var quoted = false
        for (index, byte) in text.prefix(Limits.importRowBytes).enumerated() {
            switch byte {
            case UInt8(ascii: "\""): quoted.toggle()
            case UInt8(ascii: "\n") where !quoted: return .lineFeed
            case UInt8(ascii: "\r") where !quoted:
                return index + 1 < text.count && text[index + 1] == UInt8(ascii: "\n") ? .both : .carriageReturn
            default: continue
            }
        }
        return .both
    }
}
