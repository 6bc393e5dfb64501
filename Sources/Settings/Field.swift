import Domain
import Yams

/// One value of a file, with its name and line. Reading it as something it is not adds a problem and gives nil.
struct Field {
    let node: Node
    /// The name with its place: `rules[3].limit`.
    let name: String
    let line: Int?
    let report: ProblemReport

    init(node: Node, name: String, line: Int?, report: ProblemReport) {
        self.node = node
        self.name = name
        self.line = line
        self.report = report
        report.note(name, line: line)
    }

    /// Adds a problem with this value.
    func expected(_ what: String, hint: String = "") {
        self.report.add(line: self.line, field: self.name, "expected \(what), got \(self.shown)\(hint)")
    }

    /// Whether nothing stands behind the key.
    var isEmpty: Bool {
        guard let scalar = self.node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    private var shown: String {
        if self.isEmpty { return "nothing" }
        switch self.node {
        case .scalar(let scalar):
            let text = scalar.string
            return text.count > 80 ? "\"\(text.prefix(80))…\"" : "\"\(text)\""
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .alias: return "an alias"
        }
    }

    /// The text of a scalar as it stands there.
    func text(_ what: String = "a text") -> String? {
        guard let text = self.node.scalar?.string, !self.isEmpty else {
            self.expected(what)
            return nil
        }
        return text
    }

    /// What `parse` makes of the text.
    func parsed<Value>(_ what: String, _ parse: (String) -> Value?) -> Value? {
        guard let text = self.node.scalar?.string, !self.isEmpty, let value = parse(text) else {
            self.expected(what)
            return nil
        }
        return value
    }

    func number() -> Double? { self.parsed("a number", NumberText.parse) }

    func duration() -> TimeSpan? { self.parsed(DurationText.expected, DurationText.parse) }

    /// One of a few names, with a hint for a mistyped one.
    func choice<Value>(_ names: [String], _ make: (String) -> Value?) -> Value? {
        if let text = self.node.scalar?.string, let value = make(text) { return value }
        let hint = Spelling.hint(for: self.node.scalar?.string ?? "", among: names)
        self.expected("one of \(names.joined(separator: ", "))", hint: hint)
        return nil
    }

    /// The items of a list.
    func items(_ what: String, atMost limit: Int) -> [Field] {
        guard let sequence = self.node.sequence else {
            self.expected(what)
            return []
        }
        guard sequence.count <= limit else {
            self.report.add(
                line: self.line,
                field: self.name,
                "expected at most \(limit) items, got \(sequence.count)"
            )
            return []
        }
        return sequence.enumerated().map { index, node in
            Field(node: node, name: "\(self.name)[\(index)]", line: node.mark?.line ?? self.line, report: self.report)
        }
    }

    /// The entries of a mapping whose keys are the author's own; `name` makes the field's name of a key.
    func entries(
        _ what: String,
        atMost limit: Int,
        naming name: (String) -> String
    ) -> [(key: String, field: Field)] {
        guard let mapping = self.node.mapping else {
            self.expected(what)
            return []
        }
        guard mapping.count <= limit else {
            self.report.add(line: self.line, field: self.name, "expected at most \(limit) items, got \(mapping.count)")
            return []
        }
        return mapping.compactMap { key, value in
            let line = key.mark?.line ?? self.line
            guard let text = key.scalar?.string else {
                self.report.add(line: line, field: self.name, "expected a plain key, got a mapping or a list")
                return nil
            }
            return (text, Field(node: value, name: name(text), line: line, report: self.report))
        }
    }

    /// The fields of a mapping with known keys; each other key is a problem.
    func fields(_ known: [String], _ what: String) -> Fields? {
        guard self.node.mapping != nil else {
            self.expected(what)
            return nil
        }
        let prefix = self.name.isEmpty ? "" : self.name + "."
        var found: [String: Field] = [:]
        for (key, field) in self.entries(what, atMost: .max, naming: { prefix + $0 }) {
            if known.contains(key) {
                found[key] = field
            } else {
                let hint = Spelling.hint(for: key, among: known)
                let names = known.joined(separator: ", ")
                let message = hint.isEmpty ? "unknown key; known here: \(names)" : "unknown key\(hint)"
                self.report.add(line: field.line, field: field.name, message)
            }
        }
        return Fields(parent: self, found: found)
    }
}

/// The known fields of one mapping.
struct Fields {
    let parent: Field
    let found: [String: Field]

    /// A field that may be missing.
    subscript(_ key: String) -> Field? { self.found[key] }

    /// A field that must be there; a problem with the mapping if it is not.
    func required(_ key: String, _ what: String) -> Field? {
        if let field = self.found[key] { return field }
        let name = self.parent.name.isEmpty ? key : "\(self.parent.name).\(key)"
        self.parent.report.add(line: self.parent.line, field: name, "expected \(what), got nothing")
        return nil
    }
}

/// Numbers as people write them.
enum NumberText {
    /// A decimal number with a point; not `nan`, `inf` or hexadecimal.
    static func parse(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isDecimal, let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
