/// How ripe a contact is, what was made of it, and when it must be looked at again: a state machine over the score.
///
/// A stage is entered only on evidence and left whenever the score is below its lower level. Hot and allowed, the
/// contact is handed over once; not again before the cooldown is over (design, section 6).
package struct Ripeness: Equatable, Sendable {
    /// The stage.
    package var stage = Stage.cold
    /// Whether sales has them now.
    package var isHandedOver = false
    /// When they were last handed over; `.distantPast` if never, or if that was withdrawn.
    package var handedOverAt = Timestamp.distantPast
    /// Hot, but on unconfirmed points alone.
    package var awaitsConfirmation = false
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
        self.leave(cause, reading, &actions)
        if cause == .evidence { self.enter(reading, &actions) }
        if self.stage == .hot, !self.isHandedOver { self.tryHandOver(reading, &actions) }
        return actions
    }

    /// When a hot contact that waits for its cooldown may be handed over; nil if none waits.
    package func cooldownEnd(_ cooldown: TimeSpan) -> Timestamp? {
        guard self.stage == .hot, !self.isHandedOver, !self.awaitsConfirmation, self.handedOverAt != .distantPast else {
            return nil
        }
        return self.handedOverAt.adding(cooldown)
    }

    private mutating func leave(_ cause: Cause, _ reading: Reading, _ actions: inout [Action]) {
        if self.stage == .hot, reading.score < reading.hot.leave {
            self.stage = .warm
            self.awaitsConfirmation = false
            if self.isHandedOver {
                self.isHandedOver = false
                if cause == .reversal {
                    self.handedOverAt = .distantPast
                    actions.append(.withdraw)
                } else {
                    actions.append(.cool)
                    if !self.isAnswered, !reading.isExcluded { actions.append(.nurture) }
                }
            }
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

    private mutating func tryHandOver(_ reading: Reading, _ actions: inout [Action]) {
        self.awaitsConfirmation = false
        guard !reading.isExcluded else { return }
        guard reading.lastConfirmed.adding(Self.confirmationWindow) >= reading.now else {
            self.awaitsConfirmation = true
            return
        }
        let isCooling =
            self.handedOverAt != .distantPast
            && self.handedOverAt.adding(reading.cooldown) > reading.now
        guard !isCooling else { return }
        self.isHandedOver = true
        self.isAnswered = false
        self.handedOverAt = reading.now
        actions.append(.handOver)
    }
}
