/// Why a file cannot be imported at all.
package enum ImportFailure: Error, Equatable, Sendable {
    /// Nothing is in it.
    case empty
    /// More than ``Limits/importFileBytes`` bytes.
    case tooLarge
    /// The first row is not a header: an open quote, or too many columns.
    case unreadableHeader(CSVRecord.Defect)
    /// No column holds a CRM id or an e-mail address.
    case noKeyColumn
    /// A mapping names a header that the file does not have.
    case unknownHeader(String)
    /// A mapping is not of the form `field=Header`.
    case malformedOverride(String)

    /// What is wrong and how to mend it.
    package var advice: String {
        switch self {
        case .empty: "the file is empty; export it again with a header line"
        case .tooLarge: "the file is over \(Limits.importFileBytes) bytes; split it"
        case .unreadableHeader(.unclosedQuote): "a quote in the header line is not closed; close it"
        case .unreadableHeader(.tooManyFields): "the header has over \(Limits.importColumns) columns; export fewer"
        case .unreadableHeader(.tooLong): "the header is over \(Limits.importRowBytes) bytes; export fewer columns"
        case .noKeyColumn:
            "no column holds a CRM id or an e-mail address; name it, for example with email=\"Courriel\""
        case .unknownHeader(let name): "no column is headed \"\(name)\"; write the header as the file does"
        case .malformedOverride(let text): "\"\(text)\" is not of the form field=Header"
        }
    }
}

/// A delimited file whose encoding and dialect are known and whose rows can be read.
package struct ImportFile: Sendable {
    /// The detected encoding.
    package let encoding: TextEncoding
    /// The detected dialect.
    package let dialect: CSVDialect
    /// The decoded text: valid UTF-8 without a byte order mark.
    package let text: [UInt8]
    /// The header row.
    package let header: CSVRecord
    /// A reader that stands behind the header.
    package let rows: CSVReader

    /// A file from its bytes.
    ///
    /// Throws when it is empty, too large, or has no readable header.
    package init(bytes: [UInt8]) throws(ImportFailure) {
        guard bytes.count <= Limits.importFileBytes else { throw .tooLarge }
        self.encoding = TextEncoding.detect(bytes)
        self.text = self.encoding.decode(bytes)
        self.dialect = CSVDialect.detect(self.text)
        var reader = CSVReader(text: self.text, delimiter: self.dialect.delimiter)
        if self.dialect.hasSeparatorLine { _ = reader.next() }
        var first = reader.next()
        while let row = first, row.isBlank { first = reader.next() }
        guard let header = first else { throw .empty }
        if let defect = header.defect { throw .unreadableHeader(defect) }
        self.header = header
        self.rows = reader
    }

    /// Whether a comma is a decimal sign in this file's numbers: where it does not separate the fields.
    package var hasDecimalComma: Bool { self.dialect.delimiter != .comma }
}
