/// What falls due for a contact by time alone: held entries, the end of a stage, of a cooldown, of a manual entry,
/// and silence.
///
/// Due things are applied at their own time before anything later is folded, so that a tick decides when they are
/// noticed and never what is true.
extension ContactFold {
    /// When the contact must be looked at next; `.never` if nothing waits.
    ///
    /// What only a new model makes due, a new silence, is due when that model was published and not before: nothing
    /// is ever dated behind what was folded already.
    package static func nextDue(_ contact: Contact, model: CompiledModel?) -> Timestamp {
        var due = min(contact.stageEnd, contact.provisional.map(\.heldUntil).min() ?? .never)
        due = min(due, contact.expiring.map(\.expires).min() ?? .never)
        guard let model else { return due }
        if contact.ripeness.awaitsCooldown { due = min(due, contact.ripeness.cooldownEnd) }
        for rule in model.silentRules where !contact.firedSilence.contains(rule.grant.key) {
            guard contact.lastSeen != .distantPast, let silent = rule.condition.silent else { continue }
            due = min(due, max(contact.lastSeen.adding(silent), model.published))
        }
        return due
    }

    /// Computes anew when the stage ends by decay if nothing happens before.
    package mutating func setStageEnd() {
        guard let model, self.contact.ripeness.stage != .cold else {
            self.contact.stageEnd = .never
            return
        }
        let levels =
            self.contact.ripeness.stage == .hot ? model.hotLevels(for: self.grade) : model.source.stages.warm
        self.contact.stageEnd = ScoreReading(of: self.contact, model: model, at: self.now).timeBelow(levels.leave)
    }

    /// Applies everything that fell due at exactly this time.
    package mutating func applyDue(at due: Timestamp) {
        self.now = due
        var cause = Ripeness.Cause.time
        for held in self.contact.provisional where held.heldUntil <= due {
            self.settle(held)
            if held.points > 0 { cause = .evidence }
        }
        for ending in self.contact.expiring where ending.expires <= due {
            self.expire(ending)
            if cause == .time { cause = .reversal }
        }
        self.contact.expiring.removeAll { $0.expires <= due }
        self.fireSilence(due)
        self.finish(cause)
    }

    /// Takes back what is left of a manual entry whose time is over.
    mutating func expire(_ ending: Contact.ExpiringEntry) {
        self.reverse(
            ending.entry,
            points: ending.points,
            reading: ending.reading,
            group: ending.group,
            topic: 0,
            reason: .expired,
            trust: .authenticated
        )
    }

    private mutating func fireSilence(_ due: Timestamp) {
        guard let model else { return }
        for rule in model.silentRules where !self.contact.firedSilence.contains(rule.grant.key) {
            guard let silent = rule.condition.silent, self.contact.lastSeen != .distantPast,
                self.contact.lastSeen.adding(silent) <= due
            else { continue }
            self.contact.firedSilence.append(rule.grant.key)
            let grade = self.grade
            let matches = rule.condition.contact.allSatisfy {
                self.contact.value(ofField: $0.field, grade: grade) == $0.value
            }
            // Silence after a person's acts is no machine's doing, so it may alert where those were confirmed.
            guard matches, !self.isExcluded, self.contact.lastConfirmed != .distantPast else { continue }
            self.notify(.alert, detail: rule.grant.name, isDigest: rule.grant.alert == .digest)
        }
    }
}
