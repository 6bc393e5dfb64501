/// A score with everything it is made of, all from one moment of the catalog (promise 2): ``sum`` is the plain sum of
/// what the ``entries``, and those ``earlier``, are worth at ``asOf``.
package struct ExplainView: Equatable, Sendable, Encodable {
    package var contact: ContactView
    /// The moment everything is reckoned for.
    package var asOf: String
    /// How much of the log the catalog held then.
    package var applied: PositionView?
    /// The newest entries, oldest first: what was dropped is worth nothing, and says why.
    package var entries: [LedgerView]
    /// The entries before these, summed up; nil if these are all.
    package var earlier: EarlierEntriesView?
    /// What the settled entries are worth together.
    package var sum: Double
    /// What the stored balances say; differs from ``sum`` by rounding alone.
    package var balance: Double
    /// What the stages look at: claims count at most the model's maximum.
    package var forStages: Double
    /// What the entries of each group are worth together.
    package var groups: [NamedTotal]
    /// What the stored balances say of each topic: the few that are worth most, and "no topic", which holds the rest.
    package var topics: [NamedTotal]
    package var stage: StageView
    /// The version of the model in force.
    package var modelVersion: UInt32

    /// An explanation.
    package init(
        contact: ContactView,
        asOf: Timestamp,
        applied: LogPosition?,
        entries: [LedgerView],
        earlier: EarlierEntriesView? = nil,
        sum: Double,
        balance: Double,
        forStages: Double,
        groups: [NamedTotal],
        topics: [NamedTotal],
        stage: StageView,
        modelVersion: UInt32
    ) {
        self.contact = contact
        self.asOf = asOf.rfc3339
        self.applied = applied.map(PositionView.init)
        self.entries = entries
        self.earlier = earlier
        self.sum = sum
        self.balance = balance
        self.forStages = forStages
        self.groups = groups
        self.topics = topics
        self.stage = stage
        self.modelVersion = modelVersion
    }
}

/// Entries that an explanation sums up.
package struct EarlierEntriesView: Equatable, Sendable, Encodable {
    /// How many.
    package var count: Int
    /// What they are worth together.
    package var worth: Double

    /// Entries.
    package init(count: Int, worth: Double) {
        self.count = count
        self.worth = worth
    }
}

/// What the entries of one group or topic are worth together.
package struct NamedTotal: Equatable, Sendable, Encodable {
    /// The group or topic; empty for "no topic".
    package var name: String
    package var worth: Double

    /// A total.
    package init(name: String, worth: Double) {
        self.name = name
        self.worth = worth
    }
}

/// A contact's stage, and what leads out of it.
package struct StageView: Equatable, Sendable, Encodable {
    package var stage: String
    package var grade: String
    /// The levels in force for this contact's grade.
    package var warm: LevelsView
    package var hot: LevelsView
    /// The next stage up; nil when hot.
    package var next: String?
    /// How many points are missing to it; 0 if only evidence is.
    package var missing: Double?
    /// Hot on unconfirmed points alone.
    package var awaitsConfirmation: Bool
    /// Whether the contact's status or objection keeps them from being handed over.
    package var isExcluded: Bool

    /// The stage of a contact whose score for the stages is this.
    package init(
        stage: Stage,
        grade: Grade,
        score: Double,
        warm: ScoringModel.Levels,
        hot: ScoringModel.Levels,
        awaitsConfirmation: Bool,
        isExcluded: Bool
    ) {
        self.stage = stage.name
        self.grade = grade.name
        self.warm = LevelsView(warm)
        self.hot = LevelsView(hot)
        switch stage {
        case .cold:
            self.next = Stage.warm.name
            self.missing = max(0, warm.enter - score)
        case .warm:
            self.next = Stage.hot.name
            self.missing = max(0, hot.enter - score)
        case .hot:
            self.next = nil
            self.missing = nil
        }
        self.awaitsConfirmation = awaitsConfirmation
        self.isExcluded = isExcluded
    }
}

/// Where a stage is entered and left.
package struct LevelsView: Equatable, Sendable, Encodable {
    package var enter: Double
    package var leave: Double

    /// A view of levels.
    package init(_ levels: ScoringModel.Levels) {
        self.enter = levels.enter
        self.leave = levels.leave
    }
}

/// A place in the log.
package struct PositionView: Equatable, Sendable, Encodable {
    /// Sixteen hexadecimal digits.
    package var stream: String
    package var offset: UInt64

    /// A view of a position.
    package init(_ position: LogPosition) {
        self.stream = position.stream.description
        self.offset = position.offset
    }
}
