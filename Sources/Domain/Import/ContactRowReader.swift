/// What became of one row.
package enum RowReading: Equatable, Sendable {
    /// A draft, and how many values of free columns were too long to be compared and were left out.
    case draft(ContactDraft, leftOut: Int)
    /// Everything that keeps the row from being one.
    case refused([RowProblem])
}

/// Makes drafts of rows, by a mapping.
package struct ContactRowReader: Sendable {
    private let mapping: ImportMapping
    private let decimalComma: Bool

    /// A reader of rows under `mapping`. `decimalComma`: see ``ImportedValue/number(_:decimalComma:)``.
    package init(mapping: ImportMapping, decimalComma: Bool) {
        self.mapping = mapping
        self.decimalComma = decimalComma
    }

    /// The draft of a row, or why there is none.
    package func read(_ record: CSVRecord) -> RowReading {
        switch record.defect {
        case .unclosedQuote: return .refused([.unclosedQuote])
        case .tooLong: return .refused([.rowTooLong])
        case .tooManyFields, nil: break
        }
        guard record.fields.count == self.mapping.columns.count else {
            return .refused([.raggedRow(found: record.fields.count, expected: self.mapping.columns.count)])
        }
        var row = DraftBuilder(decimalComma: self.decimalComma)
        for (column, value) in zip(self.mapping.columns, record.fields) where !value.isEmpty {
            switch column.target {
            case .known(let field): row.set(field, to: value)
            case .free(let name): row.setFree(name, to: value)
            case .leftOut: continue
            }
        }
        return row.finish()
    }
}

/// A draft in the making.
private struct DraftBuilder {
    let decimalComma: Bool
    var draft = ContactDraft()
    var problems: [RowProblem] = []
    var leftOut = 0
    var fullName: String?
    var websiteDomain: String?

    init(decimalComma: Bool) { self.decimalComma = decimalComma }

    mutating func set(_ field: ImportField, to cell: String) {
        let value = FieldText.singleLine(cell)
        guard !value.isEmpty else { return }
        let limit = self.limit(of: field)
        guard value.utf8.count <= limit else {
            self.problems.append(.tooLong(field, limit: limit))
            return
        }
        switch field {
        case .crmID: self.draft.crmID = Self.crmID(value)
        case .email:
            self.draft.email = EmailAddress(value)
            if self.draft.email == nil { self.problems.append(.invalidEmail) }
        case .firstName: self.draft.firstName = value
        case .lastName: self.draft.lastName = value
        case .fullName: self.fullName = value
        case .phone: self.draft.phone = value
        case .mobile: self.draft.mobile = value
        case .company: self.draft.company = value
        case .website: self.websiteDomain = DomainName.ofWebsite(value)
        case .owner:
            if let address = EmailAddress(value) {
                self.draft.ownerEmail = self.draft.ownerEmail ?? address
            } else {
                self.draft.ownerName = value
            }
        case .ownerEmail: self.draft.ownerEmail = EmailAddress(value)
        case .status: self.draft.status = ContactStatus(word: value)
        case .title:
            self.draft.title = value
            self.draft.role = ContactRole.normalised(value)
        case .mailConsent: self.draft.mailConsent = self.flag(field, value)
        case .objected: self.draft.objected = self.flag(field, value)
        // Nothing reads it, and what people write into notes belongs into no second place.
        case .note: break
        case .city, .postalCode, .country, .sector, .source: self.add(field.rawValue, value)
        case .employees, .annualRevenue: self.addNumber(field, value)
        case .created, .lastActivity: self.addDay(field, value)
        }
    }

    /// A value of a column that only the model knows. What is surely a day, a yes or no, or a French number gets the
    /// form the model compares; anything else, such as a postal code or a telephone number, stays as it is.
    mutating func setFree(_ name: String, to cell: String) {
        let value = FieldText.singleLine(cell)
        guard !value.isEmpty else { return }
        guard value.utf8.count <= Limits.formFieldBytes else {
            self.leftOut += 1
            return
        }
        self.add(name, Self.compared(value, decimalComma: self.decimalComma))
    }

    mutating func finish() -> RowReading {
        if self.draft.crmID == nil, self.draft.email == nil, !self.problems.contains(.invalidEmail) {
            self.problems.append(.noKey)
        }
        guard self.problems.isEmpty else { return .refused(self.problems) }
        if let fullName { self.split(fullName) }
        self.draft.companyDomain = self.websiteDomain ?? self.addressDomain
        self.draft.fields.sort { $0.name < $1.name }
        return .draft(self.draft, leftOut: self.leftOut)
    }

    private var addressDomain: String? {
        guard let domain = self.draft.email?.domain, !FreeMailDomains.contains(domain) else { return nil }
        return domain
    }

    private func limit(of field: ImportField) -> Int {
        switch field {
        case .note: .max
        case .crmID: Limits.nameBytes
        case .website: Limits.urlBytes
        default: Limits.formFieldBytes
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        self.draft.fields.append(ContactField(name: name, value: value))
    }

    private mutating func addNumber(_ field: ImportField, _ value: String) {
        guard let number = ImportedValue.number(value, decimalComma: self.decimalComma) else {
            self.problems.append(.badNumber(field))
            return
        }
        self.add(field.rawValue, ImportedValue.text(of: number))
    }

    private mutating func addDay(_ field: ImportField, _ value: String) {
        guard let day = ImportedValue.day(value) else {
            self.problems.append(.badDate(field))
            return
        }
        self.add(field.rawValue, day)
    }

    private mutating func flag(_ field: ImportField, _ value: String) -> Bool? {
        let flag = ImportedValue.flag(value)
        if flag == nil { self.problems.append(.badFlag(field)) }
        return flag
    }

    /// Zoho's exports write `zcrm_` before the id that its API gives.
    private static func crmID(_ value: String) -> String {
        let prefix = "zcrm_"
        return value.utf8.starts(with: prefix.utf8) ? String(value.utf8.dropFirst(prefix.utf8.count)) ?? value : value
    }

    /// `Dupont, Jean`, `DUPONT Jean` and `Jean Dupont` all name the same person.
    private mutating func split(_ name: String) {
        if let comma = name.firstIndex(of: ",") {
            self.give(first: name[name.index(after: comma)...], last: name[..<comma])
            return
        }
        let words = name.split(separator: " ")
        let capitals = words.prefix { $0.utf8.count > 1 && $0 == $0.uppercased() }
        if !capitals.isEmpty, capitals.count < words.count {
            let last = capitals.joined(separator: " ")
            self.give(first: words[capitals.count...].joined(separator: " ")[...], last: last[...])
        } else {
            self.give(
                first: words.count > 1 ? words[0] : "",
                last: words.dropFirst(words.count > 1 ? 1 : 0).joined(separator: " ")[...]
            )
        }
    }

    private mutating func give(first: Substring, last: Substring) {
        let first = FieldText.trimmed(String(first))
        let last = FieldText.trimmed(String(last))
        if self.draft.firstName == nil, !first.isEmpty { self.draft.firstName = first }
        if self.draft.lastName == nil, !last.isEmpty { self.draft.lastName = last }
    }

    private static func compared(_ value: String, decimalComma: Bool) -> String {
        guard let first = value.utf8.first else { return value }
        if ASCII.isDigit(first) || first == UInt8(ascii: "-") {
            if let day = ImportedValue.day(value) { return day }
            return self.looksLikeNumber(value)
                ? ImportedValue.number(value, decimalComma: decimalComma).map(ImportedValue.text) ?? value : value
        }
        guard value.utf8.count <= 5 else { return value }
        return switch FoldedName(value).key {
        case "oui", "yes", "vrai", "true": "true"
        case "non", "no", "faux", "false": "false"
        default: value
        }
    }

    /// Digits, in groups of three behind the first, with one decimal comma or point, and no leading zero.
    private static func looksLikeNumber(_ value: String) -> Bool {
        let hasSpaces = value.utf8.contains { $0 == 0x20 || $0 >= 0x80 }
        let bytes = FieldText.withoutSpaces(value)
        let digits = bytes.first == UInt8(ascii: "-") ? bytes[1...] : bytes[...]
        let whole = digits.prefix(while: ASCII.isDigit)
        let rest = digits.dropFirst(whole.count)
        let isDecimal = rest.first.map { ($0 == 0x2c || $0 == 0x2e) && rest.count > 1 } ?? true
        guard isDecimal, rest.dropFirst().allSatisfy(ASCII.isDigit), (1...15).contains(whole.count) else {
            return false
        }
        guard whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
        return !hasSpaces || self.isGroupedByThree(value)
    }

    private static func isGroupedByThree(_ value: String) -> Bool {
        let whole = value.prefix { $0 != "," && $0 != "." }
        let groups = whole.split { $0.isWhitespace || $0 == "\u{202f}" || $0 == "\u{a0}" }
        guard let first = groups.first, groups.dropFirst().allSatisfy({ $0.utf8.count == 3 }) else { return false }
        return first.utf8.count <= 4 && whole.utf8.first != 0x20
    }
}
