/// One record folded into one contact: decides entries from the contact as it stands, applies each at once, and
/// collects what the catalog shall hold.
///
/// Pure: reads the contact, the record and the model. Facets: `+Events`, `+Clicks`, `+Links`, `+Commands`, `+Due`.
package struct ContactFold {
    /// The contact, as changed so far.
    package var contact: Contact
    /// The model that holds; nil before the first publication: nothing is granted.
    let model: CompiledModel?
    /// The record's offset.
    let offset: UInt64
    /// The time of what is being applied: a due time, then the record's.
    var now: Timestamp
    /// What the catalog shall hold, with the time it holds from.
    package private(set) var effects: [(time: Timestamp, body: EffectBody)] = []
    /// Whether a new standing is due at the end.
    var isTouched = false
    private var entryOrdinal: UInt16 = 0
    private var notifications: [LeadNotification] = []

    /// A fold of the record at `offset`.
    package init(_ contact: Contact, model: CompiledModel?, offset: UInt64, time: Timestamp) {
        self.contact = contact
        self.model = model
        self.offset = offset
        self.now = time
    }

    /// From here on things happen at `time`.
    package mutating func move(to time: Timestamp) { self.now = time }

    /// Adds an effect.
    mutating func emit(_ body: EffectBody) { self.effects.append((self.now, body)) }

    /// Adds a notification, to go out after the standing.
    mutating func notify(_ kind: NotificationKind, detail: String = "", author: String = "", isDigest: Bool = false) {
        self.notifications.append(
            LeadNotification(
                kind: kind,
                contact: self.contact.id,
                detail: detail,
                author: author,
                isDigest: isDigest
            )
        )
        self.isTouched = true
    }

    /// The name of the next entry.
    mutating func nextEntryID() -> EntryID {
        defer { self.entryOrdinal += 1 }
        return EntryID(offset: self.offset, ordinal: self.entryOrdinal)
    }

    /// D of a group now.
    func reading(_ group: UInt8) -> Double { self.model?.clocks[Int(group)].reading(at: self.now) ?? 0 }

    /// D of a group then.
    func reading(_ group: UInt8, at time: Timestamp) -> Double {
        self.model?.clocks[Int(group)].reading(at: time) ?? 0
    }

    /// The name of a rule or page pattern by its key, for entries that complete earlier ones.
    func name(ofRule key: UInt32) -> String {
        guard let model else { return "" }
        return model.rules.first { $0.grant.key == key }?.grant.name
            ?? model.pageGrants.first { $0.key == key }?.name ?? ""
    }

    /// The grade of the contact's account under the present model.
    var grade: Grade { self.model?.source.fit.grade(of: self.contact.fields) ?? .b }

    /// Applies a change and tells the catalog.
    mutating func apply(_ change: ContactChange) {
        let clocks = self.model?.clocks ?? []
        let now = self.now
        self.contact.evolve(
            change,
            readings: { Int($0) < clocks.count ? clocks[Int($0)].reading(at: now) : 0 },
            at: now
        )
        self.isTouched = true
        switch change {
        case .entry(let entry, _, _, _, _): self.emit(.entry(entry))
        case .settled(let entry, let granted, let capped):
            self.emit(.entrySettled(entry.id, contact: self.contact.id, granted: granted, capped: capped))
        case .dropped(let entry, let reason):
            self.emit(.entryDropped(entry.id, contact: self.contact.id, reason: reason))
        }
    }

    /// What of some points the group's maximum leaves room for, and what it keeps back. Points taken away are never
    /// capped. A group that the model no longer names adds nothing, not even what was held before.
    func cap(_ points: Double, group: UInt8) -> (granted: Double, capped: Double) {
        guard let maximum = self.model?.maxima[Int(group)] else { return (0, max(0, points)) }
        guard points > 0 else { return (points, 0) }
        let room = max(0, maximum - self.contact.balances.total(group: group, now: self.reading(group)))
        let granted = min(points, room)
        return (granted, points - granted)
    }

    /// Lets the stage follow the score, and closes this step: the standing first, then the notifications.
    mutating func finish(_ cause: Ripeness.Cause) {
        guard let model else {
            self.flush(score: 0, limited: 0)
            return
        }
        let score = ScoreReading(of: self.contact, model: model, at: self.now)
        let actions = self.contact.ripeness.advance(cause, self.ripenessReading(score, model))
        if !actions.isEmpty || self.contact.stageEnd <= self.now { self.isTouched = true }
        for action in actions {
            switch action {
            case .handOver: self.notify(.leadQualified)
            case .withdraw: self.notify(.leadWithdrawn)
            case .cool: self.notify(.leadCooled)
            case .nurture: self.notify(.contactNurture)
            }
        }
        if self.isTouched { self.setStageEnd() }
        self.flush(score: score.total, limited: score.limited)
    }

    private func ripenessReading(_ score: ScoreReading, _ model: CompiledModel) -> Ripeness.Reading {
        Ripeness.Reading(
            score: score.forStages,
            warm: model.source.stages.warm,
            hot: model.hotLevels(for: self.grade),
            cooldown: model.source.stages.cooldown,
            lastConfirmed: self.contact.lastConfirmed,
            isExcluded: self.isExcluded,
            now: self.now
        )
    }

    /// Whether the contact is never handed over or alerted about.
    var isExcluded: Bool { self.contact.isExcluded(by: self.model) }

    private mutating func flush(score: Double, limited: Double) {
        guard self.isTouched else { return }
        self.isTouched = false
        self.emit(.standing(self.standing(score: score, limited: limited)))
        for notification in self.notifications { self.emit(.notification(notification)) }
        self.notifications = []
    }

    private func standing(score: Double, limited: Double) -> ContactStanding {
        var standing = ContactStanding(contact: self.contact.id, asOf: self.now)
        standing.score = score
        standing.limited = limited
        if let model {
            standing.balances = self.contact.balances.list.filter { model.maxima[Int($0.group)] != nil }.map {
                balance in
                let reading = self.reading(balance.group)
                return NamedBalance(
                    group: model.groupNames[Int(balance.group)],
                    topic: model.topicNames[Int(balance.topic)],
                    value: balance.value(at: reading),
                    decay: reading
                )
            }
        }
        standing.stage = self.contact.ripeness.stage
        standing.awaitsConfirmation = self.contact.ripeness.awaitsConfirmation
        standing.grade = self.grade
        standing.firstSeen = self.contact.firstSeen
        standing.lastSeen = self.contact.lastSeen
        standing.visits = self.contact.visits
        standing.pageViews = self.contact.pageViews
        standing.clicks = self.contact.clicks
        standing.quoteViews = self.contact.quoteViews
        let handedOver = self.contact.ripeness.handedOverAt
        standing.handedOver = handedOver == .distantPast ? .never : handedOver
        return standing
    }
}
