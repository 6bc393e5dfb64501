import Foundation

/// A JSON value as the command line passes it on: it shows what the service says and need not know each shape.
enum JSON: Codable, Equatable, Sendable {
    case null
    case flag(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let array = try? container.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .number(let number):
            if let whole = Int64(exactly: number) { try container.encode(whole) } else { try container.encode(number) }
        case .string(let string): try container.encode(string)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }

    /// A member of an object; null if there is none.
    subscript(_ name: String) -> JSON {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }

    /// The elements of an array; none for anything else.
    var list: [JSON] { if case .array(let elements) = self { elements } else { [] } }

    /// The members of an object, by name; none for anything else.
    var members: [(name: String, value: JSON)] {
        if case .object(let members) = self {
            members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        } else {
            []
        }
    }

    /// A string.
    var text: String? { if case .string(let string) = self { string } else { nil } }

    /// A number.
    var number: Double? { if case .number(let number) = self { number } else { nil } }

    /// A flag.
    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }

    /// How a table shows it.
    var shown: String {
        switch self {
        case .null: ""
        case .flag(let flag): flag ? "yes" : "no"
        case .number(let number): Self.shown(number)
        case .string(let string): string
        case .array(let elements): elements.map(\.shown).joined(separator: ", ")
        case .object: self.members.map { "\($0.name)=\($0.value.shown)" }.joined(separator: " ")
        }
    }

    private static func shown(_ number: Double) -> String {
        if let whole = Int64(exactly: number) { return String(whole) }
        return String(format: "%.2f", number)
    }

    /// The value as indented JSON.
    var pretty: String {
        self.encoded([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }

    /// The value as JSON on one line.
    var compact: String { self.encoded([.sortedKeys, .withoutEscapingSlashes]) }

    private func encoded(_ formatting: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        guard let data = try? encoder.encode(self) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }

    /// An object of those values that are there.
    static func object(_ members: (String, String?)...) -> JSON {
        .object(Dictionary(members.compactMap { name, value in value.map { (name, .string($0)) } }) { _, last in last })
    }
}
