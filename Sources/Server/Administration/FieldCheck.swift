import Domain

/// Collects what is wrong with an input, field by field.
struct FieldCheck {
    private(set) var problems: [FieldProblem] = []

    /// Most characters of a wrong value that are repeated back.
    private static let shownCharacters = 80

    mutating func add(_ field: String, _ expected: String, got: String) {
        self.problems.append(FieldProblem(field: field, expected: expected, got: got))
    }

    /// Notes a problem unless the condition holds.
    mutating func that(_ holds: Bool, _ field: String, _ expected: String, got: @autoclosure () -> String) {
        if !holds { self.add(field, expected, got: got()) }
    }

    /// A text of at most so many bytes, not empty if it is needed, without control characters.
    mutating func text(
        _ text: String?,
        _ field: String,
        atMost bytes: Int = Limits.formFieldBytes,
        isNeeded: Bool = false
    ) {
        guard let text else { return }
        if isNeeded, text.allSatisfy(\.isWhitespace) { self.add(field, "a text", got: "an empty one") }
        if text.utf8.count > bytes { self.add(field, "at most \(bytes) bytes", got: "\(text.utf8.count) bytes") }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
            self.add(field, "a text without control characters", got: Self.shown(text))
        }
    }

    /// An absolute http(s) address.
    mutating func address(_ url: String, _ field: String) {
        self.that(
            WebAddress.isAbsolute(url),
            field,
            "an absolute http or https address of at most \(Limits.urlBytes) bytes",
            got: Self.shown(url)
        )
    }

    func orThrow() throws(AdministrationError) {
        if !self.problems.isEmpty { throw .invalid(self.problems) }
    }

    static func shown(_ text: String) -> String {
        text.isEmpty ? "an empty text" : "“\(text.prefix(Self.shownCharacters))”"
    }
}

extension AdministrationError {
    /// One field that is wrong.
    static func invalid(_ field: String, _ expected: String, got: String) -> AdministrationError {
        .invalid([FieldProblem(field: field, expected: expected, got: got)])
    }
}
