import Domain

/// The accounting of promise 4: what was sent, against the service's own counters.
package struct TrafficReport: Equatable, Sendable {
    /// One counter.
    package struct Line: Equatable, Sendable {
        /// As the service names it.
        package var name: String
        /// What the plan comes to.
        package var expected: Int
        /// What the service counted during the run.
        package var counted: Int

        /// Whether the two agree.
        package var agrees: Bool { self.expected == self.counted }
    }

    private let tally: TrafficTally
    private let after: TrafficStatus.Outcomes
    /// `received = accepted + rejected + declined`, by reason.
    package let intake: [Line]
    /// `accepted = scored + counted + filtered + pending`, by reason.
    package let fates: [Line]

    /// Compares a run's tally with what the service's figures grew by.
    package init(tally: TrafficTally, before: TrafficStatus, after: TrafficStatus) {
        self.tally = tally
        self.after = after.outcomes
        let (old, new) = (before.outcomes, after.outcomes)
        let accepted = tally.count(where: \.isAccepted)
        let rejections = Rejection.allCases.map { reason in
            Line(
                "rejected \(reason.tag)",
                tally.count { $0 == .rejected(reason) },
                old.rejected[reason.tag],
                new.rejected[reason.tag]
            )
        }
        let refusals = DeclineReason.allCases.map { reason in
            Line(
                "declined \(reason.tag)",
                tally.count { $0 == .declined(reason) },
                old.declined[reason.tag],
                new.declined[reason.tag]
            )
        }
        let filters = FilterReason.allCases.dropFirst().map { reason in
            Line(
                "filtered \(reason.tag)",
                tally.count { $0 == .filtered(reason) },
                old.filtered[reason.tag],
                new.filtered[reason.tag]
            )
        }
        self.intake =
            [
                Line("received", tally.count { $0 != .ignored }, old.received, new.received),
                Line("accepted", accepted, old.accepted, new.accepted),
            ] + (rejections + refusals).filter(\.isUsed)
        self.fates =
            [
                Line(
                    "accepted, with confirmations",
                    accepted + tally.confirmations,
                    old.acceptedTotal,
                    new.acceptedTotal
                ),
                Line("scored", tally.count { $0 == .scored } + tally.confirmations, old.scored, new.scored),
                Line("counted", tally.count { $0 == .counted }, old.counted, new.counted),
            ] + filters.filter(\.isUsed) + [Line("pending", 0, nil, new.pending)]
    }

    /// What does not agree, in words; empty when all does.
    package var differences: [String] {
        var found = (self.intake + self.fates).filter { !$0.agrees }
            .map { "\($0.name): sent \($0.expected), the service counted \($0.counted)" }
        let parts = self.after.rejected.values.reduce(0, +) + self.after.declined.values.reduce(0, +)
        if self.after.received != self.after.accepted + parts {
            found.append("the service's own figures: received is not accepted + rejected + declined")
        }
        let ends = self.after.scored + self.after.counted + self.after.filtered.values.reduce(0, +) + self.after.pending
        if self.after.acceptedTotal != ends {
            found.append("the service's own figures: accepted is not scored + counted + filtered + pending")
        }
        return found
    }
}

extension TrafficReport {
    /// The table.
    package var text: String {
        var lines = [Self.row("what was sent", "has to end as", "events")]
        let rows = self.tally.rows.sorted { ($0.key.label, $0.key.outcome.name) < ($1.key.label, $1.key.outcome.name) }
        for (row, count) in rows { lines.append(Self.row(row.label, row.outcome.name, "\(count)")) }
        if self.tally.confirmations > 0 {
            lines.append(Self.row("(its click confirmed)", "scored", "\(self.tally.confirmations)"))
        }
        for (title, part) in [
            ("received = accepted + rejected + declined", self.intake),
            ("accepted = scored + counted + filtered + pending", self.fates),
        ] {
            lines += ["", title, Self.row("", "sent", "service")]
            for line in part {
                lines.append(
                    Self.row(line.name, "\(line.expected)", "\(line.counted)") + (line.agrees ? "" : "  differs")
                )
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ label: String, _ middle: String, _ number: String) -> String {
        "  " + Self.padded(label, to: 34) + Self.padded(middle, to: 26) + Self.padded(number, to: -8)
    }

    /// Filled with spaces at the end, or at the start for a negative width.
    private static func padded(_ text: String, to width: Int) -> String {
        let spaces = String(repeating: " ", count: max(1, abs(width) - text.count))
        return width < 0 ? spaces + text : text + spaces
    }
}

extension TrafficReport.Line {
    fileprivate init(_ name: String, _ expected: Int, _ before: UInt64?, _ after: UInt64?) {
        self.init(name: name, expected: expected, counted: Int(clamping: after ?? 0) - Int(clamping: before ?? 0))
    }

    fileprivate var isUsed: Bool { self.expected != 0 || self.counted != 0 }
}

extension TrafficOutcome {
    fileprivate var isAccepted: Bool {
        switch self {
        case .scored, .counted, .filtered: true
        case .rejected, .declined, .ignored: false
        }
    }
}
