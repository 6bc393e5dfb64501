import Domain
import Foundation
import TestSupport

/// The scoring rules written a second time, as plainly as possible: every entry is kept, every sum is taken over all
/// of them with the C library's `exp2`, windows and bursts are found by looking through lists. Slow, and right if it
/// can be read.
struct NaiveModel {
    struct Note: Equatable {
        var time: Timestamp
        var kind: NotificationKind
        var detail: String
    }

    enum Act {
        case event(EventRecord, [UInt8], ContactID, through: VisitorID?)
        case linked(NaiveVisitor.Link, ContactID)
        case unlinked(VisitorID, ContactID)
        case vouched(VisitorID, ContactID, LinkTrust, tokens: Set<String>)
        case withdrawn(WithdrawalRecord)

        var contact: ContactID {
            switch self {
            case .event(_, _, let id, _), .linked(_, let id), .unlinked(_, let id), .vouched(_, let id, _, _): id
            case .withdrawn(let record): record.contact
            }
        }

        /// The same for another contact.
        func meant(for id: ContactID) -> Act {
            switch self {
            case .event(let event, let payload, _, let visitor): .event(event, payload, id, through: visitor)
            case .linked(let link, _): .linked(link, id)
            case .unlinked(let visitor, _): .unlinked(visitor, id)
            case .vouched(let visitor, _, let trust, let tokens): .vouched(visitor, id, trust, tokens: tokens)
            case .withdrawn(let record):
                .withdrawn(WithdrawalRecord(contact: id, withdrawn: record.withdrawn, objects: record.objects))
            }
        }
    }

    var contacts: [ContactID: NaiveContact] = [:]
    var visitors: [VisitorID: NaiveVisitor] = [:]
    var aliases: [ContactID: ContactID] = [:]
    var notes: [ContactID: [Note]] = [:]
    var rules = NaiveRules()
    /// What one slot tells another: folded behind the records that caused it.
    var consequences: [Act] = []
    /// What a second key passes on to its contact, once: folded behind the consequences.
    var passedOn: [Act] = []

    mutating func run(_ step: LogStep) throws {
        for item in step.items { try self.fold(item, at: step.time) }
        // A first key may be addressed by the records themselves, or by what follows from them: two rounds do.
        for _ in 0..<2 {
            let passed = self.passedOn
            let direct = self.consequences
            self.passedOn = []
            self.consequences = []
            for act in direct { self.pass(act, at: step.time) }
            for act in passed { self.fold(act, at: step.time) }
        }
    }

    /// Folds an act into its contact, or leaves it for the contact that the id is a second key of.
    private mutating func pass(_ act: Act, at now: Timestamp) {
        guard self.contacts[act.contact] == nil, let primary = self.aliases[act.contact] else {
            self.fold(act, at: now)
            return
        }
        self.passedOn.append(act.meant(for: primary))
    }

    private mutating func fold(_ item: LogItem, at now: Timestamp) throws {
        try item.payload.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            switch item.kind {
            case .event: self.event(try EventRecord(decoding: bytes), item.payload, at: now)
            case .contact:
                let record = try ContactRecord(decoding: &reader)
                self.aliases[record.contact] = nil
                self.change(record.contact, at: now, creates: true) { $0.set(record) }
            case .alias:
                let record = try AliasRecord(decoding: &reader)
                self.aliases[record.alias] = record.alias == record.contact ? nil : record.contact
            case .link: self.link(try LinkRecord(decoding: &reader))
            case .manualEntry:
                let record = try ManualEntryRecord(decoding: &reader)
                self.change(record.contact, at: now) { $0.manual(record) }
            case .withdrawal:
                let record = try WithdrawalRecord(decoding: &reader)
                self.pass(.withdrawn(record), at: now)
            case .leadAnswer:
                let record = try LeadAnswerRecord(decoding: &reader)
                self.change(record.contact, at: now) { $0.answer(record) }
            case .reinstatement:
                let record = try ReinstatementRecord(decoding: &reader)
                self.change(record.contact, at: now) { $0.reinstate() }
            case .erasure:
                switch try ErasureRecord(decoding: &reader) {
                case .contact(let id):
                    self.contacts[id] = nil
                    self.notes[id] = nil
                case .visitor(let id):
                    guard let visitor = self.visitors.removeValue(forKey: id) else { return }
                    if let contact = visitor.contact { self.consequences.append(.unlinked(id, contact)) }
                }
            case .model:
                let model = try ScoringModel(decoding: &reader)
                for id in self.contacts.keys.sorted() { self.change(id, at: now) { _ in } }
                self.rules.publish(model, at: now)
                for id in self.contacts.keys {
                    self.contacts[id]?.rules = self.rules
                    self.contacts[id]?.now = now
                    self.contacts[id]?.findStageEnd()
                }
            case .tick: for id in self.contacts.keys.sorted() { self.change(id, at: now) { _ in } }
            case .canary, .linked, .touch, .unlinked, .sighting, .verdict, .withdrawn, .erased, .erasedDerived: break
            }
        }
    }

    private mutating func event(_ event: EventRecord, _ payload: [UInt8], at now: Timestamp) {
        guard let id = event.visitor, event.contact == nil || event.kind.isPublic else {
            if let contact = event.contact { self.pass(.event(event, payload, contact, through: nil), at: now) }
            return
        }
        guard event.filter == .none, event.verdict != .machine else { return }
        var visitor = self.visitors[id] ?? NaiveVisitor(id: id, firstSeen: now)
        guard visitor.ids.insert([event.nonce, UInt64(event.counter)]).inserted else { return }
        if let contact = event.contact, visitor.contact == contact, visitor.trust == .claim, event.trust == .token {
            visitor.trust = .token
            self.consequences.append(.vouched(id, contact, .token, tokens: Self.tokens(of: event)))
        }
        if let contact = event.contact, visitor.contact != contact {
            if visitor.contact == nil {
                let link = visitor.giveUp(to: contact, trust: event.trust, tokens: Self.tokens(of: event))
                self.consequences.append(.linked(link, contact))
            } else {
                var passed = event
                passed.trust = event.trust == .claim ? .claim : .forwarded
                self.consequences.append(.event(passed, payload, contact, through: id))
            }
        }
        visitor.note(event, payload, self.rules, at: now)
        if let contact = visitor.contact {
            var passed = event
            passed.trust = visitor.trust
            self.consequences.append(.event(passed, payload, contact, through: id))
        }
        self.visitors[id] = visitor
    }

    /// What names the token an event came with.
    static func tokens(of event: EventRecord) -> Set<String> {
        let objects = [("message", event.message), ("quote", event.quote), ("link", event.link)]
        var tokens = Set(objects.filter { $0.1 != 0 }.prefix(1).map { "\($0.0) \($0.1)" })
        if event.click != 0 { tokens.insert("click \(event.click)") }
        return tokens
    }

    private mutating func link(_ record: LinkRecord) {
        if record.isUndone {
            if let known = self.visitors[record.visitor] {
                guard known.contact == record.contact else { return }
                self.visitors[record.visitor]?.contact = nil
            }
            self.consequences.append(.unlinked(record.visitor, record.contact))
        } else if var visitor = self.visitors[record.visitor], visitor.contact == nil {
            let link = visitor.giveUp(to: record.contact, trust: .authenticated, tokens: [])
            self.consequences.append(.linked(link, record.contact))
            self.visitors[record.visitor] = visitor
        } else if let visitor = self.visitors[record.visitor], visitor.contact == record.contact,
            visitor.trust == .claim
        {
            self.visitors[record.visitor]?.trust = .authenticated
            self.consequences.append(.vouched(record.visitor, record.contact, .authenticated, tokens: []))
        }
    }

    private mutating func fold(_ act: Act, at now: Timestamp) {
        switch act {
        case .event(let event, let payload, let id, let visitor):
            let isPersons = event.filter == .none && event.verdict != .machine
            let isClaim = event.trust == .claim && event.contact == id && !event.fields.isEmpty && isPersons
            self.change(id, at: now, creates: isClaim) { $0.event(event, payload, through: visitor) }
        case .linked(let link, let id):
            self.change(id, at: now, creates: link.trust == .claim) { $0.link(link) }
        case .vouched(let visitor, let id, let trust, let tokens):
            self.change(id, at: now) { $0.vouch(for: visitor, trust, tokens: tokens) }
        case .unlinked(let visitor, let id):
            self.change(id, at: now) { $0.unlink(visitor) }
        case .withdrawn(let record):
            self.change(record.contact, at: now) { $0.withdraw(record) }
        }
    }

    private mutating func change(
        _ id: ContactID,
        at now: Timestamp,
        creates: Bool = false,
        _ body: (inout NaiveContact) -> Void
    ) {
        guard var contact = self.contacts[id] ?? (creates ? NaiveContact() : nil) else { return }
        contact.rules = self.rules
        contact.catchUp(to: now)
        body(&contact)
        self.notes[id, default: []] += contact.notes
        contact.notes = []
        self.contacts[id] = contact
    }
}

/// The models so far: what half-lives held when, and which rules match.
struct NaiveRules {
    var model = ScoringModel()
    var published = Timestamp.distantPast
    /// The half-lives of each group and since when each held.
    var halfLives: [String: [(since: Timestamp, microseconds: Double)]] = [:]
    /// All groups and topics ever, in order of first appearance.
    var groups: [String] = []
    var topics: [String] = []

    mutating func publish(_ model: ScoringModel, at time: Timestamp) {
        self.model = model
        self.published = time
        for group in model.groups {
            if !self.groups.contains(group.name) { self.groups.append(group.name) }
            self.halfLives[group.name, default: []].append((time, Double(group.halfLife.microseconds)))
        }
        for topic in model.pages.compactMap(\.topic) + model.rules.compactMap(\.topic)
        where !self.topics.contains(topic) {
            self.topics.append(topic)
        }
    }

    /// Half-lives that passed between two times, piece by piece.
    func elapsed(_ group: String, from: Timestamp, to: Timestamp) -> Double {
        guard let pieces = self.halfLives[group] else { return 0 }
        var sum = 0.0
        for (index, piece) in pieces.enumerated() {
            let start = index == 0 ? from : max(from, piece.since)
            let end = index + 1 < pieces.count ? min(to, pieces[index + 1].since) : to
            if end > start { sum += Double(end.microseconds - start.microseconds) / piece.microseconds }
        }
        return sum
    }

    func names(_ group: String) -> ScoringModel.Group? { self.model.groups.first { $0.name == group } }

    /// Half-lives per second from now on.
    func slope(_ group: String) -> Double { 1e6 / (self.halfLives[group]?.last?.microseconds ?? 1) }

    struct Match {
        var name: String
        var points: Double
        var group: String
        var topic: String
        var limit: ScoringModel.Limit?
        var hold = TimeSpan.seconds(0)
        var alert = ScoringModel.Alert.none
    }

    /// What an event earns: its page first, then the rules in order.
    func matches(
        _ event: EventRecord,
        _ payload: [UInt8],
        visit: ScoringModel.Visit?,
        absence: TimeSpan,
        field: (String) -> String?,
        knowsContact: Bool
    ) -> [Match] {
        let first = self.model.groups.first?.name ?? ""
        let path = event.path.string(in: payload)
        var matches: [Match] = []
        if event.kind == .pageView, !path.isEmpty, let page = self.page(path), page.points != 0 {
            matches.append(
                Match(
                    name: "page:" + page.pattern,
                    points: page.points,
                    group: page.group ?? first,
                    topic: page.topic ?? "",
                    limit: page.limit
                )
            )
        }
        for rule in self.model.rules where rule.condition.silent == nil {
            let condition = rule.condition
            if let kind = condition.event, kind != event.kind { continue }
            if let wanted = condition.visit, wanted != visit { continue }
            if condition.visit != nil, let after = condition.after, absence < after { continue }
            if let pattern = condition.path, pattern != (path.hasSuffix("/") ? String(path.dropLast()) : path) {
                continue
            }
            if let name = condition.name, name != event.name.string(in: payload) { continue }
            if let campaign = condition.campaign, campaign != event.campaignName.string(in: payload) { continue }
            if let scroll = condition.scroll, event.scrollPercent < scroll { continue }
            if !condition.contact.isEmpty {
                guard knowsContact, condition.contact.allSatisfy({ field($0.field) == $0.value }) else { continue }
            }
            matches.append(
                Match(
                    name: "rule:" + rule.name,
                    points: rule.points,
                    group: rule.group ?? first,
                    topic: rule.topic ?? "",
                    limit: rule.limit,
                    hold: rule.hold,
                    alert: rule.alert
                )
            )
        }
        return matches
    }

    /// The exact pattern, else the longest that covers the path.
    private func page(_ path: String) -> ScoringModel.PageRule? {
        let path = path.hasSuffix("/") ? String(path.dropLast()) : path
        if let exact = self.model.pages.first(where: { $0.pattern == path }) { return exact }
        let covering = self.model.pages.filter { page in
            guard page.pattern.hasSuffix("/**") else { return false }
            let base = String(page.pattern.dropLast(3))
            return path == base || path.hasPrefix(base + "/")
        }
        return covering.max { $0.pattern.utf8.count < $1.pattern.utf8.count }
    }
}

/// Points granted at a time.
struct NaiveEntry {
    var group: String
    var topic: String
    var points: Double
    var date: Timestamp
    var isLimited = false
    var through: VisitorID?
    var click: UInt64 = 0
}

/// Entries and the sums over them.
struct NaiveEntries {
    var list: [NaiveEntry] = []

    func sum(_ rules: NaiveRules, at now: Timestamp, _ isMeant: (NaiveEntry) -> Bool) -> Double {
        self.list.filter(isMeant).reduce(0) { sum, entry in
            sum + entry.points * exp2(-rules.elapsed(entry.group, from: entry.date, to: now))
        }
    }

    /// What is left of points under the group's maximum.
    func capped(_ points: Double, group: String, _ rules: NaiveRules, at now: Timestamp) -> Double {
        guard let maximum = rules.names(group)?.max else { return 0 }
        guard points > 0 else { return points }
        return min(points, max(0, maximum - self.sum(rules, at: now) { $0.group == group }))
    }

    /// Adds an entry; of more than four topics the smallest loses its name. Returns those that did.
    @discardableResult
    mutating func add(_ entry: NaiveEntry, _ rules: NaiveRules, at now: Timestamp) -> Set<String> {
        self.list.append(entry)
        let topics = Set(self.list.map(\.topic)).subtracting([""])
        guard topics.count > 4 else { return [] }
        let order = rules.topics
        let worth = topics.map { topic in (topic: topic, worth: self.sum(rules, at: now) { $0.topic == topic }) }
        let sorted = worth.sorted { left, right in
            if left.worth != right.worth { return left.worth > right.worth }
            return (order.firstIndex(of: left.topic) ?? 0) < (order.firstIndex(of: right.topic) ?? 0)
        }
        let dropped = Set(sorted.dropFirst(4).map(\.topic))
        for index in self.list.indices where dropped.contains(self.list[index].topic) { self.list[index].topic = "" }
        return dropped
    }
}

/// When a limited rule granted: what its next match may do. No more than so many windows are open at a time.
struct NaiveWindows {
    let capacity: Int
    private var grants: [String: [Timestamp]] = [:]
    /// When the last window of a rule ends, by the limit its last match had.
    private var ends: [String: Timestamp] = [:]

    init(capacity: Int) { self.capacity = capacity }

    mutating func allows(_ match: NaiveRules.Match, at now: Timestamp) -> Bool {
        guard let limit = match.limit else { return true }
        guard self.allowsGrant(match.name, limit, at: now) else { return false }
        self.grants[match.name, default: []].append(now)
        return true
    }

    private mutating func allowsGrant(_ name: String, _ limit: ScoringModel.Limit, at now: Timestamp) -> Bool {
        var window: [Timestamp] = []
        for time in self.grants[name] ?? [] {
            // Grants beyond the end of a window open the next one; `window` ends up as the open one.
            if let start = window.first, time < start.adding(limit.window) {
                window.append(time)
            } else {
                window = [time]
            }
        }
        if let start = window.first, now < start.adding(limit.window) {
            self.ends[name] = start.adding(limit.window)
            return window.count < limit.count
        }
        let open = self.ends.count { $0.key != name && $0.value > now }
        guard open < self.capacity else { return false }
        self.ends[name] = now.adding(limit.window)
        return true
    }
}
