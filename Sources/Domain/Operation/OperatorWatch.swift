/// Which conditions stand, and what of them the operator was told: a state machine that is shown what holds, again and
/// again, and answers with notices. Kept by whoever runs it, so that once is once, also over restarts.
package struct OperatorWatch: Equatable, Sendable {
    /// A condition that holds, or held a moment ago.
    package struct Standing: Equatable, Sendable {
        /// When it began.
        package var since: Timestamp
        /// When it was first found over; nil while it holds.
        package var overSince: Timestamp?
        /// Whether the operator was told.
        package var isTold: Bool
        /// What was last said of it.
        package var detail: String

        /// A standing.
        package init(since: Timestamp, overSince: Timestamp? = nil, isTold: Bool, detail: String) {
            self.since = since
            self.overSince = overSince
            self.isTold = isTold
            self.detail = detail
        }
    }

    /// What stands. Bounded by the destinations and sites there are.
    package private(set) var standings: [OperatorCondition: Standing]

    /// A watch that knows of these.
    package init(_ standings: [OperatorCondition: Standing] = [:]) { self.standings = standings }

    /// Takes in what holds at `now`, each with its words; returns what is to be told, in a fixed order.
    package mutating func observe(_ found: [OperatorCondition: String], at now: Timestamp) -> [OperatorNotice] {
        var notices: [OperatorNotice] = []
        for (condition, detail) in found {
            var standing = self.standings[condition] ?? Standing(since: now, isTold: false, detail: detail)
            // A clock that was set back makes nothing older than it is.
            standing.since = min(standing.since, now)
            standing.overSince = nil
            // The words are kept as they were told: a count that changes is no news.
            if !standing.isTold { standing.detail = detail }
            if !standing.isTold, now.since(standing.since) >= condition.patience {
                standing.isTold = true
                notices.append(Self.notice(condition, standing, isOver: false, now))
            }
            self.standings[condition] = standing
        }
        for (condition, standing) in self.standings where found[condition] == nil {
            var standing = standing
            let overSince = min(standing.overSince ?? now, now)
            standing.overSince = overSince
            self.standings[condition] = standing.isTold ? standing : nil
            guard standing.isTold, now.since(overSince) >= condition.calm else { continue }
            self.standings[condition] = nil
            notices.append(Self.notice(condition, standing, isOver: true, now))
        }
        return notices.sorted {
            ($0.condition.name, $0.condition.subject) < ($1.condition.name, $1.condition.subject)
        }
    }

    private static func notice(
        _ condition: OperatorCondition,
        _ standing: Standing,
        isOver: Bool,
        _ now: Timestamp
    ) -> OperatorNotice {
        OperatorNotice(
            condition: condition,
            isOver: isOver,
            since: standing.since,
            time: now,
            detail: isOver ? "over: \(standing.detail)" : standing.detail
        )
    }
}
