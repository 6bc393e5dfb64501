/// Visitors tied to a contact, and untied.
extension ContactFold {
    /// Takes a visitor in, with their history: one entry per group and topic "before identification", and the pages
    /// they remember.
    ///
    /// A token that already tied another browser is probably forwarded: its points are limited like a claim's, and
    /// its history stays out. A visitor who is tied already and was forgotten by their own slot brings what they did
    /// since.
    package mutating func link(_ record: LinkedRecord) {
        let known = self.contact.linkIndex(record.visitor)
        let isVouched = known.map { self.vouch(for: $0, record) } ?? false
        guard let index = known ?? self.tie(record) else { return }
        let isMerged = self.merge(record, into: index)
        guard self.isTouched else { return }
        self.finish(isVouched || isMerged ? .evidence : .time)
    }

    /// Adds the tie. Nil where it is not taken.
    private mutating func tie(_ record: LinkedRecord) -> Int? {
        guard !self.contact.consents.contains(.objected),
            self.contact.links.count < Limits.linksPerContact
        else { return nil }
        var trust = record.trust
        if trust == .token,
            self.contact.links.contains(where: { link in
                link.trust == .token && link.marks.contains { $0.isShared(with: record.mark) }
            })
        {
            trust = .forwarded
        }
        self.contact.links.append(
            Contact.VisitorLink(visitor: record.visitor, trust: trust)
        )
        self.note(record.mark, at: self.contact.links.endIndex - 1)
        self.isTouched = true
        self.emit(.linked(record.visitor, contact: self.contact.id, trust: trust))
        return self.contact.links.count - 1
    }

    /// Remembers which token a tied visitor came with, so that another browser with the same one is told from them.
    mutating func note(_ mark: TieMark, at index: Int) {
        guard mark != .none, self.contact.links[index].marks.last != mark else { return }
        if self.contact.links[index].marks.count >= Limits.marksPerLink {
            self.contact.links[index].marks.removeFirst()
        }
        self.contact.links[index].marks.append(mark)
    }

    /// A tie that was a claim is vouched for: the points that came through it count in full from now on. Returns
    /// whether it was a claim until now.
    private mutating func vouch(for index: Int, _ record: LinkedRecord) -> Bool {
        guard self.contact.links[index].trust == .claim, !record.trust.isLimited else { return false }
        self.contact.links[index].trust = record.trust
        self.note(record.mark, at: index)
        for balance in self.contact.links[index].points.list {
            let now = self.reading(balance.group)
            let worth = -balance.value(at: now)
            self.contact.limited.add(worth, group: balance.group, topic: 0, grantedAt: now, now: now)
        }
        self.isTouched = true
        self.emit(.linked(record.visitor, contact: self.contact.id, trust: record.trust))
        return true
    }

    /// Takes the visitor's history over. Returns whether points were added.
    private mutating func merge(_ record: LinkedRecord, into index: Int) -> Bool {
        let trust = self.contact.links[index].trust
        guard record.visits > 0, trust != .forwarded, !self.contact.consents.contains(.objected) else { return false }
        self.contact.links[index].take(record)
        self.contact.visitNumber += record.visits
        self.contact.visits += record.visits
        self.contact.pageViews += record.pageViews
        self.isTouched = true
        var isEvidence = false
        for balance in record.balances.list where self.model?.maxima[Int(balance.group)] != nil {
            let worth = balance.value(at: self.reading(balance.group))
            var entry = self.follower(.beforeIdentification, of: nil, group: balance.group, topic: balance.topic)
            entry.rule = "before identification"
            entry.points = worth
            entry.trust = trust
            entry.through = record.visitor
            entry.verdict = record.lastConfirmed == .distantPast ? .likely : .confirmed
            (entry.granted, entry.capped) = self.cap(worth, group: balance.group)
            self.apply(.entry(entry, group: balance.group, topic: balance.topic, rule: 0, click: 0))
            if entry.granted > 0 { isEvidence = true }
        }
        for page in record.pages {
            let id = self.contact.id
            var row = TimelineEntry(contact: id, visit: 0, kind: .pageView, page: page.page, date: page.time)
            row.trust = trust
            row.visitor = record.visitor
            row.isFromBefore = true
            self.emit(.timeline(row))
            self.contact.lastOnSite = max(self.contact.lastOnSite, page.time)
        }
        return isEvidence
    }

    /// Unties a visitor and takes back exactly what came through them: points by group and topic, visits and page
    /// views, and what they confirmed.
    package mutating func unlink(_ record: UnlinkedRecord) {
        guard let index = self.contact.linkIndex(record.visitor) else { return }
        let link = self.contact.links.remove(at: index)
        for held in self.contact.provisional where held.through == record.visitor {
            self.apply(.dropped(held, record.reason))
        }
        for balance in link.points.list {
            var entry = self.follower(.reversal, of: nil, group: balance.group, topic: balance.topic)
            entry.rule = record.reason.tag
            entry.points = -balance.value(at: self.reading(balance.group))
            entry.granted = entry.points
            entry.trust = link.trust
            self.apply(.entry(entry, group: balance.group, topic: balance.topic, rule: 0, click: 0))
        }
        self.contact.visits -= min(link.visits, self.contact.visits)
        self.contact.pageViews -= min(link.pageViews, self.contact.pageViews)
        self.emit(.unlinked(record.visitor, contact: self.contact.id, reason: record.reason))
        self.isTouched = true
        self.finish(.reversal)
    }
}

extension Contact.VisitorLink {
    /// Notes what a visitor's history adds to what came through the tie, but for the points.
    fileprivate mutating func take(_ record: LinkedRecord) {
        self.firstSeen = min(self.firstSeen, record.firstSeen)
        self.lastConfirmed = max(self.lastConfirmed, record.lastConfirmed)
        self.visits += record.visits
        self.pageViews += record.pageViews
    }
}
