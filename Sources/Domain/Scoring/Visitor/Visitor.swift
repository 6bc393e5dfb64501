/// What the fold keeps of a visitor: enough to score them while nobody knows them, and to tell who they are once
/// somebody does. Kept only after acceptance.
package struct Visitor: Equatable, Sendable {
    /// Which browser.
    package internal(set) var id: VisitorID
    /// First and last event.
    package var firstSeen: Timestamp
    package var lastSeen: Timestamp
    /// The last act worth points that is known to be a person's; `.distantPast` if none is.
    package var lastConfirmed = Timestamp.distantPast
    /// Whether the cookie ever came back: until then the visitor may be a flood's.
    package var isKept = false
    /// The contact they are tied to.
    package var contact: ContactID?
    /// How.
    package var trust = LinkTrust.token
    /// Counts since the first event.
    package var visits: UInt32 = 0
    package var pageViews: UInt32 = 0
    /// Points, while nobody knows them.
    package var balances = Balances()
    /// The windows of limited rules, while nobody knows them.
    package var windows = LimitWindows()
    /// The last pages, oldest first, while nobody knows them.
    package var pages: [RememberedPage] = []
    /// The event ids seen.
    package var seen = SeenEvents()

    /// A visitor first seen now.
    package init(id: VisitorID, at time: Timestamp) {
        self.id = id
        self.firstSeen = time
        self.lastSeen = time
    }

    /// Becomes a visitor first seen now. Lists keep their room: the fold has one working copy for all visitors.
    package mutating func begin(id: VisitorID, at time: Timestamp) {
        self.id = id
        self.firstSeen = time
        self.lastSeen = time
        self.lastConfirmed = .distantPast
        self.isKept = false
        self.contact = nil
        self.trust = .token
        self.visits = 0
        self.pageViews = 0
        self.balances.removeAll()
        self.windows.removeAll()
        self.pages.removeAll(keepingCapacity: true)
        self.seen.removeAll()
    }

    /// Notes an event of the visitor: its visit, and, while nobody knows them, its points.
    package mutating func note(
        _ event: EventRecord,
        bytes: UnsafeRawBufferPointer,
        model: CompiledModel?,
        at time: Timestamp
    ) {
        var visit: ScoringModel.Visit?
        var absence = TimeSpan.seconds(0)
        if self.visits == 0 {
            visit = .first
        } else {
            absence = time.since(self.lastSeen)
            if absence >= Fact.visitGap { visit = .return }
        }
        if visit != nil { self.visits += 1 }
        if event.kind == .pageView { self.pageViews += 1 }
        self.lastSeen = time
        guard self.contact == nil else { return }
        if event.kind == .pageView, event.page != .none { self.remember(event.page, at: time) }
        guard let model else { return }
        let fact = Fact(event: event, bytes: bytes, time: time, visit: visit, absence: absence)
        fact.forEachGrant(in: model, contactMatches: { $0.isEmpty }, { self.apply($0, fact, model) })
    }

    /// What their contact is told when they are tied; clears what is told.
    package mutating func handOver(to contact: ContactID, trust: LinkTrust, mark: TieMark) -> LinkedRecord {
        var record = LinkedRecord(visitor: self.id, contact: contact, trust: trust, mark: mark)
        record.firstSeen = self.firstSeen
        record.lastConfirmed = self.lastConfirmed
        record.visits = self.visits
        record.pageViews = self.pageViews
        record.balances = self.balances
        record.pages = self.pages
        self.contact = contact
        self.trust = trust
        self.balances = Balances()
        self.windows = LimitWindows()
        self.pages = []
        return record
    }

    /// A tie that was a claim is vouched for: what the contact is told. Nil if there is nothing new in it.
    package mutating func vouch(_ trust: LinkTrust, mark: TieMark) -> LinkedRecord? {
        guard let contact, self.trust == .claim, !trust.isLimited else { return nil }
        self.trust = trust
        return LinkedRecord(visitor: self.id, contact: contact, trust: trust, mark: mark)
    }

    private mutating func remember(_ page: PageKey, at time: Timestamp) {
        self.pages.removeAll { $0.page == page }
        if self.pages.count >= Limits.rememberedPages { self.pages.removeFirst() }
        self.pages.append(RememberedPage(page: page, time: time))
    }

    /// Grants at once and without an entry: what an anonymous visitor earned becomes one entry per group when they
    /// are known. Nothing is held, since only a page's script reaches a visitor with points worth holding.
    private mutating func apply(_ grant: Grant, _ fact: Fact, _ model: CompiledModel) {
        if let limit = grant.limit {
            let decision = self.windows.decide(
                key: grant.key,
                limit: limit,
                at: fact.time,
                entry: EntryID(offset: 0, ordinal: 0),
                capacity: Limits.limitWindowsPerVisitor
            )
            guard decision == .granted else { return }
        }
        guard grant.points != 0, let maximum = model.maxima[Int(grant.group)] else { return }
        let worth = fact.event.verdict == .likely ? grant.points * model.source.unconfirmed : grant.points
        let now = model.reading(ofGroup: grant.group, at: fact.time)
        let room = max(0, maximum - self.balances.total(group: grant.group, now: now))
        let granted = worth > 0 ? min(worth, room) : worth
        if fact.event.verdict == .confirmed, grant.points > 0 { self.lastConfirmed = fact.time }
        self.balances.add(
            granted,
            group: grant.group,
            topic: grant.topic,
            grantedAt: model.reading(ofGroup: grant.group, at: fact.date),
            now: now
        )
        self.balances.limitTopics { model.reading(ofGroup: $0, at: fact.time) }
    }
}
