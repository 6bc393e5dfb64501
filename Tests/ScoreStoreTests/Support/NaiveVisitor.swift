import Domain

/// A visitor, with every point they earned.
struct NaiveVisitor {
    struct Link {
        var visitor: VisitorID
        var trust: LinkTrust
        /// What the token that made it names: a click, and a message, quote or link.
        var tokens: Set<String>
        var firstSeen: Timestamp
        var lastConfirmed: Timestamp
        var visits: UInt32
        var pageViews: UInt32
        /// What each group and topic was worth, in order of their numbers, as a function of the present.
        var entries: NaiveEntries
        var pages: [Timestamp]
    }

    var id: VisitorID
    var firstSeen: Timestamp
    var lastSeen = Timestamp.distantPast
    var lastConfirmed = Timestamp.distantPast
    var visits: UInt32 = 0
    var pageViews: UInt32 = 0
    var contact: ContactID?
    var trust = LinkTrust.token
    var entries = NaiveEntries()
    var windows = NaiveWindows(capacity: 6)
    var ids: Set<[UInt64]> = []
    var pages: [(page: PageKey, time: Timestamp)] = []

    init(id: VisitorID, firstSeen: Timestamp) {
        self.id = id
        self.firstSeen = firstSeen
    }

    mutating func giveUp(to contact: ContactID, trust: LinkTrust, tokens: Set<String>) -> Link {
        defer {
            self.contact = contact
            self.trust = trust
            self.entries = NaiveEntries()
            self.windows = NaiveWindows(capacity: 6)
            self.pages = []
        }
        return Link(
            visitor: self.id,
            trust: trust,
            tokens: tokens,
            firstSeen: self.firstSeen,
            lastConfirmed: self.lastConfirmed,
            visits: self.visits,
            pageViews: self.pageViews,
            entries: self.entries,
            pages: self.pages.suffix(8).map(\.time)
        )
    }

    mutating func note(_ event: EventRecord, _ payload: [UInt8], _ rules: NaiveRules, at now: Timestamp) {
        let absence = now.since(self.lastSeen)
        let visit: ScoringModel.Visit? = self.visits == 0 ? .first : absence >= .minutes(30) ? .return : nil
        if visit != nil { self.visits += 1 }
        if event.kind == .pageView { self.pageViews += 1 }
        self.lastSeen = now
        guard self.contact == nil else { return }
        if event.kind == .pageView, event.page != .none {
            self.pages.removeAll { $0.page == event.page }
            self.pages.append((event.page, now))
        }
        let matches = rules.matches(
            event,
            payload,
            visit: visit,
            absence: visit == .first ? .seconds(0) : absence,
            field: { _ in nil },
            knowsContact: false
        )
        for match in matches where self.windows.allows(match, at: now) {
            guard match.points != 0 else { continue }
            let worth = event.verdict == .likely ? match.points * rules.model.unconfirmed : match.points
            let granted = self.entries.capped(worth, group: match.group, rules, at: now)
            if event.verdict == .confirmed, match.points > 0 { self.lastConfirmed = now }
            let date = Timestamp(microseconds: now.microseconds - Int64(event.latenessSeconds) * 1_000_000)
            let entry = NaiveEntry(group: match.group, topic: match.topic, points: granted, date: date)
            self.entries.add(entry, rules, at: now)
        }
    }
}
