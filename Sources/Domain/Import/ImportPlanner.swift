/// What importing a row would do.
package enum RowOutcome: Equatable, Sendable {
    /// A contact not known yet.
    case new(ContactDraft)
    /// A known contact with other values.
    case changed(ContactDraft)
    /// A known contact with the same values: nothing to send.
    case unchanged(ContactDraft)
    /// A contact that an earlier line of the file already gave. Where the two lines say the same, there is nothing
    /// to mend.
    case duplicate(of: Int, isIdentical: Bool)
    /// Not importable.
    case refused([RowProblem])

    /// What to mend; empty when nothing is.
    package var problems: [RowProblem] {
        switch self {
        case .new, .changed, .unchanged, .duplicate(_, isIdentical: true): []
        case .duplicate(let line, isIdentical: false): [.duplicateInFile(line: line)]
        case .refused(let problems): problems
        }
    }
}

/// How many rows came to which end. Every row that is not blank is counted once.
package struct ImportSummary: Equatable, Sendable {
    /// Contacts not known yet.
    package var new = 0
    /// Known contacts with other values.
    package var changed = 0
    /// Known contacts with the same values.
    package var unchanged = 0
    /// Rows about a contact of an earlier line.
    package var duplicate = 0
    /// Rows not importable.
    package var refused = 0
    /// Over-long values of free columns that were left out of otherwise imported rows.
    package var leftOutValues = 0

    /// An empty count.
    package init() {}

    /// All rows.
    package var rows: Int { self.new + self.changed + self.unchanged + self.duplicate + self.refused }
}

/// Decides, row by row, what an import would do.
package struct ImportPlanner: Sendable {
    /// The count so far.
    package private(set) var summary = ImportSummary()
    private var seen: [ContactKey: (line: Int, hash: UInt64)] = [:]

    /// A planner that has seen nothing.
    package init() {}

    /// The outcome of the row at `line`. `existing` gives the ``ContactDraft/contentHash`` that was stored with a
    /// contact's last import; nil for an unknown contact.
    package mutating func classify(
        _ reading: RowReading,
        line: Int,
        existing: (ContactKey) -> UInt64?
    ) -> RowOutcome {
        switch reading {
        case .refused(let problems):
            self.summary.refused += 1
            return .refused(problems)
        case .draft(let draft, let leftOut):
            let keys = draft.keys
            let hash = draft.contentHash
            if let earlier = keys.compactMap({ self.seen[$0] }).first {
                self.summary.duplicate += 1
                return .duplicate(of: earlier.line, isIdentical: earlier.hash == hash)
            }
            for key in keys { self.seen[key] = (line, hash) }
            self.summary.leftOutValues += leftOut
            guard let known = keys.compactMap(existing).first else {
                self.summary.new += 1
                return .new(draft)
            }
            if known == hash {
                self.summary.unchanged += 1
                return .unchanged(draft)
            }
            self.summary.changed += 1
            return .changed(draft)
        }
    }
}
