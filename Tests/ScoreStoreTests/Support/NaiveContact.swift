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
        /// The entries are named by their place among all.
        var grants: [(entry: Int, rest: Double)] = []
        /// What was taken back, as if it had counted in full.
        var taken: [NaiveEntry] = []
    }

    /// A person's act that brought points.
    struct Confirmation {
        var time: Timestamp
        var through: VisitorID?
        var isLimited: Bool
    }

    var rules = NaiveRules()
    var now = Timestamp.distantPast
    var notes: [NaiveModel.Note] = []
    var entries = NaiveEntries()

    var record = ContactRecord(contact: ContactID(0))
    var lastSeen = Timestamp.distantPast
    var lastOnSite = Timestamp.distantPast
    var confirmations: [Confirmation] = []
    /// When they were seen, and by which visitor; visits and page views likewise, the history's many at once.
    var sightings: [(time: Timestamp, through: VisitorID?)] = []
    var visited: [(count: UInt32, through: VisitorID?)] = []
    var viewed: [(count: UInt32, through: VisitorID?)] = []
    var windows = NaiveWindows(capacity: 64)
    var ids: Set<[UInt64]> = []
    var held: [Held] = []
    var clicks: [Click] = []
    var links: [(visitor: VisitorID, trust: LinkTrust, tokens: [Set<String>])] = []
    var expiring: [(entry: NaiveEntry, at: Timestamp)] = []
    var fired: Set<String> = []

    var stage = Stage.cold
    var isHandedOver = false
    var handedOverAt = Timestamp.distantPast
    var cooldownEnd = Timestamp.distantPast
    /// For a person's act; for the end of the cooldown.
    var waits = false
    var cools = false
    var isAnswered = false
    var stageEnd = Timestamp.never
    var isTouched = false

    // MARK: Reading

    var firstSeen: Timestamp { self.sightings.map(\.time).min() ?? .never }
    var visits: UInt32 { self.visited.reduce(0) { $0 + $1.count } }
    var pageViews: UInt32 { self.viewed.reduce(0) { $0 + $1.count } }

    /// The last act that is known to be this person's.
    var lastConfirmed: Timestamp {
        self.confirmations.filter { act in
            guard let tie = self.links.first(where: { $0.visitor == act.through }) else { return !act.isLimited }
            return tie.trust == .token || tie.trust == .authenticated
        }.map(\.time).max() ?? .distantPast
    }

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
        if self.cools { due = min(due, self.cooldownEnd) }
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
        let unnamed = self.entries.add(entry, self.rules, at: self.now)
        for click in self.clicks.indices {
            for index in self.clicks[click].taken.indices
            where unnamed.contains(self.clicks[click].taken[index].topic) {
                self.clicks[click].taken[index].topic = ""
            }
        }
        self.isTouched = true
    }

    mutating func takeBack(_ entry: NaiveEntry) {
        // A confirmed act stays one: only a tie that is undone takes it away.
        var reversal = entry
        reversal.points = -entry.points * exp2(-self.rules.elapsed(entry.group, from: entry.date, to: self.now))
        reversal.date = self.now
        reversal.through = nil
        self.add(reversal)
    }

    mutating func settle(_ held: Held) {
        var entry = held.entry
        let factor = held.isConfirmed ? 1 : self.rules.model.unconfirmed
        entry.points = self.entries.capped(entry.points * factor, group: entry.group, self.rules, at: self.now)
        self.add(entry)
        if entry.click != 0, !held.isConfirmed {
            self.remember(entry, rest: max(0, held.entry.points * (1 - factor)))
        }
    }

    mutating func confirmed(by entry: NaiveEntry) {
        self.confirmations.append(
            Confirmation(time: self.now, through: entry.through, isLimited: entry.isLimited)
        )
    }

    /// Notes what a click brought: the entry added last.
    mutating func remember(_ entry: NaiveEntry, rest: Double) {
        let recent = self.clicks.indices.suffix(16)
        guard let index = recent.last(where: { self.clicks[$0].click == entry.click }) else { return }
        self.clicks[index].grants.append((self.entries.list.count - 1, rest))
    }

    // MARK: Stages

    mutating func advance(evidence: Bool, reversal: Bool = false) {
        let score = self.score(in: 0)
        let warm = self.rules.model.stages.warm
        let before = self.notes.count
        if reversal, self.isHandedOver, self.lastConfirmed.adding(.days(30)) < self.handedOverAt {
            self.withdraw()
            self.waits = true
        }
        if self.stage == .hot, score < self.hot.leave {
            self.stage = .warm
            self.waits = false
            self.cools = false
            if self.isHandedOver, reversal { self.withdraw() }
            if self.isHandedOver {
                self.isHandedOver = false
                self.note(.leadCooled)
            }
            if !reversal, !self.isAnswered, !self.isExcluded { self.note(.contactNurture) }
        }
        if self.stage == .warm, score < warm.leave { self.stage = .cold }
        if evidence, self.stage == .cold, score >= warm.enter {
            self.stage = .warm
            if score < self.hot.enter, !self.isExcluded { self.note(.contactNurture) }
        }
        if evidence, self.stage == .warm, score >= self.hot.enter { self.stage = .hot }
        if self.stage == .hot, !self.isHandedOver { self.tryHandOver(evidence: evidence) }
        if self.notes.count > before || self.stageEnd <= self.now { self.isTouched = true }
        if self.isTouched { self.findStageEnd() }
        self.isTouched = false
    }

    /// Sales gets them if something spoke for them now, or did before and they only had to wait.
    private mutating func tryHandOver(evidence: Bool) {
        let mayBe = !self.isExcluded && (evidence || self.waits || self.cools)
        let isConfirmed = self.lastConfirmed.adding(.days(30)) >= self.now
        let isCooling = self.cooldownEnd > self.now
        self.waits = mayBe && !isConfirmed
        self.cools = mayBe && isConfirmed && isCooling
        guard mayBe, isConfirmed, !isCooling else { return }
        self.isHandedOver = true
        self.isAnswered = false
        self.handedOverAt = self.now
        self.cooldownEnd = self.now.adding(self.rules.model.stages.cooldown)
        self.note(.leadQualified)
    }

    mutating func withdraw() {
        self.isHandedOver = false
        self.handedOverAt = .distantPast
        self.cooldownEnd = .distantPast
        self.note(.leadWithdrawn)
    }

    // MARK: Commands

    mutating func set(_ record: ContactRecord) {
        let old = self.record.consents
        let oldGrade = self.grade
        var record = record
        for consent in [ContactConsents.clicks, .opens, .lastOpenDay, .objected] {
            guard let decided = record.decidedConsents, !decided.contains(consent) else { continue }
            record.consents.remove(consent)
            if old.contains(consent) { record.consents.insert(consent) }
        }
        record.decidedConsents = nil
        self.record = record
        self.isTouched = true
        if old != record.consents { self.note(.consentChanged) }
        if record.consents.contains(.objected), !old.contains(.objected) {
            self.held = []
            self.note(.contactObjected)
            if self.isHandedOver { self.withdraw() }
        }
        self.advance(evidence: self.grade < oldGrade)
    }

    mutating func manual(_ record: ManualEntryRecord) {
        guard self.rules.names(record.group) != nil else { return }
        let granted = self.entries.capped(record.points, group: record.group, self.rules, at: self.now)
        let entry = NaiveEntry(group: record.group, topic: "", points: granted, date: self.now)
        self.add(entry)
        if record.points > 0 { self.confirmed(by: entry) }
        if record.expires != .never { self.expiring.append((entry, max(record.expires, self.now))) }
        self.advance(evidence: record.points > 0, reversal: record.points <= 0)
    }

    mutating func answer(_ record: LeadAnswerRecord) {
        self.isAnswered = true
        self.note(.leadAnswered, record.answer.name)
        self.advance(evidence: false)
    }
}
