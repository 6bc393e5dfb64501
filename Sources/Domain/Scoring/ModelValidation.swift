/// One reason why a model cannot be published.
package struct ModelProblem: Equatable, Sendable {
    /// Where: the names of the model's file, list places counted from 0: `rules[3].limit`, `groups.web.max`,
    /// `pages[/tarifs].points`.
    package var field: String
    /// What should stand there.
    package var expected: String
    /// What does.
    package var got: String

    /// A problem.
    package init(field: String, expected: String, got: String) {
        self.field = field
        self.expected = expected
        self.got = got
    }
}

extension ScoringModel {
    /// Everything that keeps the model from being published, in the order of the model; empty if it can be.
    package func problems() -> [ModelProblem] {
        var check = ModelCheck(groups: Set(self.groups.map(\.name)))
        check.that(self.version >= 1, "version", "a whole number from 1 on", "\(self.version)")
        check.groups(self.groups)
        check.pages(self.pages)
        check.rules(self.rules)
        check.within(self.unconfirmed, 0...1, "unconfirmed")
        check.within(self.claimedMax, 0...ModelCheck.largest, "claimed_max")
        check.statuses(self.excludedStatuses)
        check.fit(self.fit)
        check.stages(self.stages)
        let topics = Set(self.pages.compactMap(\.topic) + self.rules.compactMap(\.topic))
        check.that(topics.count <= Limits.topics, "topics", "at most \(Limits.topics) topics", "\(topics.count)")
        self.checkSize(&check)
        return check.problems
    }

    // A record may not be larger than the log takes; the frame and the publication's own fields need some room.
    private func checkSize(_ check: inout ModelCheck) {
        let room = 4_096
        var writer = ByteWriter()
        self.encode(to: &writer)
        let limit = Limits.recordBytes - room
        check.that(writer.bytes.count <= limit, "model", "at most \(limit) bytes in the log", "\(writer.bytes.count)")
    }
}

/// Collects the problems of one model.
struct ModelCheck {
    /// The largest number of points, thresholds and factors, either way: far above anything sensible, and far below
    /// where sums would lose whole points.
    static let largest = 1_000_000.0
    /// The longest span: ten years.
    static let longest = TimeSpan.days(3_650)

    private(set) var problems: [ModelProblem] = []
    let groupNames: Set<String>

    init(groups: Set<String>) { self.groupNames = groups }

    mutating func that(_ holds: Bool, _ field: String, _ expected: String, _ got: @autoclosure () -> String) {
        guard !holds else { return }
        self.problems.append(ModelProblem(field: field, expected: expected, got: got()))
    }

    mutating func within(_ value: Double, _ range: ClosedRange<Double>, _ field: String) {
        let expected = "a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
        self.that(range.contains(value), field, expected, Self.text(value))
    }

    mutating func span(_ span: TimeSpan, _ field: String, from least: TimeSpan = .milliseconds(1)) {
        let expected = least.microseconds > 0 ? "a duration over 0s, at most 3650d" : "a duration of at most 3650d"
        self.that(span >= least && span <= Self.longest, field, expected, Self.text(span))
    }

    mutating func count(_ count: Int, atMost limit: Int, _ field: String) {
        self.that(count <= limit, field, "at most \(limit) items", "\(count)")
    }

    mutating func text(_ text: String, _ field: String) {
        let count = text.utf8.count
        self.that(count > 0 && count <= Limits.nameBytes, field, "1 to \(Limits.nameBytes) bytes", "\(count)")
    }

    mutating func limit(_ limit: ScoringModel.Limit?, _ field: String) {
        guard let limit else { return }
        self.that(limit.count >= 1, field, "a count from 1 on", "\(limit.count)")
        self.span(limit.window, field)
    }

    mutating func groupExists(_ name: String?, _ field: String) {
        guard let name, !self.groupNames.contains(name) else { return }
        let known = self.groupNames.sorted().joined(separator: ", ")
        self.that(false, field, "one of the model's groups (\(known))", Self.quoted(name))
    }

    mutating func pattern(_ pattern: String, _ field: String) {
        guard let expected = PathPattern.problem(in: pattern) else { return }
        self.that(false, field, expected, Self.quoted(pattern))
    }

    mutating func unique(_ name: String, in seen: inout Set<String>, _ field: String, _ expected: String) {
        self.that(seen.insert(name).inserted, field, expected, "\(Self.quoted(name)) again")
    }

    /// Letters, digits, `_`, `-` and `.`: a name that needs no quotes anywhere.
    mutating func identifier(_ name: String, _ field: String) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        let holds = isPlain && !name.isEmpty && name.utf8.count <= Limits.nameBytes
        self.that(holds, field, "a name of letters, digits, _, - and .", Self.quoted(name))
    }

    static func quoted(_ text: String) -> String { "\"\(text)\"" }

    // A whole number is shown without the fraction that `Double` would add.
    static func text(_ value: Double) -> String {
        abs(value) < 1e15 && value == value.rounded() ? "\(Int64(value))" : "\(value)"
    }

    static func text(_ span: TimeSpan) -> String { "\(self.text(Double(span.microseconds) / 1_000_000))s" }
}
