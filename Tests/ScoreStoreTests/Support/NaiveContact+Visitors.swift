import Domain
import Foundation

/// Visitors tied to a contact and untied, and what the person takes back.
extension NaiveContact {
    mutating func link(_ link: NaiveVisitor.Link) {
        let objects = self.record.consents.contains(.objected)
        var evidence = false
        if self.links.contains(where: { $0.visitor == link.visitor }) {
            evidence = self.takeForVouched(link.visitor, link.trust, link.tokens)
        } else {
            guard !objects, self.links.count < 8 else { return }
            let isForwarded =
                link.trust == .token
                && self.links.contains { tie in
                    tie.trust == .token && tie.tokens.suffix(4).contains { !$0.isDisjoint(with: link.tokens) }
                }
            let tokens = link.tokens.isEmpty ? [] : [link.tokens]
            self.links.append((link.visitor, isForwarded ? .forwarded : link.trust, tokens))
            self.isTouched = true
        }
        let trust = self.links.first { $0.visitor == link.visitor }?.trust ?? link.trust
        if !objects, trust != .forwarded, link.visits > 0 {
            self.isTouched = true
            self.sightings.append((link.firstSeen, link.visitor))
            self.visited.append((link.visits, link.visitor))
            self.viewed.append((link.pageViews, link.visitor))
            self.confirmations.append(
                Confirmation(time: link.lastConfirmed, through: link.visitor, isLimited: trust.isLimited)
            )
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
        if self.isTouched { self.advance(evidence: evidence) }
    }

    mutating func withdraw(_ withdrawal: WithdrawalRecord) {
        var record = self.record
        for consent in [ContactConsents.clicks, .opens, .lastOpenDay] where withdrawal.withdrawn.contains(consent) {
            record.consents.remove(consent)
        }
        if withdrawal.objects { record.consents.insert(.objected) }
        if record != self.record { self.set(record) }
    }

    mutating func vouch(for visitor: VisitorID, _ trust: LinkTrust, tokens: Set<String>) {
        if self.takeForVouched(visitor, trust, tokens) { self.advance(evidence: true) }
    }

    private mutating func takeForVouched(
        _ visitor: VisitorID,
        _ trust: LinkTrust,
        _ tokens: Set<String>
    ) -> Bool {
        guard trust == .token || trust == .authenticated,
            let tie = self.links.firstIndex(where: { $0.visitor == visitor && $0.trust == .claim })
        else { return false }
        self.links[tie].trust = trust
        if !tokens.isEmpty, self.links[tie].tokens.last != tokens { self.links[tie].tokens.append(tokens) }
        let through = self.entries.list.indices.filter { self.entries.list[$0].through == visitor }
        for index in through { self.entries.list[index].isLimited = false }
        self.isTouched = true
        return true
    }

    mutating func unlink(_ visitor: VisitorID) {
        guard let index = self.links.firstIndex(where: { $0.visitor == visitor }) else { return }
        let link = self.links.remove(at: index)
        self.held.removeAll { $0.entry.through == visitor }
        for group in self.rules.groups {
            for topic in [""] + self.rules.topics {
                let isMeant = { (entry: NaiveEntry) in
                    entry.through == visitor && entry.group == group && entry.topic == topic
                }
                guard self.entries.list.contains(where: isMeant) else { continue }
                let worth = self.entries.sum(self.rules, at: self.now, isMeant)
                self.add(
                    NaiveEntry(
                        group: group,
                        topic: topic,
                        points: -worth,
                        date: self.now,
                        isLimited: link.trust.isLimited
                    )
                )
            }
        }
        self.sightings.removeAll { $0.through == visitor }
        self.visited.removeAll { $0.through == visitor }
        self.viewed.removeAll { $0.through == visitor }
        self.confirmations.removeAll { $0.through == visitor }
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
