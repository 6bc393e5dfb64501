import Domain

/// Visitors tied to the contact, and what the person takes back.
extension NaiveContact {
    mutating func link(_ link: NaiveVisitor.Link) {
        guard !self.record.consents.contains(.objected), self.links.count < 8,
            !self.links.contains(where: { $0.visitor == link.visitor })
        else { return }
        let isForwarded =
            link.trust == .token
            && self.links.contains { tie in
                tie.trust == .token && tie.tokens.suffix(4).contains { !$0.isDisjoint(with: link.tokens) }
            }
        let trust = isForwarded ? .forwarded : link.trust
        self.links.append((link.visitor, trust, link.tokens.isEmpty ? [] : [link.tokens]))
        self.isTouched = true
        var evidence = false
        if !isForwarded {
            self.firstSeen = min(self.firstSeen, link.firstSeen)
            self.visits += link.visits
            self.mergedPageViews += link.pageViews
            self.lastConfirmed = max(self.lastConfirmed, link.lastConfirmed)
            for time in link.pages { self.lastOnSite = max(self.lastOnSite, time) }
            for group in self.rules.groups where self.rules.names(group) != nil {
                for topic in [""] + self.rules.topics {
                    let isMeant = { (entry: NaiveEntry) in entry.group == group && entry.topic == topic }
                    guard link.entries.list.contains(where: isMeant) else { continue }
                    let worth = link.entries.sum(self.rules, at: self.now, isMeant)
                    let granted = self.entries.capped(worth, group: group, self.rules, at: self.now)
                    self.add(
                        NaiveEntry(
                            group: group,
                            topic: topic,
                            points: granted,
                            date: self.now,
                            isLimited: trust.isLimited,
                            through: link.visitor
                        )
                    )
                    if granted > 0 { evidence = true }
                }
            }
        }
        self.advance(evidence: evidence)
    }

    mutating func withdraw(_ withdrawal: WithdrawalRecord) {
        var record = self.record
        for consent in [ContactConsents.clicks, .opens, .lastOpenDay] where withdrawal.withdrawn.contains(consent) {
            record.consents.remove(consent)
        }
        if withdrawal.objects { record.consents.insert(.objected) }
        if record != self.record { self.set(record) }
    }

    mutating func vouch(for visitor: VisitorID, _ trust: LinkTrust) {
        guard let tie = self.links.firstIndex(where: { $0.visitor == visitor && $0.trust == .claim }) else { return }
        self.links[tie].trust = trust
        let through = self.entries.list.indices.filter { self.entries.list[$0].through == visitor }
        for index in through { self.entries.list[index].isLimited = false }
        self.isTouched = true
        self.advance(evidence: true)
    }

    mutating func unlink(_ visitor: VisitorID) {
        guard let index = self.links.firstIndex(where: { $0.visitor == visitor }) else { return }
        let link = self.links.remove(at: index)
        self.held.removeAll { $0.entry.through == visitor }
        for group in self.rules.groups {
            let through = self.entries.list.filter { $0.through == visitor && $0.group == group }
            guard !through.isEmpty else { continue }
            let worth = self.entries.sum(self.rules, at: self.now) { $0.through == visitor && $0.group == group }
            self.add(
                NaiveEntry(group: group, topic: "", points: -worth, date: self.now, isLimited: link.trust.isLimited)
            )
        }
        for index in self.entries.list.indices where self.entries.list[index].through == visitor {
            self.entries.list[index].through = nil
        }
        self.isTouched = true
        self.advance(evidence: false, reversal: true)
    }

    /// Remembers which token a tied visitor came with.
    mutating func note(_ event: EventRecord, through visitor: VisitorID?) {
        let tokens = NaiveModel.tokens(of: event)
        guard event.contact == self.record.contact, event.trust == .token, !tokens.isEmpty,
            let index = self.links.firstIndex(where: { $0.visitor == visitor }), self.links[index].tokens.last != tokens
        else { return }
        self.links[index].tokens.append(tokens)
    }
}
