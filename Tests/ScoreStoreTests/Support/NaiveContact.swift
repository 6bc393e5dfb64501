import Domain
import Foundation

/// A contact, with every entry they ever had.
struct NaiveContact {
    struct Held {
        var entry: NaiveEntry
        var until: Timestamp
        var isConfirmed = false
    }

    struct Click {
        var click: UInt64
        var message: UInt32
        var link: UInt32
        var time: Timestamp
        var verdict: Verdict
        /// What it was granted, and what a confirmation adds.
        var grants: [(entry: NaiveEntry, rest: Double)] = []
    }

    var rules = NaiveRules()
    var now = Timestamp.distantPast
    var notes: [NaiveModel.Note] = []
    var entries = NaiveEntries()

    var record = ContactRecord(contact: ContactID(0))
    var firstSeen = Timestamp.never
    var lastSeen = Timestamp.distantPast
    var lastOnSite = Timestamp.distantPast
    var lastConfirmed = Timestamp.distantPast
    var counts: [EventKind: UInt32] = [:]
    var visits: UInt32 = 0
    var mergedPageViews: UInt32 = 0
    var windows = NaiveWindows()
    var ids: Set<[UInt64]> = []
    var held: [Held] = []
    var clicks: [Click] = []
    var links: [(visitor: VisitorID, trust: LinkTrust, tokens: [Set<String>])] = []
    var expiring: [(entry: NaiveEntry, at: Timestamp)] = []
    var fired: Set<String> = []

    var stage = Stage.cold
    var isHandedOver = false
    var handedOverAt = Timestamp.distantPast
    var waits = false
    var isAnswered = false
    var stageEnd = Timestamp.never
    var isTouched = false

    // MARK: Reading

    var grade: Grade { self.rules.model.fit.grade(of: self.record.fields) }

    func field(_ name: String) -> String? {
        switch name {
        case "status": self.record.status
        case "role": self.record.role
        case "grade": self.grade.name
        default: self.record.fields.first { $0.name == name }?.value
        }
    }

    var isExcluded: Bool {
        self.record.consents.contains(.objected) || self.rules.model.excludedStatuses.contains(self.record.status)
    }

    var hot: ScoringModel.Levels {
        self.rules.model.stages.hotByGrade.first { $0.grade == self.grade }?.levels ?? self.rules.model.stages.hot
    }

    /// The score for stages so many seconds from now.
    func score(in seconds: Double) -> Double { Self.value(self.lines, seconds, self.rules.model.claimedMax) }

    private typealias Line = (open: Double, limited: Double, slope: Double)

    private var lines: [Line] {
        self.rules.model.groups.map { group in
            let open = self.entries.sum(self.rules, at: self.now) { $0.group == group.name && !$0.isLimited }
            let limited = self.entries.sum(self.rules, at: self.now) { $0.group == group.name && $0.isLimited }
            return (open, limited, self.rules.slope(group.name))
        }
    }

    private static func value(_ lines: [Line], _ seconds: Double, _ claimedMax: Double) -> Double {
        let open = lines.reduce(0) { $0 + $1.open * exp2(-$1.slope * seconds) }
        let limited = lines.reduce(0) { $0 + $1.limited * exp2(-$1.slope * seconds) }
        return open + min(limited, claimedMax)
    }

    /// When the stage ends by decay: the first whole second at which the score is too low.
    mutating func findStageEnd() {
        guard self.stage != .cold else {
            self.stageEnd = .never
            return
        }
        let level = self.stage == .hot ? self.hot.leave : self.rules.model.stages.warm.leave
        let lines = self.lines
        let claimedMax = self.rules.model.claimedMax
        let isBelow = { (second: Int) in Self.value(lines, Double(second), claimedMax) < level }
        let horizon = 400 * 86_400
        var low = 0
        var high = horizon
        if lines.contains(where: { $0.open < -1e-12 || $0.limited < -1e-12 }) {
            // The score may rise before it falls: the first hour with a low end, then the second in it.
            high = stride(from: 3_600, through: horizon, by: 3_600).first(where: isBelow) ?? horizon
            low = high - 3_600
            if let second = (1...3_600).first(where: isBelow) {
                high = second
                low = second - 1
            }
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if isBelow(middle) { high = middle } else { low = middle }
        }
        self.stageEnd = self.now.adding(.seconds(Int64(high)))
    }

    // MARK: Time

    private var nextDue: Timestamp {
        var due = self.stageEnd
        for held in self.held { due = min(due, held.until) }
        for ending in self.expiring { due = min(due, ending.at) }
        if self.stage == .hot, !self.isHandedOver, !self.waits, self.handedOverAt != .distantPast, !self.isExcluded {
            let end = self.handedOverAt.adding(self.rules.model.stages.cooldown)
            due = min(due, max(end, self.rules.published))
        }
        for rule in self.rules.model.rules {
            guard let silent = rule.condition.silent, !self.fired.contains(rule.name) else { continue }
            guard self.lastSeen != .distantPast else { continue }
            due = min(due, max(self.lastSeen.adding(silent), self.rules.published))
        }
        return due
    }

    mutating func catchUp(to time: Timestamp) {
        while self.nextDue <= time {
            self.now = self.nextDue
            self.applyDue()
        }
        self.now = time
    }

    private mutating func applyDue() {
        var hasEvidence = false
        var hasReversal = false
        for held in self.held where held.until <= self.now {
            self.settle(held)
            if held.entry.points > 0 { hasEvidence = true }
        }
        self.held.removeAll { $0.until <= self.now }
        for ending in self.expiring where ending.at <= self.now {
            self.takeBack(ending.entry)
            hasReversal = true
        }
        self.expiring.removeAll { $0.at <= self.now }
        for rule in self.rules.model.rules {
            guard let silent = rule.condition.silent, !self.fired.contains(rule.name),
                self.lastSeen != .distantPast, self.lastSeen.adding(silent) <= self.now
            else { continue }
            self.fired.insert(rule.name)
            guard rule.condition.contact.allSatisfy({ self.field($0.field) == $0.value }) else { continue }
            if !self.isExcluded, self.lastConfirmed != .distantPast { self.note(.alert, rule.name) }
        }
        self.advance(evidence: hasEvidence, reversal: hasReversal && !hasEvidence)
    }

    // MARK: Points

    mutating func note(_ kind: NotificationKind, _ detail: String = "") {
        self.notes.append(NaiveModel.Note(time: self.now, kind: kind, detail: detail))
        self.isTouched = true
    }

    mutating func add(_ entry: NaiveEntry) {
        self.entries.add(entry, self.rules, at: self.now)
        self.isTouched = true
    }

    private mutating func takeBack(_ entry: NaiveEntry) {
        var reversal = entry
        reversal.points = -entry.points * exp2(-self.rules.elapsed(entry.group, from: entry.date, to: self.now))
        reversal.date = self.now
        reversal.through = nil
        self.add(reversal)
    }

    private mutating func settle(_ held: Held) {
        var entry = held.entry
        let factor = held.isConfirmed ? 1 : self.rules.model.unconfirmed
        entry.points = self.entries.capped(entry.points * factor, group: entry.group, self.rules, at: self.now)
        self.add(entry)
        if held.isConfirmed, entry.points > 0 { self.lastConfirmed = self.now }
        if entry.click != 0, !held.isConfirmed {
            self.remember(entry, rest: max(0, held.entry.points * (1 - factor)))
        }
    }

    private mutating func remember(_ entry: NaiveEntry, rest: Double) {
        let recent = self.clicks.indices.suffix(16)
        guard let index = recent.last(where: { self.clicks[$0].click == entry.click }) else { return }
        self.clicks[index].grants.append((entry, rest))
    }

    // MARK: Stages

    mutating func advance(evidence: Bool, reversal: Bool = false) {
        let score = self.score(in: 0)
        let warm = self.rules.model.stages.warm
        let before = self.notes.count
        if self.stage == .hot, score < self.hot.leave {
            self.stage = .warm
            self.waits = false
            if self.isHandedOver {
                self.isHandedOver = false
                if reversal {
                    self.handedOverAt = .distantPast
                    self.note(.leadWithdrawn)
                } else {
                    self.note(.leadCooled)
                    if !self.isAnswered, !self.isExcluded { self.note(.contactNurture) }
                }
            }
        }
        if self.stage == .warm, score < warm.leave { self.stage = .cold }
        if evidence, self.stage == .cold, score >= warm.enter {
            self.stage = .warm
            if score < self.hot.enter, !self.isExcluded { self.note(.contactNurture) }
        }
        if evidence, self.stage == .warm, score >= self.hot.enter { self.stage = .hot }
        if self.stage == .hot, !self.isHandedOver {
            let isConfirmed = self.lastConfirmed.adding(.days(30)) >= self.now
            self.waits = !self.isExcluded && !isConfirmed
            let cooldown = self.handedOverAt.adding(self.rules.model.stages.cooldown)
            let isCooling = self.handedOverAt != .distantPast && cooldown > self.now
            if !self.isExcluded, isConfirmed, !isCooling {
                self.isHandedOver = true
                self.isAnswered = false
                self.handedOverAt = self.now
                self.note(.leadQualified)
            }
        }
        if self.notes.count > before || self.stageEnd <= self.now { self.isTouched = true }
        if self.isTouched { self.findStageEnd() }
        self.isTouched = false
    }

    // MARK: Commands

    mutating func set(_ record: ContactRecord) {
        let old = self.record.consents
        let oldGrade = self.grade
        self.record = record
        self.isTouched = true
        if old != record.consents { self.note(.consentChanged) }
        if record.consents.contains(.objected), !old.contains(.objected) {
            self.held = []
            self.note(.contactObjected)
            if self.isHandedOver {
                self.isHandedOver = false
                self.handedOverAt = .distantPast
                self.note(.leadWithdrawn)
            }
        }
        self.advance(evidence: self.grade < oldGrade)
    }

    mutating func manual(_ record: ManualEntryRecord) {
        guard self.rules.names(record.group) != nil else { return }
        let granted = self.entries.capped(record.points, group: record.group, self.rules, at: self.now)
        let entry = NaiveEntry(group: record.group, topic: "", points: granted, date: self.now)
        self.add(entry)
        if granted > 0 { self.lastConfirmed = self.now }
        if record.expires != .never { self.expiring.append((entry, max(record.expires, self.now))) }
        self.advance(evidence: record.points > 0, reversal: record.points <= 0)
    }

    mutating func answer(_ record: LeadAnswerRecord) {
        self.isAnswered = true
        self.note(.leadAnswered, record.answer.name)
        self.advance(evidence: false)
    }

    // MARK: Events

    mutating func event(_ event: EventRecord, _ payload: [UInt8], through visitor: VisitorID?) {
        guard event.filter == .none, event.verdict != .machine else { return }
        let consents = self.record.consents
        guard consents.allows(event.kind) || event.kind == .emailOpen else { return }
        if visitor == nil, event.nonce != 0 {
            guard self.ids.insert([event.nonce, UInt64(event.counter)]).inserted else { return }
        }
        if event.kind == .emailOpen {
            guard consents.allows(.emailOpen) else { return }
            self.score(event, payload, through: nil, visit: nil, absence: .seconds(0))
            return
        }
        self.note(event, through: visitor)
        if event.click != 0, event.kind != .emailClick, event.verdict == .confirmed { self.confirm(event.click) }
        if event.kind == .clickConfirmation { return }
        if event.kind == .emailClick, self.isBurst(event) {
            self.advance(evidence: false, reversal: true)
            return
        }
        if event.kind != .emailClick || event.verdict == .confirmed { self.fired = [] }
        if self.firstSeen == .never { self.firstSeen = self.now }
        self.lastSeen = self.now
        var visit: ScoringModel.Visit?
        var absence = TimeSpan.seconds(0)
        if event.kind.isPublic {
            if self.lastOnSite == .distantPast {
                visit = .first
            } else {
                absence = self.now.since(self.lastOnSite)
                if absence >= .minutes(30) { visit = .return }
            }
            if visit != nil { self.visits += 1 }
            self.lastOnSite = self.now
        }
        self.score(event, payload, through: visitor, visit: visit, absence: absence)
    }

    private mutating func score(
        _ event: EventRecord,
        _ payload: [UInt8],
        through visitor: VisitorID?,
        visit: ScoringModel.Visit?,
        absence: TimeSpan
    ) {
        self.counts[event.kind, default: 0] += 1
        self.isTouched = true
        let untied: LinkTrust = visitor != nil && !event.trust.isLimited ? .forwarded : event.trust
        let trust = self.links.first { $0.visitor == visitor }?.trust ?? untied
        let date = Timestamp(microseconds: self.now.microseconds - Int64(event.latenessSeconds) * 1_000_000)
        let click = event.kind == .emailClick ? event.click : 0
        let matches = self.rules.matches(
            event,
            payload,
            visit: visit,
            absence: absence,
            field: self.field,
            knowsContact: true
        )
        var evidence = false
        for match in matches where self.windows.allows(match, at: self.now) {
            if match.alert != .none, event.verdict == .confirmed, !self.isExcluded {
                self.note(.alert, String(match.name.dropFirst(5)))
            }
            guard match.points != 0 else { continue }
            var entry = NaiveEntry(
                group: match.group,
                topic: match.topic,
                points: match.points,
                date: date,
                isLimited: trust.isLimited,
                through: visitor,
                click: click
            )
            if event.verdict == .likely, match.hold > .seconds(0) {
                self.held.append(Held(entry: entry, until: self.now.adding(match.hold)))
                continue
            }
            let worth = event.verdict == .likely ? match.points * self.rules.model.unconfirmed : match.points
            entry.points = self.entries.capped(worth, group: match.group, self.rules, at: self.now)
            self.add(entry)
            if event.verdict == .confirmed, entry.points > 0 { self.lastConfirmed = self.now }
            if click != 0 {
                self.remember(entry, rest: event.verdict == .likely ? max(0, match.points - worth) : 0)
            }
            if entry.points > 0 { evidence = true }
        }
        self.advance(evidence: evidence)
    }

    // MARK: Clicks

    /// Three links of one message within two seconds, or one more within ten seconds of such a burst.
    private mutating func isBurst(_ event: EventRecord) -> Bool {
        var click = Click(
            click: event.click,
            message: event.message,
            link: event.link,
            time: self.now,
            verdict: event.verdict
        )
        let recent = self.clicks.indices.suffix(16).filter { self.clicks[$0].message == event.message }
        let likely = recent.filter { index in
            self.clicks[index].verdict == .likely && self.clicks[index].time.adding(.seconds(2)) >= self.now
        }
        let links = Set(likely.map { self.clicks[$0].link } + [event.link])
        if links.count >= 3 {
            click.verdict = .machine
            for index in likely {
                self.clicks[index].verdict = .machine
                self.held.removeAll { $0.entry.click == self.clicks[index].click }
                for grant in self.clicks[index].grants { self.takeBack(grant.entry) }
                self.clicks[index].grants = []
            }
        }
        let isTail = recent.contains { index in
            self.clicks[index].verdict == .machine && self.clicks[index].time.adding(.seconds(10)) > self.now
        }
        if isTail { click.verdict = .machine }
        self.clicks.append(click)
        self.isTouched = true
        return click.verdict == .machine
    }

    private mutating func confirm(_ id: UInt64) {
        let recent = self.clicks.indices.suffix(16)
        guard let index = recent.last(where: { self.clicks[$0].click == id }), self.clicks[index].verdict == .likely
        else { return }
        self.clicks[index].verdict = .confirmed
        for var held in self.held where held.entry.click == id {
            held.isConfirmed = true
            self.settle(held)
        }
        self.held.removeAll { $0.entry.click == id }
        for grant in self.clicks[index].grants where grant.rest > 0 {
            var entry = grant.entry
            entry.points = self.entries.capped(grant.rest, group: entry.group, self.rules, at: self.now)
            entry.through = nil
            self.add(entry)
            if entry.points > 0 { self.lastConfirmed = self.now }
        }
        self.clicks[index].grants = []
        self.advance(evidence: true)
    }
}
