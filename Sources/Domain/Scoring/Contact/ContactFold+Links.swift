/// Visitors tied to a contact, and untied.
extension ContactFold {
    /// Takes a visitor in, with their history: one entry per group and topic "before identification", and the pages
    /// they remember.
    ///
    /// A token that already tied another browser is probably forwarded: its points are limited like a claim's, and
    /// its history stays out. Returns whether the visitor was taken.
    package mutating func link(_ record: LinkedRecord) -> Bool {
        if let index = self.contact.links.firstIndex(where: { $0.visitor == record.visitor }) {
            self.vouch(for: index, record)
            return false
        }
        guard !self.contact.consents.contains(.objected),
            self.contact.links.count < Limits.linksPerContact
        else { return false }
        var trust = record.trust
        if trust == .token,
            self.contact.links.contains(where: { link in
                link.trust == .token && link.marks.contains { $0.isShared(with: record.mark) }
            })
        {
            trust = .forwarded
        }
        self.contact.links.append(
            Contact.VisitorLink(visitor: record.visitor, trust: trust, marks: [], points: Balances())
        )
        self.note(record.mark, at: self.contact.links.endIndex - 1)
        self.isTouched = true
        self.emit(.linked(record.visitor, contact: self.contact.id, trust: trust))
        let isEvidence = trust != .forwarded && self.merge(record, trust)
        self.finish(isEvidence ? .evidence : .time)
        return true
    }

    /// Remembers which token a tied visitor came with, so that another browser with the same one is told from them.
    mutating func note(_ mark: TieMark, at index: Int) {
        guard mark != .none, self.contact.links[index].marks.last != mark else { return }
        if self.contact.links[index].marks.count >= Limits.marksPerLink {
            self.contact.links[index].marks.removeFirst()
        }
        self.contact.links[index].marks.append(mark)
    }

    /// A tie that was a claim is vouched for: the points that came through it count in full from now on.
    private mutating func vouch(for index: Int, _ record: LinkedRecord) {
        guard self.contact.links[index].trust == .claim, !record.trust.isLimited else { return }
        self.contact.links[index].trust = record.trust
        self.note(record.mark, at: index)
        for balance in self.contact.links[index].points.list {
            let now = self.reading(balance.group)
            let worth = -balance.value(at: now)
            self.contact.limited.add(worth, group: balance.group, topic: 0, grantedAt: now, now: now)
        }
        self.isTouched = true
        self.emit(.linked(record.visitor, contact: self.contact.id, trust: record.trust))
        self.finish(.evidence)
    }

    /// Takes the visitor's history over. Returns whether points were added.
    private mutating func merge(_ record: LinkedRecord, _ trust: LinkTrust) -> Bool {
        var isEvidence = false
        self.contact.lastConfirmed = max(self.contact.lastConfirmed, record.lastConfirmed)
        self.contact.firstSeen = min(self.contact.firstSeen, record.firstSeen)
        self.contact.visits += record.visits
        self.contact.pageViews += record.pageViews
        for balance in record.balances.list where self.model?.maxima[Int(balance.group)] != nil {
            let worth = balance.value(at: self.reading(balance.group))
            var entry = self.follower(.beforeIdentification, of: nil, group: balance.group, topic: balance.topic)
            entry.rule = "before identification"
            entry.points = worth
            entry.trust = trust
            entry.verdict = record.lastConfirmed == .distantPast ? .likely : .confirmed
            (entry.granted, entry.capped) = self.cap(worth, group: balance.group)
            self.apply(
                .entry(
                    entry,
                    group: balance.group,
                    topic: balance.topic,
                    through: record.visitor,
                    rule: 0,
                    click: 0
                )
            )
            if entry.granted > 0 { isEvidence = true }
        }
        for page in record.pages {
            let id = self.contact.id
            var row = TimelineEntry(contact: id, visit: 0, kind: .pageView, page: page.page, date: page.time)
            row.trust = trust
            row.isFromBefore = true
            self.emit(.timeline(row))
            self.contact.lastOnSite = max(self.contact.lastOnSite, page.time)
        }
        return isEvidence
    }

    /// Unties a visitor and takes back exactly the points that came through them.
    package mutating func unlink(_ record: UnlinkedRecord) {
        guard let index = self.contact.links.firstIndex(where: { $0.visitor == record.visitor }) else { return }
        let link = self.contact.links.remove(at: index)
        for held in self.contact.provisional where held.through == record.visitor {
            self.apply(.dropped(held, record.reason))
        }
        for balance in link.points.list {
            var entry = self.follower(.reversal, of: nil, group: balance.group, topic: 0)
            entry.rule = record.reason.tag
            entry.points = -balance.value(at: self.reading(balance.group))
            entry.granted = entry.points
            entry.trust = link.trust
            self.apply(.entry(entry, group: balance.group, topic: 0, through: nil, rule: 0, click: 0))
        }
        self.emit(.unlinked(record.visitor, contact: self.contact.id))
        self.isTouched = true
        self.finish(.reversal)
    }
}
