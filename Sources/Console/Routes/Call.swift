import Domain

/// A request whose key, parameters and body were checked against its ``Route``.
struct Call: Sendable {
    let administration: any Administration
    let settings: ConsoleServer.Settings
    /// The parts of the path in braces, by name, decoded.
    var parameters: [String: String] = [:]
    /// The query, by name, each value as its shape says.
    var query: [String: JSONValue] = [:]
    /// The JSON body; null if the route takes none.
    var body = JSONValue.null
    /// The YAML body; empty if the route takes none.
    var text = ""
    /// Who calls; nil on open routes.
    var principal: Principal?
    /// The language the caller prefers.
    var language = PageLanguage.english

    /// The part of the path of a name. Every route is asked for its own names only, which a test holds.
    func parameter(_ name: String) -> String { self.parameters[name] ?? "" }

    /// The contact the path names.
    func contact() throws -> ContactReference { try Self.reference(self.parameter("contact"), field: "contact") }

    /// A number the path names.
    func number<Number: FixedWidthInteger>(_ name: String) throws -> Number {
        guard let number = Number(self.parameter(name)) else {
            throw AdministrationError.notFound("\(name) “\(self.parameter(name).prefix(64))”")
        }
        return number
    }

    /// The part of a list that is asked for.
    var page: PageRequest {
        PageRequest(
            after: self.query["after"]?.text,
            limit: self.query["limit"]?.integer.map(Int.init(clamping:)) ?? PageRequest.defaultLimit
        )
    }

    static func reference(_ text: String, field: String) throws -> ContactReference {
        guard let reference = ContactReference(text: text) else {
            throw AdministrationError.invalid([
                FieldProblem(field: field, expected: TextForm.contact.expectation, got: JSONValue.text(text).summary)
            ])
        }
        return reference
    }
}

/// What a route answers.
enum Answer: Sendable {
    case json(any Encodable & Sendable, status: Int)
    case noContent
    case text(String, type: String)
    /// HTML with its own Content-Security-Policy.
    case page(String, policy: String)
    case live(AsyncStream<LiveEvent>)

    static func json(_ value: any Encodable & Sendable) -> Answer { .json(value, status: 200) }
}

/// A list without pages.
struct Items<Item: Encodable & Sendable>: Encodable, Sendable {
    var items: [Item]

    init(_ items: [Item]) { self.items = items }
}

extension ObjectShape {
    /// A list of these without pages.
    var all: Shape { .object(ObjectShape(self.name + "List", [.required("items", .list(.object(self)))])) }

    /// One of these.
    var one: Shape { .object(self) }
}
