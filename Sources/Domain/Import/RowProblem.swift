/// Why a row is not imported: the closed set, each with what to mend.
package enum RowProblem: Error, Hashable, Sendable {
    /// Neither a CRM id nor an e-mail address.
    case noKey
    /// The e-mail address is not one.
    case invalidEmail
    /// More or fewer fields than the header has.
    case raggedRow(found: Int, expected: Int)
    /// A quote is not closed.
    case unclosedQuote
    /// The whole row is too long.
    case rowTooLong
    /// Beyond ``Limits/importLines``.
    case tooManyRows
    /// A number cannot be read.
    case badNumber(ImportField)
    /// A day cannot be read.
    case badDate(ImportField)
    /// Neither yes nor no.
    case badFlag(ImportField)
    /// A value is too long.
    case tooLong(ImportField, limit: Int)
    /// The same CRM id or e-mail address as on an earlier line.
    case duplicateInFile(line: Int)

    /// The tag in counters.
    package var tag: String {
        switch self {
        case .noKey: "no_key"
        case .invalidEmail: "invalid_email"
        case .raggedRow: "ragged_row"
        case .unclosedQuote: "unclosed_quote"
        case .rowTooLong: "row_too_long"
        case .tooManyRows: "too_many_rows"
        case .badNumber: "bad_number"
        case .badDate: "bad_date"
        case .badFlag: "bad_flag"
        case .tooLong: "too_long"
        case .duplicateInFile: "duplicate_in_file"
        }
    }

    /// What is wrong and how to mend it, for the reason column.
    package var advice: String {
        switch self {
        case .noKey: "no CRM id and no e-mail address: give one of them"
        case .invalidEmail: "the e-mail address is not valid: write one address like name@example.com, without accents"
        case .raggedRow(let found, let expected):
            "\(found) fields where the header has \(expected): put values that contain the separator in quotes"
        case .unclosedQuote: "a quote is opened and not closed: close it, or double quotes inside a value"
        case .rowTooLong: "the row is over \(Limits.importRowBytes) bytes: shorten it"
        case .tooManyRows: "beyond \(Limits.importLines) rows: import the rest as a second file"
        case .badNumber(let field): "\(field.rawValue) is not a number: write it like 1234,5"
        case .badDate(let field): "\(field.rawValue) is not a day: write it as JJ/MM/AAAA or AAAA-MM-JJ"
        case .badFlag(let field): "\(field.rawValue) is neither yes nor no: write Oui or Non"
        case .tooLong(let field, let limit): "\(field.rawValue) is over \(limit) bytes: shorten it"
        case .duplicateInFile(let line): "the same contact as on line \(line), with other values: keep one of them"
        }
    }
}
