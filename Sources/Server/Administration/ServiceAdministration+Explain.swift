import Catalog
package import Domain
import ScoreStore

extension ServiceAdministration {
    /// How often ledger and balances are read until both are of the same records.
    private static let attempts = 50

    package func explain(_ reference: ContactReference) async throws -> ExplainView {
        let contact = try await self.row(of: reference).record.contact
        let slot = self.core.store.slots.slot(of: contact)
        for _ in 0..<Self.attempts {
            let before = self.core.store.read(slot) { (offset: $0.offset, contact: $0.contact(contact)) }
            guard let snapshot = try await self.core.catalog.explainSnapshot(of: contact), let known = before.contact
            else { throw AdministrationError.notFound("contact \(reference.text)") }
            let model = self.core.store.currentModel
            let after = self.core.store.read(slot) { $0.offset }
            // All the slot folded is in the catalog, and it folded nothing since: both show the same records.
            if after == before.offset, snapshot.applied?.offset ?? 0 >= before.offset {
                return Self.explanation(of: snapshot, known, model, at: self.now)
            }
            try self.checkIsWorking()
            await self.core.reached(after)
        }
        throw AdministrationError.unavailable(retryAfterSeconds: 1, "The contact changes too fast to be read.")
    }

    private static func explanation(
        of snapshot: ExplainSnapshot,
        _ contact: Contact,
        _ model: CompiledModel?,
        at now: Timestamp
    ) -> ExplainView {
        let readings = Self.readings(model, at: now)
        var total = ScoreTotals()
        var earlier = 0.0
        for balance in snapshot.earlier.balances {
            guard let now = readings[balance.group] else { continue }
            let worth = balance.value * Exp2.power(balance.decay - now)
            earlier += worth
            total.add(worth, group: balance.group)
        }
        let entries = snapshot.entries.map { row in
            let worth = Self.worth(of: row, readings)
            if worth != 0 { total.add(worth, group: row.entry.group) }
            return LedgerView(row, worth: worth)
        }
        let reading = model.map { ScoreReading(of: contact, model: $0, at: now) }
        let grade = snapshot.contact.standing.grade
        let stages = model?.source.stages ?? ScoringModel.Stages()
        let forStages = reading?.forStages ?? 0
        return ExplainView(
            contact: ContactView(snapshot.contact),
            asOf: now,
            applied: snapshot.applied,
            entries: entries,
            earlier: snapshot.earlier.count == 0
                ? nil : EarlierEntriesView(count: snapshot.earlier.count, worth: earlier),
            sum: total.sum,
            balance: reading?.total ?? 0,
            forStages: forStages,
            groups: total.groups,
            topics: model.map { Self.topics(of: contact, $0, readings) } ?? [],
            stage: StageView(
                stage: snapshot.contact.standing.stage,
                grade: grade,
                score: forStages,
                warm: stages.warm,
                hot: model?.hotLevels(for: grade) ?? stages.hot,
                awaitsConfirmation: snapshot.contact.standing.awaitsConfirmation,
                isExcluded: contact.isExcluded(by: model)
            ),
            modelVersion: model?.source.version ?? 0
        )
    }

    /// What the contact's balances of each topic are worth together, all groups that the model names.
    private static func topics(
        of contact: Contact,
        _ model: CompiledModel,
        _ readings: [String: Double]
    ) -> [NamedTotal] {
        var worth: [String: Double] = [:]
        for balance in contact.balances.list {
            guard let now = readings[model.groupNames[Int(balance.group)]] else { continue }
            worth[model.topicNames[Int(balance.topic)], default: 0] += balance.value(at: now)
        }
        return ScoreTotals.sorted(worth)
    }

    /// What the decay clocks of the groups read that the model names: others add nothing.
    private static func readings(_ model: CompiledModel?, at now: Timestamp) -> [String: Double] {
        guard let model else { return [:] }
        var readings: [String: Double] = [:]
        for (index, name) in model.groupNames.enumerated() where model.maxima[index] != nil {
            readings[name] = model.clocks[index].reading(at: now)
        }
        return readings
    }

    private static func worth(of row: LedgerRow, _ readings: [String: Double]) -> Double {
        guard row.state == .settled, let now = readings[row.entry.group] else { return 0 }
        return row.entry.granted * Exp2.power(row.entry.decay - now)
    }
}

/// What entries are worth together, all and by group.
private struct ScoreTotals {
    private(set) var sum = 0.0
    private var byGroup: [String: Double] = [:]

    mutating func add(_ worth: Double, group: String) {
        self.sum += worth
        self.byGroup[group, default: 0] += worth
    }

    var groups: [NamedTotal] { Self.sorted(self.byGroup) }

    static func sorted(_ totals: [String: Double]) -> [NamedTotal] {
        totals.map { NamedTotal(name: $0.key, worth: $0.value) }
            .sorted { ($1.worth, $0.name) < ($0.worth, $1.name) }
    }
}
