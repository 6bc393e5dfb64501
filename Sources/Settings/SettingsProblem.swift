/// One thing that is wrong with a file, an environment variable or an option, and how to mend it.
package struct SettingsProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file as it was named, `environment` or `command line`.
    package var source: String
    /// The line in the file, from 1; nil where there is none.
    package var line: Int?
    /// The field with its place, `rules[3].limit` (places are counted from 0); empty for the file as a whole.
    package var field: String
    /// What was expected, what was found, and where it helps, what was probably meant.
    package var message: String

    /// A problem.
    package init(source: String, line: Int? = nil, field: String = "", message: String) {
        self.source = source
        self.line = line
        self.field = field
        self.message = message
    }

    /// `model.yaml:12: rules[3].limit: expected "N per day|…", got "3 a day"`.
    package var description: String {
        let place = self.line.map { "\(self.source):\($0)" } ?? self.source
        return self.field.isEmpty ? "\(place): \(self.message)" : "\(place): \(self.field): \(self.message)"
    }
}

/// The problems of one file while it is read, and the line of each field.
final class ProblemReport {
    /// Problems shown at once; whoever has more has enough to do.
    static let limit = 100

    let source: String
    private(set) var problems: [SettingsProblem] = []
    private var lines: [String: Int] = [:]

    init(source: String) { self.source = source }

    func add(line: Int?, field: String, _ message: String) {
        guard self.problems.count < Self.limit else { return }
        self.problems.append(SettingsProblem(source: self.source, line: line, field: field, message: message))
    }

    /// Remembers where a field stands.
    func note(_ field: String, line: Int?) {
        if let line { self.lines[field] = line }
    }

    /// The line of a field, or of the nearest one around it.
    func line(of field: String) -> Int? {
        var name = Substring(field)
        while !name.isEmpty {
            if let line = self.lines[String(name)] { return line }
            guard let cut = name.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
            name = name[..<cut]
        }
        return nil
    }

    /// What was found, in the order of the file.
    var sorted: [SettingsProblem] {
        self.problems.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
        }.map(\.element)
    }
}
