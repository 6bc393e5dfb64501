import Yams

/// Turns YAML into nodes, and whatever is wrong with it as YAML into problems with a line.
enum YAMLText {
    /// The document's root; nil if there is none, with the reason in the report.
    static func root(_ text: String, limit: Int, report: ProblemReport) -> Node? {
        guard text.utf8.count <= limit else {
            report.add(line: nil, field: "", "expected at most \(limit) bytes, got \(text.utf8.count)")
            return nil
        }
        if let line = self.lineOfReference(in: text) {
            report.add(line: line, field: "", "expected no anchors and aliases; put quotes around a word in & or *")
            return nil
        }
        do {
            if let root = try Yams.compose(yaml: text) { return root }
            report.add(line: 1, field: "", "expected settings, got an empty file")
        } catch {
            self.describe(error, text, report)
        }
        return nil
    }

    private static func describe(_ error: any Error, _ text: String, _ report: ProblemReport) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            report.add(line: mark.line, field: "", "expected YAML: \(problem) (column \(mark.column))")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
            report.add(line: context.mark.line, field: "", "expected each key once, got \(names) again further down")
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.prefix($0).count(where: \.isNewline) + 1 }
            report.add(line: line, field: "", "expected YAML: \(problem)")
        default:
            report.add(line: nil, field: "", "expected YAML, got something that cannot be read")
        }
    }

    /// The line of the first thing that may be an anchor (`&name`) or an alias (`*name`), wherever it stands.
    ///
    /// A few nested aliases stand for billions of nodes, and comparing keys would visit them all. So they are refused
    /// before anything is parsed, and without knowing what is quoted or commented: a check that guessed at quotes
    /// could be led astray by an apostrophe. YAML only knows them in front of a letter, a digit, `-` or `_`, and
    /// behind a blank, a line's start or one of the marks below; so a pattern such as `/blog/*` is not meant.
    private static func lineOfReference(in text: String) -> Int? {
        var line = 1
        var previous: Unicode.Scalar = "\n"
        var isCandidate = false
        for scalar in text.unicodeScalars {
            if isCandidate, self.isNamePart(scalar) { return line }
            isCandidate = (scalar == "*" || scalar == "&") && self.startsToken(after: previous)
            if scalar == "\n" { line += 1 }
            previous = scalar
        }
        return nil
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    // Beside blanks: the byte order mark and the three other line breaks of YAML 1.1.
    private static func startsToken(after scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\n", "\r", "[", "{", "]", "}", ",", ":", "?", "\u{feff}", "\u{85}", "\u{2028}", "\u{2029}":
            true
        default: false
        }
    }
}
