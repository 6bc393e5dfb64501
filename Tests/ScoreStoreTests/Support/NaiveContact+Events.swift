import Domain
import Foundation

/// What a contact does, and what became of their clicks.
extension NaiveContact {
    mutating func event(_ event: EventRecord, _ payload: [UInt8], through visitor: VisitorID?) {
        guard event.filter == .none, event.verdict != .machine else { return }
        let consents = self.record.consents
        guard consents.allows(event.kind) || event.kind == .emailOpen else { return }
        if visitor == nil, event.nonce != 0 {
            guard self.ids.insert([event.nonce, UInt64(event.counter)]).inserted else { return }
        }
        if event.kind == .emailOpen {
            guard consents.allows(.emailOpen) else { return }
            self.score(event, payload, through: nil, visit: nil, absence: .seconds(0))
            return
        }
        self.note(event, through: visitor)
        if event.click != 0, event.kind != .emailClick, event.verdict == .confirmed,
            !self.trust(of: event, through: visitor).isLimited
        {
            self.confirm(event.click, through: visitor)
        }
        if event.kind == .clickConfirmation { return }
        if event.kind == .emailClick, self.isBurst(event) {
            self.advance(evidence: false, reversal: true)
            return
        }
        if event.kind != .emailClick || event.verdict == .confirmed { self.fired = [] }
        // Through a visitor who is not tied (here) it is nobody's browser that could be untied.
        let tied = self.links.contains { $0.visitor == visitor } ? visitor : nil
        self.sightings.append((self.now, tied))
        self.lastSeen = self.now
        var visit: ScoringModel.Visit?
        var absence = TimeSpan.seconds(0)
        if event.kind.isPublic {
            if self.lastOnSite == .distantPast {
                visit = .first
            } else {
                absence = self.now.since(self.lastOnSite)
                if absence >= .minutes(30) { visit = .return }
            }
            if visit != nil { self.visited.append((1, tied)) }
            self.lastOnSite = self.now
        }
        if event.kind == .pageView { self.viewed.append((1, tied)) }
        self.score(event, payload, through: visitor, visit: visit, absence: absence)
    }

    private func trust(of event: EventRecord, through visitor: VisitorID?) -> LinkTrust {
        let untied: LinkTrust = visitor != nil && !event.trust.isLimited ? .forwarded : event.trust
        return self.links.first { $0.visitor == visitor }?.trust ?? untied
    }

    private mutating func score(
        _ event: EventRecord,
        _ payload: [UInt8],
        through visitor: VisitorID?,
        visit: ScoringModel.Visit?,
        absence: TimeSpan
    ) {
        self.isTouched = true
        let trust = self.trust(of: event, through: visitor)
        let date = Timestamp(microseconds: self.now.microseconds - Int64(event.latenessSeconds) * 1_000_000)
        let click = event.kind == .emailClick ? event.click : 0
        let matches = self.rules.matches(
            event,
            payload,
            visit: visit,
            absence: absence,
            field: self.field,
            knowsContact: true
        )
        var evidence = false
        for match in matches where self.windows.allows(match, at: self.now) {
            if match.alert != .none, event.verdict == .confirmed, !trust.isLimited, !self.isExcluded {
                self.note(.alert, String(match.name.dropFirst(5)))
            }
            guard match.points != 0 else { continue }
            var entry = NaiveEntry(
                group: match.group,
                topic: match.topic,
                points: match.points,
                date: date,
                isLimited: trust.isLimited,
                through: self.links.contains { $0.visitor == visitor } ? visitor : nil,
                click: click
            )
            if event.verdict == .likely, match.hold > .seconds(0) {
                self.held.append(Held(entry: entry, until: self.now.adding(match.hold)))
                continue
            }
            let worth = event.verdict == .likely ? match.points * self.rules.model.unconfirmed : match.points
            entry.points = self.entries.capped(worth, group: match.group, self.rules, at: self.now)
            self.add(entry)
            if event.verdict == .confirmed, match.points > 0 { self.confirmed(by: entry) }
            if click != 0 {
                self.remember(entry, rest: event.verdict == .likely ? max(0, match.points - worth) : 0)
            }
            if entry.points > 0 { evidence = true }
        }
        self.advance(evidence: evidence)
    }

    // MARK: Clicks

    /// Three links of one message within two seconds, or one more within ten seconds of such a burst.
    private mutating func isBurst(_ event: EventRecord) -> Bool {
        var click = Click(
            click: event.click,
            message: event.message,
            link: event.link,
            time: self.now,
            verdict: event.verdict
        )
        let recent = self.clicks.indices.suffix(16).filter { self.clicks[$0].message == event.message }
        let likely = recent.filter { index in
            self.clicks[index].verdict == .likely && self.clicks[index].time.adding(.seconds(2)) >= self.now
        }
        let links = Set(likely.map { self.clicks[$0].link } + [event.link])
        if links.count >= 3 {
            click.verdict = .machine
            for index in likely {
                self.clicks[index].verdict = .machine
                for grant in self.clicks[index].grants {
                    var whole = self.entries.list[grant.entry]
                    self.takeBack(whole)
                    whole.points += grant.rest
                    self.clicks[index].taken.append(whole)
                }
                for held in self.held where held.entry.click == self.clicks[index].click {
                    self.clicks[index].taken.append(held.entry)
                }
                self.held.removeAll { $0.entry.click == self.clicks[index].click }
                self.clicks[index].grants = []
            }
        }
        let isTail = recent.contains { index in
            self.clicks[index].verdict == .machine && self.clicks[index].time.adding(.seconds(10)) > self.now
        }
        if isTail { click.verdict = .machine }
        self.clicks.append(click)
        self.isTouched = true
        return click.verdict == .machine
    }

    private mutating func confirm(_ id: UInt64, through visitor: VisitorID?) {
        let recent = self.clicks.indices.suffix(16)
        guard let index = recent.last(where: { self.clicks[$0].click == id }), self.clicks[index].verdict == .likely
        else { return }
        self.clicks[index].verdict = .confirmed
        for var held in self.held where held.entry.click == id {
            held.isConfirmed = true
            self.settle(held)
            if held.entry.points > 0 { self.confirmed(by: held.entry, through: visitor) }
        }
        self.held.removeAll { $0.entry.click == id }
        for grant in self.clicks[index].grants where grant.rest > 0 {
            var entry = self.entries.list[grant.entry]
            entry.points = self.entries.capped(grant.rest, group: entry.group, self.rules, at: self.now)
            self.add(entry)
            self.confirmed(by: entry, through: visitor)
        }
        self.clicks[index].grants = []
        self.advance(evidence: true)
    }

    /// A person says that the last clicks taken for a machine's were a person's.
    mutating func reinstate() {
        let machines = self.clicks.indices.suffix(16).filter { self.clicks[$0].verdict == .machine }
        for index in machines {
            self.clicks[index].verdict = .confirmed
            for var entry in self.clicks[index].taken where entry.points != 0 {
                let points = entry.points
                entry.points = self.entries.capped(points, group: entry.group, self.rules, at: self.now)
                entry.through = nil
                self.add(entry)
                if points > 0 { self.confirmed(by: entry, through: nil) }
            }
            self.clicks[index].taken = []
        }
        if !machines.isEmpty { self.advance(evidence: true) }
    }

    /// A person acted on a click: this contact, if the click is theirs for certain.
    private mutating func confirmed(by click: NaiveEntry, through visitor: VisitorID?) {
        guard !click.isLimited else { return }
        self.confirmations.append(Confirmation(time: self.now, through: visitor, isLimited: false))
    }
}
