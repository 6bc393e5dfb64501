/// A working day of a small company's website and mailings: who does what when, and what has to become of it.
///
/// Everything follows from the seed; what only a run knows (time, tokens, links) is filled in by ``TrafficRunner``.
package struct TrafficPlan: Equatable, Sendable {
    /// The pages the run's newsletter links to; a scanner follows all of them.
    package static let linkPaths = [
        "/produits/maintenance", "/produits/energie", "/tarifs", "/etudes-de-cas/usine", "/etudes-de-cas/hopital", "/",
    ]

    /// Whom the newsletter goes to.
    package let contacts: [TrafficContact]
    /// In the order of the day.
    package let journeys: [TrafficJourney]

    /// The day of a seed, with so many strangers, and an eighth as many known contacts (at least eight).
    package init(seed: UInt64, visitors: Int) {
        var builder = TrafficJourneyBuilder(random: TrafficRandom(seed: seed))
        let contacts = (0..<max(8, visitors / 8)).map { builder.contact(number: $0) }
        var journeys = (0..<max(0, visitors)).map { builder.stranger(number: $0) }
        journeys += contacts.indices.map { builder.journey(of: $0) }
        self.contacts = contacts
        // The builder's order decides among those of one minute.
        self.journeys = journeys.enumerated()
            .sorted { ($0.element.minute, $0.offset) < ($1.element.minute, $1.offset) }
            .map(\.element)
    }
}

/// How many events of the plan have to end how.
package struct TrafficTally: Equatable, Sendable {
    /// What was sent under a label, and what has to become of it.
    package struct Row: Hashable, Sendable {
        package var label: String
        package var outcome: TrafficOutcome
    }

    /// How often.
    package private(set) var rows: [Row: Int] = [:]
    /// Confirmations of clicks, which landing pages leave beside their own view.
    package private(set) var confirmations = 0

    /// What a plan comes to.
    package init(_ plan: TrafficPlan) {
        for step in plan.journeys.lazy.flatMap(\.steps) {
            for outcome in step.outcomes { self.rows[Row(label: step.label, outcome: outcome), default: 0] += 1 }
            self.confirmations += step.confirmations
        }
    }

    /// How many events end so.
    package func count(where matches: (TrafficOutcome) -> Bool) -> Int {
        self.rows.reduce(0) { $0 + (matches($1.key.outcome) ? $1.value : 0) }
    }
}
