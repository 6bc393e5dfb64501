/// An event as a profile's rules see it: the record, its texts, and where it falls in the profile's visits.
package struct Fact {
    /// The event.
    package let event: EventRecord
    /// What the event's text ranges point into.
    package let bytes: UnsafeRawBufferPointer
    /// When it was received.
    package let time: Timestamp
    /// Which visit starts with it, if one does.
    package let visit: ScoringModel.Visit?
    /// How long the profile had been away, if a visit starts.
    package let absence: TimeSpan

    /// A fact.
    package init(
        event: EventRecord,
        bytes: UnsafeRawBufferPointer,
        time: Timestamp,
        visit: ScoringModel.Visit?,
        absence: TimeSpan
    ) {
        self.event = event
        self.bytes = bytes
        self.time = time
        self.visit = visit
        self.absence = absence
    }

    /// When it happened: received less its lateness.
    package var date: Timestamp {
        Timestamp(microseconds: self.time.microseconds - Int64(self.event.latenessSeconds) * 1_000_000)
    }

    /// The path's bytes.
    package var path: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self.bytes[self.event.path.bounds]) }

    /// A visit ends after so much inactivity.
    package static let visitGap = TimeSpan.minutes(30)

    /// Calls `body` with every grant this fact earns: its page's first, then the rules' in the author's order.
    /// `contactMatches` answers a rule's conditions on the contact.
    package func forEachGrant(
        in model: CompiledModel,
        contactMatches: ([ScoringModel.FieldMatch]) -> Bool,
        _ body: (Grant) -> Void
    ) {
        if self.event.kind == .pageView, !self.event.path.isEmpty, let grant = model.pageGrant(path: self.path),
            grant.points != 0
        {
            body(grant)
        }
        let name = UnsafeRawBufferPointer(rebasing: self.bytes[self.event.name.bounds])
        model.forEachCandidate(self.event.kind, path: self.path, name: name) { number in
            let rule = model.rules[number]
            guard self.meets(rule), contactMatches(rule.condition.contact) else { return }
            body(rule.grant)
        }
    }

    private func meets(_ rule: CompiledRule) -> Bool {
        if let visit = rule.condition.visit {
            guard self.visit == visit else { return false }
            if let after = rule.condition.after, self.absence < after { return false }
        }
        if let path = rule.path, !path.matches(self.path) { return false }
        if let name = rule.condition.name, !self.event.name.matches(name, in: self.bytes) { return false }
        if let campaign = rule.condition.campaign, !self.event.campaignName.matches(campaign, in: self.bytes) {
            return false
        }
        if let source = rule.condition.source, !self.event.campaignSource.matches(source, in: self.bytes) {
            return false
        }
        if let scroll = rule.condition.scroll, self.event.scrollPercent < scroll { return false }
        if let engaged = rule.condition.engaged, Int64(self.event.engagedMilliseconds) * 1_000 < engaged.microseconds {
            return false
        }
        return true
    }
}

extension TextRange {
    /// Whether the run holds exactly this text.
    package func matches(_ text: String, in bytes: UnsafeRawBufferPointer) -> Bool {
        Int(self.count) == text.utf8.count && bytes[self.bounds].elementsEqual(text.utf8)
    }
}
