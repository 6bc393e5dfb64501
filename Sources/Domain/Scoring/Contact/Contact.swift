/// What the fold keeps of a contact: everything the model reads and nothing it does not.
///
/// Changed only by ``evolve(_:readings:)`` and the small notes beside it, so that the balances are the ledger by
/// construction (promise 2).
package struct Contact: Equatable, Sendable {
    /// Who.
    package let id: ContactID
    /// What may be recorded.
    package var consents: ContactConsents = .default
    /// prospect, customer, …; empty if unknown.
    package var status = ""
    /// What the person decides.
    package var role = ""
    /// Fields of contact and account that the model reads, sorted by name.
    package var fields: [ContactRecord.Field] = []
    /// Whether all that is known is a form's claim.
    package var isClaimed = false

    /// First sign of them that came by no tied visitor; `.never` before any.
    package var ownFirstSeen = Timestamp.never
    /// Last sign of them on the web or in mail, made by a person as far as is known.
    package var lastSeen = Timestamp.distantPast
    /// Last event of a visit.
    package var lastOnSite = Timestamp.distantPast
    /// The last act worth points that is known to be a person's and came by no tied visitor.
    package var ownLastConfirmed = Timestamp.distantPast
    /// The number of the present visit: grows by one with each, whatever becomes of ``visits``.
    package var visitNumber: UInt32 = 0
    /// Counts since the first contact.
    package var visits: UInt32 = 0
    package var pageViews: UInt32 = 0
    package var clicks: UInt32 = 0
    package var quoteViews: UInt32 = 0

    /// The score, by group and topic.
    package internal(set) var balances = Balances()
    /// The part of it that rests on claims, by group.
    package internal(set) var limited = Balances()
    /// The windows of limited rules.
    package var windows = LimitWindows()
    /// Event ids of acts that came without a visitor.
    package var seen = SeenEvents()
    /// Entries that are held, oldest first.
    package internal(set) var provisional: [ProvisionalEntry] = []
    /// The last clicks, oldest first.
    package var recentClicks: [ClickMemory] = []
    /// Visitors tied to them, oldest first.
    package var links: [VisitorLink] = []
    /// Manual entries that end, oldest first.
    package var expiring: [ExpiringEntry] = []
    /// Keys of the silence rules that fired since ``lastSeen``.
    package var firedSilence: [UInt32] = []
    /// How ripe, and what was made of it.
    package var ripeness = Ripeness()
    /// When the stage ends by decay alone; `.never` if it is cold.
    package var stageEnd = Timestamp.never

    /// A contact of whom nothing is known yet.
    package init(id: ContactID) { self.id = id }

    /// First sign of them; `.never` before any.
    package var firstSeen: Timestamp { self.links.reduce(self.ownFirstSeen) { min($0, $1.firstSeen) } }

    /// The last act worth points that is known to be a person's. What came by a claim or a forwarded link is known to
    /// be somebody's, but not whose (promises 8 and 10).
    package var lastConfirmed: Timestamp {
        self.links.reduce(self.ownLastConfirmed) { $1.trust.isLimited ? $0 : max($0, $1.lastConfirmed) }
    }

    /// Whether they are scored and never handed over or alerted about: by their own objection, or their status.
    package func isExcluded(by model: CompiledModel?) -> Bool {
        self.consents.contains(.objected) || model?.excludes(status: self.status) ?? false
    }

    /// The tie to a visitor, if there is one.
    package func linkIndex(_ visitor: VisitorID?) -> Int? {
        guard let visitor else { return nil }
        return self.links.firstIndex { $0.visitor == visitor }
    }

    /// An entry that is held.
    package struct ProvisionalEntry: Equatable, Sendable {
        package var id: EntryID
        package var group: UInt8
        package var topic: UInt8
        package var points: Double
        package var reading: Double
        package var heldUntil: Timestamp
        package var trust: LinkTrust
        package var verdict: Verdict
        /// The click it came from; 0 if none.
        package var click: UInt64
        /// The rule's key.
        package var rule: UInt32
        /// The visitor it came by, if any.
        package var through: VisitorID?
    }

    /// What is remembered of a click.
    package struct ClickMemory: Equatable, Sendable {
        package var click: UInt64
        package var message: UInt32
        package var link: UInt32
        package var time: Timestamp
        package var verdict: Verdict
        /// What it brought, for a later confirmation or reversal.
        package var grants: [ClickGrant]
    }

    /// Points a click brought when its hold was over.
    package struct ClickGrant: Equatable, Sendable {
        package var entry: EntryID
        package var group: UInt8
        package var topic: UInt8
        /// What it counts.
        package var granted: Double
        /// What a confirmation would add; of a click taken for a machine's, everything.
        package var rest: Double
        package var reading: Double
        package var rule: UInt32
        package var trust: LinkTrust
    }

    /// A tie to a visitor, with what came through it: undoing the tie takes exactly this back.
    package struct VisitorLink: Equatable, Sendable {
        package var visitor: VisitorID
        package var trust: LinkTrust
        /// What the last tokens the visitor brought left, oldest first.
        package var marks: [TieMark] = []
        /// By group and topic, under the names the contact's own balances have them.
        package var points = Balances()
        /// First sign of the visitor; `.never` if their history stayed out and they did nothing since.
        package var firstSeen = Timestamp.never
        /// Their last act worth points that is known to be a person's. It confirms nothing while the tie is limited.
        package var lastConfirmed = Timestamp.distantPast
        package var visits: UInt32 = 0
        package var pageViews: UInt32 = 0

        /// A tie through which nothing came yet.
        package init(visitor: VisitorID, trust: LinkTrust) {
            self.visitor = visitor
            self.trust = trust
        }
    }

    /// A manual entry that ends.
    package struct ExpiringEntry: Equatable, Sendable {
        package var entry: EntryID
        package var group: UInt8
        package var points: Double
        package var reading: Double
        package var expires: Timestamp
    }
}

/// A change of a contact's points. Each is one effect for the ledger.
package enum ContactChange: Equatable, Sendable {
    /// A new entry. `rule` and `click` are kept for held ones.
    case entry(LedgerEntry, group: UInt8, topic: UInt8, rule: UInt32, click: UInt64)
    /// A held entry counts from now on.
    case settled(Contact.ProvisionalEntry, granted: Double, capped: Double)
    /// A held entry will never count.
    case dropped(Contact.ProvisionalEntry, ReversalReason)
}

extension Contact {
    /// Applies a change. `readings` are the groups' decay clocks at the time of the change.
    package mutating func evolve(_ change: ContactChange, readings: (UInt8) -> Double, at time: Timestamp) {
        switch change {
        case .entry(let entry, let group, let topic, let rule, let click):
            if entry.state == .provisional {
                self.provisional.append(
                    ProvisionalEntry(
                        id: entry.id,
                        group: group,
                        topic: topic,
                        points: entry.points,
                        reading: entry.decay,
                        heldUntil: entry.heldUntil,
                        trust: entry.trust,
                        verdict: entry.verdict,
                        click: click,
                        rule: rule,
                        through: entry.through
                    )
                )
                return
            }
            let points = CountedPoints(
                points: entry.granted,
                group: group,
                topic: topic,
                reading: entry.decay,
                trust: entry.trust,
                through: entry.through
            )
            self.count(points, readings: readings)
            if entry.origin.isAct, entry.verdict == .confirmed, entry.points > 0 {
                self.noteAct(at: time, through: entry.through, trust: entry.trust)
            }
        case .settled(let entry, let granted, _):
            self.provisional.removeAll { $0.id == entry.id }
            let points = CountedPoints(
                points: granted,
                group: entry.group,
                topic: entry.topic,
                reading: entry.reading,
                trust: entry.trust,
                through: entry.through
            )
            self.count(points, readings: readings)
        case .dropped(let entry, _):
            self.provisional.removeAll { $0.id == entry.id }
        }
    }

    /// Points on their way into the balances.
    private struct CountedPoints {
        var points: Double
        var group: UInt8
        var topic: UInt8
        var reading: Double
        var trust: LinkTrust
        var through: VisitorID?
    }

    private mutating func count(_ new: CountedPoints, readings: (UInt8) -> Double) {
        let now = readings(new.group)
        self.balances.add(new.points, group: new.group, topic: new.topic, grantedAt: new.reading, now: now)
        if let index = self.linkIndex(new.through) {
            self.links[index].points.add(
                new.points,
                group: new.group,
                topic: new.topic,
                grantedAt: new.reading,
                now: now
            )
        }
        if new.trust.isLimited {
            self.limited.add(new.points, group: new.group, topic: 0, grantedAt: new.reading, now: now)
        }
        let unnamed = self.balances.limitTopics(readings: readings)
        if !unnamed.isEmpty { self.unname(unnamed, readings: readings) }
    }

    /// What may be taken back later is taken from where its points are now: under "no topic".
    private mutating func unname(_ topics: [UInt8], readings: (UInt8) -> Double) {
        for index in self.links.indices { self.links[index].points.unname(topics, readings: readings) }
        for click in self.recentClicks.indices {
            for grant in self.recentClicks[click].grants.indices
            where topics.contains(self.recentClicks[click].grants[grant].topic) {
                self.recentClicks[click].grants[grant].topic = 0
            }
        }
    }

    /// Notes that a person did something worth points, whatever a maximum left of them. What came by a tie is noted
    /// with it, and counts as far as the tie is trusted.
    mutating func noteAct(at time: Timestamp, through visitor: VisitorID?, trust: LinkTrust) {
        if let index = self.linkIndex(visitor) {
            self.links[index].lastConfirmed = max(self.links[index].lastConfirmed, time)
        } else if !trust.isLimited {
            self.ownLastConfirmed = max(self.ownLastConfirmed, time)
        }
    }

    /// The value of a field the model may ask for.
    package func value(ofField name: String, grade: Grade) -> String? {
        switch name {
        case "status": self.status
        case "role": self.role
        case "grade": grade.name
        default: self.fields.first { $0.name == name }?.value
        }
    }
}

extension LedgerEntry.Origin {
    /// Whether a new entry of this origin stands for an act of this moment. A visitor's history has acts of its own
    /// age, points that a reversal gives back are nobody's act, and a click's confirmation is noted where it is found.
    fileprivate var isAct: Bool {
        switch self {
        case .page, .rule, .manual: true
        case .beforeIdentification, .confirmation, .reversal: false
        }
    }
}
