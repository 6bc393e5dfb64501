import Domain

/// What became of a request's events, in their order, and the answer that tells it.
struct EventReport {
    /// One fate per event, once something other than plain acceptance occurred.
    private(set) var fates: [Fate] = []
    /// What each was accepted without; empty until something was.
    private(set) var dropped: [DroppedFields] = []
    /// How many events there were.
    private(set) var count = 0
    /// How many were accepted.
    private(set) var accepted = 0
    /// The first rejection.
    private(set) var rejection: Rejection?

    /// Adds the next event's fate.
    mutating func add(_ fate: Fate, dropped: DroppedFields) {
        if self.fates.isEmpty, fate != .accepted || !dropped.isEmpty {
            self.fates = Array(repeating: .accepted, count: self.count)
            self.dropped = Array(repeating: [], count: self.count)
        }
        if !self.fates.isEmpty || fate != .accepted || !dropped.isEmpty {
            self.fates.append(fate)
            self.dropped.append(dropped)
        }
        self.count += 1
        if fate == .accepted { self.accepted += 1 }
        if case .rejected(let rejection) = fate, self.rejection == nil { self.rejection = rejection }
    }

    /// 204 when there is nothing to say; else each event's outcome. A request of which every event was rejected gets
    /// the first rejection's status.
    var answer: Answer {
        guard !self.fates.isEmpty else { return .empty }
        let isAllRejected = self.fates.allSatisfy { fate in
            if case .rejected = fate { true } else { false }
        }
        let status = isAllRejected ? self.rejection.map { Answer.Status($0) } ?? .ok : .ok
        var lines: [String] = []
        for (index, (fate, dropped)) in zip(self.fates, self.dropped).enumerated() {
            lines.append(Self.line(index, fate, dropped))
        }
        return Self.json(status, "{\"events\":[\(lines.joined(separator: ","))]}")
    }

    /// The answer to a body that is not acceptable as a whole.
    static func answer(to rejection: Rejection) -> Answer {
        Self.json(Answer.Status(rejection), "{\"error\":{\(Self.reason(rejection))}}")
    }

    private static func line(_ index: Int, _ fate: Fate, _ dropped: DroppedFields) -> String {
        let head = "{\"index\":\(index),\"outcome\":"
        switch fate {
        case .accepted:
            guard !dropped.isEmpty else { return head + "\"accepted\"}" }
            let names = dropped.names.map { "\"\($0)\"" }.joined(separator: ",")
            return head + "\"accepted\",\"dropped\":[\(names)]}"
        case .declined(let reason): return head + "\"declined\",\"reason\":\"\(reason.tag)\"}"
        case .rejected(let rejection): return head + "\"rejected\",\(Self.reason(rejection))}"
        }
    }

    // Tags, fields and expectations are our own texts and hold neither quotes nor backslashes.
    private static func reason(_ rejection: Rejection) -> String {
        "\"reason\":\"\(rejection.tag)\",\"field\":\"\(rejection.field)\",\"expected\":\"\(rejection.expectation)\""
    }

    private static func json(_ status: Answer.Status, _ text: String) -> Answer {
        Answer(
            status: status,
            fields: Array("Content-Type: application/json\r\nCache-Control: no-store\r\n".utf8),
            body: Array(text.utf8)
        )
    }
}
