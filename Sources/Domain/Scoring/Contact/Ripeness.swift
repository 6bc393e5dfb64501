/// How ripe a contact is, what was made of it, and when it must be looked at again: a state machine over the score.
///
/// A stage is entered only on evidence and left whenever the score is below its lower level. Hot and allowed, the
/// contact is handed over once; not again before the cooldown is over (design, section 6). Handing over follows from
/// evidence, or ends a wait that evidence began: nothing else, a publication least of all, hands anybody over.
package struct Ripeness: Equatable, Sendable {
    /// The stage.
    package var stage = Stage.cold
    /// Whether sales has them now.
    package var isHandedOver = false
    /// When they were last handed over; `.distantPast` if never, or if that was withdrawn.
    package var handedOverAt = Timestamp.distantPast
    /// When the cooldown of that hand-over ends, by the model it was made under; `.distantPast` if there is none.
    package var cooldownEnd = Timestamp.distantPast
    /// Hot, but on unconfirmed points alone.
    package var awaitsConfirmation = false
    /// Hot again, but handed over too recently.
    package var awaitsCooldown = false
    /// Whether sales answered the present hand-over.
    package var isAnswered = false

    /// A contact nobody has looked at.
    package init() {}

    /// A hand-over needs a human act this recent.
    package static let confirmationWindow = TimeSpan.days(30)

    /// What has just happened to the score.
    package enum Cause: Equatable, Sendable {
        /// Positive points or a better grade.
        case evidence
        /// Points were taken back.
        case reversal
        /// Time passed, or something neutral.
        case time
    }

    /// What the machine looks at.
    package struct Reading: Equatable, Sendable {
        package var score: Double
        package var warm: ScoringModel.Levels
        package var hot: ScoringModel.Levels
        package var cooldown: TimeSpan
        package var lastConfirmed: Timestamp
        /// Excluded by status, or objecting: scored, never handed over.
        package var isExcluded: Bool
        package var now: Timestamp

        /// A reading.
        package init(
            score: Double,
            warm: ScoringModel.Levels,
            hot: ScoringModel.Levels,
            cooldown: TimeSpan,
            lastConfirmed: Timestamp,
            isExcluded: Bool,
            now: Timestamp
        ) {
            self.score = score
            self.warm = warm
            self.hot = hot
            self.cooldown = cooldown
            self.lastConfirmed = lastConfirmed
            self.isExcluded = isExcluded
            self.now = now
        }
    }

    /// What is to be done.
    package enum Action: Equatable, Sendable {
        case handOver
        case withdraw
        case cool
        case nurture
    }

    /// Moves to where the score says. Returns what is to be done, in order.
    package mutating func advance(_ cause: Cause, _ reading: Reading) -> [Action] {
        var actions: [Action] = []
        if cause == .reversal { self.withdrawUnconfirmed(reading, &actions) }
        self.leave(cause, reading, &actions)
        if cause == .evidence { self.enter(reading, &actions) }
        if self.stage == .hot, !self.isHandedOver { self.tryHandOver(cause, reading, &actions) }
        return actions
    }

    /// Sales no longer has them, and a new hand-over need not wait.
    package mutating func withdraw() {
        self.isHandedOver = false
        self.handedOverAt = .distantPast
        self.cooldownEnd = .distantPast
    }

    /// The acts that allowed the hand-over were not theirs after all.
    private mutating func withdrawUnconfirmed(_ reading: Reading, _ actions: inout [Action]) {
        guard self.isHandedOver, reading.lastConfirmed.adding(Self.confirmationWindow) < self.handedOverAt else {
            return
        }
        self.withdraw()
        self.awaitsConfirmation = true
        actions.append(.withdraw)
    }

    private mutating func leave(_ cause: Cause, _ reading: Reading, _ actions: inout [Action]) {
        if self.stage == .hot, reading.score < reading.hot.leave {
            self.stage = .warm
            self.awaitsConfirmation = false
            self.awaitsCooldown = false
            if self.isHandedOver {
                if cause == .reversal {
                    self.withdraw()
                    actions.append(.withdraw)
                } else {
                    self.isHandedOver = false
                    actions.append(.cool)
                }
            }
            // Points that were taken back leave nothing to pursue.
            if cause != .reversal, !self.isAnswered, !reading.isExcluded { actions.append(.nurture) }
        }
        if self.stage == .warm, reading.score < reading.warm.leave { self.stage = .cold }
    }

    private mutating func enter(_ reading: Reading, _ actions: inout [Action]) {
        if self.stage == .cold, reading.score >= reading.warm.enter {
            self.stage = .warm
            if reading.score < reading.hot.enter, !reading.isExcluded { actions.append(.nurture) }
        }
        if self.stage == .warm, reading.score >= reading.hot.enter { self.stage = .hot }
    }

    private mutating func tryHandOver(_ cause: Cause, _ reading: Reading, _ actions: inout [Action]) {
        let hasWaited = self.awaitsConfirmation || self.awaitsCooldown
        self.awaitsConfirmation = false
        self.awaitsCooldown = false
        guard !reading.isExcluded, cause == .evidence || hasWaited else { return }
        guard reading.lastConfirmed.adding(Self.confirmationWindow) >= reading.now else {
            self.awaitsConfirmation = true
            return
        }
        guard self.cooldownEnd <= reading.now else {
            self.awaitsCooldown = true
            return
        }
        self.isHandedOver = true
        self.isAnswered = false
        self.handedOverAt = reading.now
        self.cooldownEnd = reading.now.adding(reading.cooldown)
        actions.append(.handOver)
    }
}
