import Domain

/// What a JSON value must look like. One table of these reads requests, describes them in the OpenAPI document, and is
/// held against the answers in tests.
indirect enum Shape: Sendable {
    /// A text of at most so many bytes of UTF-8, in a form.
    case text(maxBytes: Int, form: TextForm)
    /// One of these texts.
    case choice([String])
    case integer(ClosedRange<Int64>)
    /// Any finite number.
    case number
    case flag
    /// So many items at most. The items of a batch are checked one by one by whoever takes them.
    case list(Shape, maximum: Int, isBatch: Bool)
    case object(ObjectShape)
    /// Names that are not known beforehand, so many at most.
    case map(Shape, maximum: Int)

    /// A text of up to so many bytes.
    static func text(_ maxBytes: Int = 256, _ form: TextForm = .any) -> Shape { .text(maxBytes: maxBytes, form: form) }

    /// A list of one page's items at most.
    static func list(_ item: Shape) -> Shape { .list(item, maximum: Limits.apiPageItems, isBatch: false) }

    /// A number of a row.
    static let id = Shape.integer(1...Int64.max)
    /// A number of something.
    static let count = Shape.integer(0...Int64.max)
}

/// An object with a closed set of fields.
struct ObjectShape: Sendable {
    /// Its name among the schemas of the OpenAPI document.
    var name: String
    var fields: [Field]

    init(_ name: String, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    /// A field of an object, or a parameter of a query.
    struct Field: Sendable {
        var name: String
        var shape: Shape
        var isRequired: Bool
        /// What it is, in a sentence; empty where the name says it.
        var note: String

        static func required(_ name: String, _ shape: Shape, _ note: String = "") -> Field {
            Field(name: name, shape: shape, isRequired: true, note: note)
        }

        static func optional(_ name: String, _ shape: Shape, _ note: String = "") -> Field {
            Field(name: name, shape: shape, isRequired: false, note: note)
        }
    }
}

/// The forms a text can be asked to have.
enum TextForm: Sendable, CaseIterable {
    case any
    /// Anything but nothing.
    case filled
    case email
    /// A ``ContactReference``.
    case contact
    case visitor
    /// An absolute http or https address.
    case address
    /// RFC 3339.
    case time
    /// `2026-03-01`.
    case day
    /// Letters, digits, `-` and `_`.
    case key
    /// Lower-case letters, digits and `_`.
    case fieldName

    func accepts(_ text: String) -> Bool {
        switch self {
        case .any: true
        case .filled: text.contains { !$0.isWhitespace }
        case .email: EmailAddress(text) != nil
        case .contact: ContactReference(text: text) != nil
        case .visitor: VisitorID(text: text) != nil
        case .address: Self.isAddress(text)
        case .time: Timestamp(rfc3339: text) != nil
        case .day: CalendarDay.number(ofText: text) != nil
        case .key:
            !text.isEmpty && text.utf8.allSatisfy { Self.isLetterOrDigit($0) || $0 == 0x2d || $0 == 0x5f }
        case .fieldName:
            !text.isEmpty && text == text.lowercased()
                && text.utf8.allSatisfy { Self.isLetterOrDigit($0) || $0 == 0x5f }
        }
    }

    /// What is expected, after “a text of at most … bytes”.
    var expectation: String {
        switch self {
        case .any: "a text"
        case .filled: "a text that is not empty"
        case .email: "an e-mail address"
        case .contact: "a contact: 16 hexadecimal digits, an e-mail address, or crm:<id>"
        case .visitor: "a visitor: 32 hexadecimal digits"
        case .address: "an absolute http or https address"
        case .time: "a time like 2026-03-01T08:15:00Z"
        case .day: "a day like 2026-03-01"
        case .key: "letters, digits, - and _"
        case .fieldName: "lower-case letters, digits and _"
        }
    }

    /// The `format` of JSON Schema, where it has one of that meaning.
    var format: String? {
        switch self {
        case .email: "email"
        case .address: "uri"
        case .time: "date-time"
        case .day: "date"
        case .any, .filled, .contact, .visitor, .key, .fieldName: nil
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else { return false }
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        // A host of at least one character, no user name in front of it, and nothing a browser would strip.
        let host = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return !host.isEmpty && !host.contains(UInt8(ascii: "@")) && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
