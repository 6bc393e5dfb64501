/// What became of an event that reached a profile.
package enum FoldOutcome: Equatable, Sendable {
    /// It counts towards a score.
    case scored
    /// It counts towards audience figures only.
    case counted
    /// It was kept out, and why.
    case filtered(FilterReason)
}

extension ContactFold {
    /// Folds an event of the contact: what they did in mail, or what a linked visitor did. `visitor` is the one it
    /// came by.
    package mutating func fold(
        _ event: EventRecord,
        bytes: UnsafeRawBufferPointer,
        through visitor: VisitorID?
    ) -> FoldOutcome {
        let isAllowed = self.contact.consents.allows(event.kind)
        if event.filter != .none || event.verdict == .machine {
            let isMail = event.kind == .emailClick || event.kind == .emailOpen
            if isMail, isAllowed { self.showMachine(event, bytes) }
            return .filtered(event.filter == .none ? .machineFetch : event.filter)
        }
        guard isAllowed || event.kind == .emailOpen else { return .filtered(.objected) }
        if visitor == nil, !self.contact.seen.insert(nonce: event.nonce, counter: event.counter) {
            return .filtered(.duplicate)
        }
        if event.kind == .emailOpen { return self.foldOpen(event, bytes) }
        if event.contact == self.contact.id, event.trust == .token, let index = self.contact.linkIndex(visitor) {
            self.note(TieMark(of: event), at: index)
        }
        // Somebody else's browser shows that a person followed the link, but not which.
        if event.click != 0, event.kind != .emailClick, event.verdict == .confirmed,
            !self.trust(of: event, through: visitor).isLimited
        {
            self.confirm(click: event.click, through: visitor)
        }
        if event.kind == .clickConfirmation { return .scored }

        var event = event
        if event.kind == .emailClick {
            event.verdict = self.note(click: event)
            guard event.verdict != .machine else {
                self.showMachine(event, bytes)
                self.finish(.reversal)
                return .filtered(.machineFetch)
            }
        }
        let fact = self.see(event, bytes, through: visitor)
        self.count(fact, through: visitor)
        let isEvidence = self.grant(fact, through: visitor)
        self.finish(self.isMachines(event) ? .reversal : isEvidence ? .evidence : .time)
        return .scored
    }

    /// Whether the click folded last has turned out to be part of a burst by what it brought.
    private func isMachines(_ event: EventRecord) -> Bool {
        event.kind == .emailClick && self.contact.recentClicks.last?.verdict == .machine
    }

    /// The trust an event is folded with: that of the visitor's tie. A visitor whose tie was not taken (there were
    /// too many) counts no more than a forwarded link.
    func trust(of event: EventRecord, through visitor: VisitorID?) -> LinkTrust {
        if let index = self.contact.linkIndex(visitor) { return self.contact.links[index].trust }
        return visitor != nil && !event.trust.isLimited ? .forwarded : event.trust
    }

    /// Notes when the contact was seen and which visit this starts.
    private mutating func see(
        _ event: EventRecord,
        _ bytes: UnsafeRawBufferPointer,
        through visitor: VisitorID?
    ) -> Fact {
        let link = self.contact.linkIndex(visitor)
        if let link {
            self.contact.links[link].firstSeen = min(self.contact.links[link].firstSeen, self.now)
        } else {
            self.contact.ownFirstSeen = min(self.contact.ownFirstSeen, self.now)
        }
        if event.kind != .emailClick || event.verdict == .confirmed { self.contact.firedSilence = [] }
        self.contact.lastSeen = self.now
        var visit: ScoringModel.Visit?
        var absence = TimeSpan.seconds(0)
        if event.kind.isPublic {
            let last = self.contact.lastOnSite
            if last == .distantPast {
                visit = .first
            } else {
                absence = self.now.since(last)
                if absence >= Fact.visitGap { visit = .return }
            }
            if visit != nil {
                self.contact.visitNumber += 1
                self.contact.visits += 1
                if let link { self.contact.links[link].visits += 1 }
            }
            self.contact.lastOnSite = self.now
        }
        return Fact(event: event, bytes: bytes, time: self.now, visit: visit, absence: absence)
    }

    private mutating func count(_ fact: Fact, through visitor: VisitorID?) {
        switch fact.event.kind {
        case .pageView:
            self.contact.pageViews += 1
            if let link = self.contact.linkIndex(visitor) { self.contact.links[link].pageViews += 1 }
        case .emailClick: self.contact.clicks += 1
        case .quoteView: self.contact.quoteViews += 1
        case .engagement, .download, .formSubmit, .custom, .emailOpen, .clickConfirmation, .reply: break
        }
        self.isTouched = true
        self.show(fact.event, fact.bytes, date: fact.date, through: visitor)
    }

    /// Whether a visitor is somebody else's, or their tie was not taken: what they do is counted as far as a
    /// forwarded link is, and not shown, since nobody could tell the contact to forget it.
    private func isStranger(_ visitor: VisitorID?) -> Bool { visitor != nil && self.contact.linkIndex(visitor) == nil }

    /// Adds to the timeline.
    private mutating func show(
        _ event: EventRecord,
        _ bytes: UnsafeRawBufferPointer,
        date: Timestamp,
        through visitor: VisitorID?
    ) {
        guard !self.isStranger(visitor) else { return }
        if event.page != .none {
            let title = event.title.string(in: bytes)
            self.emit(.page(event.page, url: event.url.string(in: bytes), title: title))
        }
        let visit = event.kind.isPublic ? self.contact.visitNumber : 0
        var row = TimelineEntry(contact: self.contact.id, visit: visit, kind: event.kind, page: event.page, date: date)
        row.url = event.url.string(in: bytes)
        row.title = event.title.string(in: bytes)
        row.name = event.name.isEmpty ? event.target.string(in: bytes) : event.name.string(in: bytes)
        row.referrer = event.referrer.string(in: bytes)
        row.campaign = event.campaignName.string(in: bytes)
        row.message = event.message
        row.link = event.link
        row.quote = event.quote
        row.engagedMilliseconds = event.engagedMilliseconds
        row.scrollPercent = event.scrollPercent
        row.verdict = event.verdict
        row.trust = self.trust(of: event, through: visitor)
        row.visitor = visitor
        if event.kind == .engagement {
            // Time and depth belong to the page's own row: no row of their own, and no second view.
            row.kind = .pageView
            row.count = 0
        }
        self.emit(.timeline(row))
    }

    /// A machine's act stays visible: labelled, never dropped, never worth anything.
    private mutating func showMachine(_ event: EventRecord, _ bytes: UnsafeRawBufferPointer) {
        var event = event
        event.verdict = .machine
        self.show(event, bytes, date: self.now, through: nil)
    }

    private mutating func foldOpen(_ event: EventRecord, _ bytes: UnsafeRawBufferPointer) -> FoldOutcome {
        let consents = self.contact.consents
        guard consents.allows(.emailOpen) else {
            guard consents.contains(.lastOpenDay), !consents.contains(.objected) else { return .filtered(.objected) }
            self.emit(.lastOpenDay(self.contact.id, day: Int32(truncatingIfNeeded: self.now.seconds / 86_400)))
            return .counted
        }
        let fact = Fact(event: event, bytes: bytes, time: self.now, visit: nil, absence: .seconds(0))
        self.count(fact, through: nil)
        let isEvidence = self.grant(fact, through: nil)
        self.finish(isEvidence ? .evidence : .time)
        return .scored
    }

    /// Grants what the fact earns. Returns whether points were added that count at once.
    private mutating func grant(_ fact: Fact, through visitor: VisitorID?) -> Bool {
        guard let model else { return false }
        let grade = self.grade
        let contact = self.contact
        var grants: [Grant] = []
        fact.forEachGrant(
            in: model,
            contactMatches: { matches in
                matches.allSatisfy { contact.value(ofField: $0.field, grade: grade) == $0.value }
            },
            { grants.append($0) }
        )
        var isEvidence = false
        for grant in grants {
            if self.apply(grant, fact, through: visitor) { isEvidence = true }
            // One entry too many made a burst of it: what else the click would bring is a machine's as well.
            if self.isMachines(fact.event) { break }
        }
        return isEvidence
    }

    /// Applies one grant. Returns whether it counts at once.
    private mutating func apply(_ grant: Grant, _ fact: Fact, through visitor: VisitorID?) -> Bool {
        let id = self.nextEntryID()
        if let limit = grant.limit {
            let decision = self.contact.windows.decide(
                key: grant.key,
                limit: limit,
                at: self.now,
                entry: id,
                capacity: Limits.limitWindowsPerContact
            )
            if case .repeated(let entry) = decision {
                if let entry { self.emit(.entryRepeated(entry, contact: self.contact.id)) }
                return false
            }
        }
        let trust = self.trust(of: fact.event, through: visitor)
        self.alert(grant, fact.event, trust)
        guard grant.points != 0 else { return false }

        var entry = self.entry(id, grant, fact)
        entry.trust = trust
        if self.isStranger(visitor) { entry.page = .none } else { entry.through = visitor }
        let click = fact.event.kind == .emailClick ? fact.event.click : 0
        if fact.event.verdict == .likely, grant.hold.microseconds > 0 {
            entry.state = .provisional
            entry.heldUntil = self.now.adding(grant.hold)
            self.record(entry, grant, click: click)
            if self.contact.provisional.count > Limits.provisionalEntries { self.dropBurst() }
            return false
        }
        let worth = fact.event.verdict == .likely ? grant.points * (self.model?.source.unconfirmed ?? 0) : grant.points
        (entry.granted, entry.capped) = self.cap(worth, group: grant.group)
        self.record(entry, grant, click: click)
        if click != 0 { self.remember(entry, grant, click: click) }
        return entry.granted > 0
    }

    private func entry(_ id: EntryID, _ grant: Grant, _ fact: Fact) -> LedgerEntry {
        var entry = LedgerEntry(
            id: id,
            contact: self.contact.id,
            origin: grant.isPage ? .page : .rule,
            rule: grant.name,
            modelVersion: self.model?.source.version ?? 0,
            group: self.model?.groupNames[Int(grant.group)] ?? "",
            points: grant.points,
            granted: 0,
            decay: self.reading(grant.group, at: fact.date),
            date: fact.date
        )
        entry.topic = self.model?.topicNames[Int(grant.topic)] ?? ""
        entry.verdict = fact.event.verdict
        entry.page = fact.event.page
        entry.message = fact.event.message
        entry.link = fact.event.link
        entry.quote = fact.event.quote
        return entry
    }

    private mutating func record(_ entry: LedgerEntry, _ grant: Grant, click: UInt64) {
        self.apply(.entry(entry, group: grant.group, topic: grant.topic, rule: grant.key, click: click))
    }

    // A claim costs its sender nothing: were it worth an alert, anybody could have sales called all day.
    private mutating func alert(_ grant: Grant, _ event: EventRecord, _ trust: LinkTrust) {
        guard grant.alert != .none, event.verdict == .confirmed, !trust.isLimited, !self.isExcluded else { return }
        self.notify(.alert, detail: grant.name, isDigest: grant.alert == .digest)
    }
}
