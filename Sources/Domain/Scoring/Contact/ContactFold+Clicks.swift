/// Clicks in mail: held, confirmed by the page they lead to, or found to be a scanner's.
///
/// A mail scanner follows all links of a message within about a second, from a real browser's user agent; what
/// gives it away is the burst, not the time since sending. So a click counts little until something only a person
/// does follows it, and several links of one message within seconds take the whole burst back.
extension ContactFold {
    /// Distinct links of one message that make a burst, and within what time.
    static let burstLinks = 3
    static let burstWindow = TimeSpan.seconds(2)
    /// How long after a burst's last click further clicks on its message are taken for part of it.
    static let burstTail = TimeSpan.seconds(10)
    /// Clicks remembered per contact.
    static let rememberedClicks = 16

    /// Remembers a click and says what it is now taken for. A burst takes back what its clicks brought.
    mutating func note(click event: EventRecord) -> Verdict {
        var memory = Contact.ClickMemory(
            click: event.click,
            message: event.message,
            link: event.link,
            time: self.now,
            verdict: event.verdict,
            grants: []
        )
        let now = self.now
        let isTail = self.contact.recentClicks.contains {
            $0.message == event.message && $0.verdict == .machine && $0.time.adding(Self.burstTail) > now
        }
        var links = Set([event.link])
        for other in self.contact.recentClicks
        where other.message == event.message && other.time.adding(Self.burstWindow) >= now && other.verdict == .likely {
            links.insert(other.link)
        }
        let isBurst = links.count >= Self.burstLinks
        if isBurst || isTail { memory.verdict = .machine }
        if isBurst {
            for index in self.contact.recentClicks.indices
            where self.contact.recentClicks[index].message == event.message
                && self.contact.recentClicks[index].time.adding(Self.burstWindow) >= now
                && self.contact.recentClicks[index].verdict == .likely
            {
                self.takeBack(clickAt: index, reason: .scannerBurst)
            }
        }
        if self.contact.recentClicks.count >= Self.rememberedClicks { self.contact.recentClicks.removeFirst() }
        self.contact.recentClicks.append(memory)
        self.isTouched = true
        return memory.verdict
    }

    /// Remembers what a click brought, for a later confirmation.
    mutating func remember(_ entry: LedgerEntry, _ grant: Grant, click: UInt64) {
        self.remember(
            Contact.ClickGrant(
                entry: entry.id,
                group: grant.group,
                topic: grant.topic,
                granted: entry.granted,
                rest: entry.verdict == .likely ? max(0, grant.points - entry.granted - entry.capped) : 0,
                reading: entry.decay,
                rule: grant.key,
                trust: entry.trust
            ),
            click: click
        )
    }

    private mutating func remember(_ grant: Contact.ClickGrant, click: UInt64) {
        guard let index = self.contact.recentClicks.lastIndex(where: { $0.click == click }) else { return }
        self.contact.recentClicks[index].grants.append(grant)
    }

    /// A person stands behind a click: what it still holds counts in full, what was counted in part is completed.
    /// The points are the contact's own, by the mail's token; that a person acted is known by the visitor, if it is
    /// one, and no longer when that tie is undone.
    mutating func confirm(click: UInt64, through visitor: VisitorID?) {
        guard let index = self.contact.recentClicks.lastIndex(where: { $0.click == click }),
            self.contact.recentClicks[index].verdict == .likely
        else { return }
        self.find(clickAt: index, .confirmed)
        for held in self.contact.provisional where held.click == click {
            var confirmed = held
            confirmed.verdict = .confirmed
            self.settle(confirmed)
            self.emit(.entryConfirmed(held.id, contact: self.contact.id))
            if held.points > 0 { self.noteAct(held.trust, through: visitor) }
        }
        for grant in self.contact.recentClicks[index].grants {
            self.emit(.entryConfirmed(grant.entry, contact: self.contact.id))
            if grant.rest != 0 { self.complete(grant, through: visitor, author: "") }
        }
        self.contact.recentClicks[index].grants = []
        self.finish(.evidence)
    }

    /// Notes what a click is found to be, also in its timeline row: that of all clicks on this link of the message.
    private mutating func find(clickAt index: Int, _ verdict: Verdict) {
        self.contact.recentClicks[index].verdict = verdict
        let click = self.contact.recentClicks[index]
        var row = TimelineEntry(contact: self.contact.id, visit: 0, kind: .emailClick, page: .none, date: click.time)
        row.message = click.message
        row.link = click.link
        row.verdict = verdict
        // No further click.
        row.count = 0
        self.emit(.timeline(row))
    }

    /// A person says that clicks taken for a machine's were a person's: what was taken back counts in full from now
    /// on, in entries that complete the old ones. Clicks beyond those remembered, and what such a click would have
    /// brought had it counted in the first place, are not restored.
    package mutating func reinstate(_ record: ReinstatementRecord) {
        var isChanged = false
        for index in self.contact.recentClicks.indices where self.contact.recentClicks[index].verdict == .machine {
            isChanged = true
            self.find(clickAt: index, .confirmed)
            for grant in self.contact.recentClicks[index].grants where grant.rest != 0 {
                self.complete(grant, through: nil, author: record.author)
            }
            self.contact.recentClicks[index].grants = []
        }
        if isChanged { self.finish(.evidence) }
    }

    private mutating func complete(_ grant: Contact.ClickGrant, through visitor: VisitorID?, author: String) {
        var entry = self.follower(.confirmation, of: grant.entry, group: grant.group, topic: grant.topic)
        entry.rule = self.name(ofRule: grant.rule)
        entry.points = grant.rest
        entry.decay = grant.reading
        entry.trust = grant.trust
        entry.author = author
        (entry.granted, entry.capped) = self.cap(grant.rest, group: grant.group)
        self.apply(
            .entry(entry, group: grant.group, topic: grant.topic, rule: grant.rule, click: 0)
        )
        if grant.rest > 0 { self.noteAct(grant.trust, through: visitor) }
    }

    /// A person acted on a click: this contact, if the click itself is not limited.
    private mutating func noteAct(_ trust: LinkTrust, through visitor: VisitorID?) {
        guard !trust.isLimited else { return }
        self.contact.noteAct(at: self.now, through: visitor, trust: trust)
    }

    /// A click was a machine's, as only others than its contact could see. One that a person confirmed stays.
    package mutating func judge(click: UInt64) {
        guard let index = self.contact.recentClicks.lastIndex(where: { $0.click == click }),
            self.contact.recentClicks[index].verdict == .likely
        else { return }
        self.takeBack(clickAt: index, reason: .machine)
        self.isTouched = true
        self.finish(.reversal)
    }

    /// Settles a held entry: in full if confirmed, at the model's factor if nobody did.
    mutating func settle(_ held: Contact.ProvisionalEntry) {
        let isConfirmed = held.verdict == .confirmed
        let factor = isConfirmed ? 1 : self.model?.source.unconfirmed ?? 0
        let (granted, capped) = self.cap(held.points * factor, group: held.group)
        self.apply(.settled(held, granted: granted, capped: capped))
        guard held.click != 0, !isConfirmed else { return }
        self.remember(
            Contact.ClickGrant(
                entry: held.id,
                group: held.group,
                topic: held.topic,
                granted: granted,
                rest: max(0, held.points * (1 - factor)),
                reading: held.reading,
                rule: held.rule,
                trust: held.trust
            ),
            click: held.click
        )
    }

    /// More entries are held than a person makes: all of them are a machine's.
    mutating func dropBurst() {
        let burst = self.contact.provisional
        for index in self.contact.recentClicks.indices where self.contact.recentClicks[index].verdict == .likely {
            // Clicks whose hold was over before stay what they were: their points stay too.
            guard burst.contains(where: { $0.click == self.contact.recentClicks[index].click }) else { continue }
            self.takeBack(clickAt: index, reason: .scannerBurst)
        }
        for held in self.contact.provisional { self.apply(.dropped(held, .scannerBurst)) }
    }

    /// A click is a machine's. Takes back what it brought: held entries are dropped, counted ones reversed. What they
    /// were worth stays remembered, for the case that a person knows better.
    private mutating func takeBack(clickAt index: Int, reason: ReversalReason) {
        self.find(clickAt: index, .machine)
        let memory = self.contact.recentClicks[index]
        for held in self.contact.provisional where held.click == memory.click {
            self.apply(.dropped(held, reason))
            self.contact.recentClicks[index].grants.append(Contact.ClickGrant(dropped: held))
        }
        for (number, grant) in memory.grants.enumerated() {
            self.contact.recentClicks[index].grants[number].rest += grant.granted
            self.contact.recentClicks[index].grants[number].granted = 0
            self.reverse(
                grant.entry,
                points: grant.granted,
                reading: grant.reading,
                group: grant.group,
                topic: grant.topic,
                reason: reason,
                trust: grant.trust
            )
        }
    }

    /// Appends the entry that takes back what is left of another, and marks that one. Nothing is edited: the sum of
    /// both is zero from now on.
    mutating func reverse(
        _ target: EntryID,
        points: Double,
        reading: Double,
        group: UInt8,
        topic: UInt8,
        reason: ReversalReason,
        trust: LinkTrust
    ) {
        var entry = self.follower(.reversal, of: target, group: group, topic: topic)
        entry.rule = reason.tag
        entry.points = -points * Exp2.power(reading - self.reading(group))
        entry.granted = entry.points
        entry.trust = trust
        let change = ContactChange.entry(entry, group: group, topic: topic, rule: 0, click: 0)
        self.apply(change)
        self.emit(.entryReversed(target, contact: self.contact.id, by: entry.id, reason: reason))
    }

    /// An entry that completes or takes back another, dated now.
    mutating func follower(_ origin: LedgerEntry.Origin, of target: EntryID?, group: UInt8, topic: UInt8) -> LedgerEntry
    {
        var entry = LedgerEntry(
            id: self.nextEntryID(),
            contact: self.contact.id,
            origin: origin,
            rule: "",
            modelVersion: self.model?.source.version ?? 0,
            group: self.model?.groupNames[Int(group)] ?? "",
            points: 0,
            granted: 0,
            decay: self.reading(group),
            date: self.now
        )
        entry.topic = self.model?.topicNames[Int(topic)] ?? ""
        entry.refersTo = target
        return entry
    }
}

extension Contact.ClickGrant {
    /// What a held entry would have brought, had it not been dropped.
    fileprivate init(dropped held: Contact.ProvisionalEntry) {
        self.init(
            entry: held.id,
            group: held.group,
            topic: held.topic,
            granted: 0,
            rest: held.points,
            reading: held.reading,
            rule: held.rule,
            trust: held.trust
        )
    }
}
