/// The file in which refused rows are given back: in the input's own form, with one more column that says what to
/// mend. Mended, it can be imported as it is: the column is known and passed over.
package struct RefusedLines: Sendable {
    /// The header of the added column.
    package static let reasonHeader = "vendange_reason"

    /// The rows in it.
    package private(set) var count = 0
    private let file: ImportFile
    private let replacesReason: Bool
    private var text: [UInt8] = []

    /// A file with the header alone. An earlier run's reason column, when it is the last one, is replaced.
    package init(_ file: ImportFile) {
        self.file = file
        self.replacesReason = file.header.fields.last == Self.reasonHeader
        let start = file.header.range.lowerBound
        self.text.append(contentsOf: file.text[..<start])
        self.append(file.header, reason: Self.reasonHeader)
    }

    /// Adds a row and its problems.
    package mutating func append(_ record: CSVRecord, problems: [RowProblem]) {
        self.count += 1
        self.append(record, reason: problems.map(\.advice).joined(separator: "; "))
    }

    /// Adds a row that the service refused, with its reason in words.
    package mutating func append(_ record: CSVRecord, refusedFor reason: String) {
        self.count += 1
        self.append(record, reason: reason)
    }

    /// The file's bytes, in the input's encoding, with its byte order mark.
    package var bytes: [UInt8] { self.file.encoding.byteOrderMark + self.file.encoding.encode(self.text) }

    private mutating func append(_ record: CSVRecord, reason: String) {
        var end = record.range.upperBound
        let isWhole = record.defect == nil && record.fields.count == self.file.header.fields.count
        if self.replacesReason, isWhole {
            // A header of this column alone has no delimiter before it.
            end = max(record.range.lowerBound, record.lastFieldStart - 1)
        }
        self.text.append(contentsOf: self.file.text[record.range.lowerBound..<end])
        self.text.append(self.file.dialect.delimiter.rawValue)
        self.text.append(contentsOf: self.quoted(reason))
        self.text.append(contentsOf: self.file.dialect.lineEnding.rawValue.utf8)
    }

    private func quoted(_ text: String) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        let bytes = Array(text.utf8)
        guard bytes.contains(quote) || bytes.contains(self.file.dialect.delimiter.rawValue) else { return bytes }
        return [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }
}
