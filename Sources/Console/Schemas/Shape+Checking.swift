import Domain

extension Shape {
    /// Problems told at once; whoever has more has enough to do.
    static let problemLimit = 50

    /// What is wrong with a value at a place; empty if nothing.
    func problems(in value: JSONValue, at field: String = "") -> [FieldProblem] {
        var problems: [FieldProblem] = []
        self.check(value, field, &problems)
        return problems
    }

    /// What is expected, in words.
    var expectation: String {
        switch self {
        case .text(let maxBytes, let form): "\(form.expectation), at most \(maxBytes) bytes"
        case .choice(let names): "one of \(names.joined(separator: ", "))"
        case .integer(let range):
            if range.upperBound == .max {
                "a whole number, at least \(range.lowerBound)"
            } else {
                "a whole number, \(range.lowerBound) to \(range.upperBound)"
            }
        case .number: "a number"
        case .flag: "true or false"
        case .list(_, let maximum, _): "a list of at most \(maximum) items"
        case .object: "an object"
        case .map(_, let maximum): "an object of at most \(maximum) members"
        }
    }

    private func check(_ value: JSONValue, _ field: String, _ problems: inout [FieldProblem]) {
        guard problems.count < Self.problemLimit else { return }
        let isRight: Bool
        switch (self, value) {
        case (.text(let maxBytes, let form), .text(let text)):
            isRight = text.utf8.count <= maxBytes && form.accepts(text)
        case (.choice(let names), .text(let text)):
            isRight = names.contains(text)
        case (.integer(let range), _):
            isRight = value.integer.map(range.contains) ?? false
        case (.number, _):
            isRight = value.number?.isFinite ?? false
        case (.flag, .flag):
            isRight = true
        case (.list(let item, let maximum, let isBatch), .list(let list)):
            isRight = list.count <= maximum
            if isRight, !isBatch {
                for (index, member) in list.enumerated() { item.check(member, "\(field)[\(index)]", &problems) }
            }
        case (.object(let shape), .object(let members)):
            isRight = true
            shape.check(members, field, &problems)
        case (.map(let item, let maximum), .object(let members)):
            isRight = members.count <= maximum
            if isRight {
                for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                    item.check(member, field.isEmpty ? name : "\(field).\(name)", &problems)
                }
            }
        default:
            isRight = false
        }
        if !isRight {
            problems.append(FieldProblem(field: field, expected: self.expectation, got: value.summary))
        }
    }
}

extension ObjectShape {
    fileprivate func check(_ members: [String: JSONValue], _ place: String, _ problems: inout [FieldProblem]) {
        let prefix = place.isEmpty ? "" : place + "."
        let known = self.fields.map(\.name)
        for name in members.keys.sorted() where !known.contains(name) && problems.count < Shape.problemLimit {
            let meant = Spelling.nearest(to: name, among: known).map { "“\($0)”, perhaps" }
            let expected = meant ?? "one of \(known.joined(separator: ", "))"
            problems.append(
                FieldProblem(field: prefix + String(name.prefix(64)), expected: expected, got: "an unknown field")
            )
        }
        for field in self.fields {
            if let value = members[field.name] {
                problems += field.shape.problems(in: value, at: prefix + field.name)
            } else if field.isRequired {
                problems.append(
                    FieldProblem(field: prefix + field.name, expected: field.shape.expectation, got: "nothing")
                )
            }
        }
        problems = Array(problems.prefix(Shape.problemLimit))
    }
}
