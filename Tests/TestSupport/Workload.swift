package import Domain

/// A seeded, realistic log: a small company's contacts and visitors over some weeks, with everything that can happen
/// to them. The same seed gives the same steps on every machine.
package struct Workload {
    /// When every workload begins.
    package static let start = Timestamp(seconds: 1_800_000_000)
    /// Contacts, second keys of them, and contacts that only forms name.
    package static let contacts = (1...8).map { ContactID(UInt64($0) &* 0x9e37_79b9_7f4a_7c15) }
    package static let aliases = (1...3).map { ContactID(UInt64($0) &* 0xd1b5_4a32_d192_ed03) }
    package static let claimed = (1...3).map { ContactID(UInt64($0) &* 0xaf25_1af3_b0f0_25b5) }
    /// Pages.
    package static let paths = [
        "/", "/tarifs", "/tarifs/", "/maintenance", "/maintenance/contrat", "/carrieres/stage", "/etudes/a",
        "/pompes/b", "/vannes/c", "/filtres/d", "/blog",
    ]
    /// Pages with a limit each: more of them than a visitor has windows.
    static let limitedPaths = (1...8).map { "/limited/\($0)" }

    /// What happens.
    package private(set) var steps: [LogStep] = []
    private var random: SeededRandom
    private var time = Workload.start
    private var visitors: [VisitorID] = []
    private var counters: [VisitorID: (nonce: UInt64, counter: UInt16)] = [:]
    private var recent: [(visitor: VisitorID, item: LogItem)] = []
    private var clicks: [(contact: ContactID, message: UInt32, click: UInt64)] = []
    private var version: UInt32 = 0
    private var nextClick: UInt64 = 1
    /// Leaves out everything only a person or an authenticated call can do (promise 10).
    private let onlyMachines: Bool

    /// A workload of about `count` steps.
    package init(seed: UInt64, count: Int, onlyMachines: Bool = false, ticks: Bool = true) {
        self.random = SeededRandom(seed: seed)
        self.onlyMachines = onlyMachines
        for index in 0..<10 {
            self.visitors.append(VisitorID(high: self.random.next(), low: UInt64(index)))
        }
        self.add(.model(self.model()))
        for contact in Self.contacts.prefix(6) { self.add(self.contact(contact)) }
        while self.steps.count < count {
            self.pause()
            self.act()
            if ticks, self.chance(1, in: 8) { self.add(.tick) }
        }
        self.time = self.time.adding(.days(1))
        self.add(.tick)
    }

    /// The steps without ticks.
    package var withoutTicks: [LogStep] { self.steps.filter { $0.items.first?.kind != .tick } }

    // MARK: Chance

    private mutating func number(_ bound: Int) -> Int { Int(self.random.next() % UInt64(bound)) }

    private mutating func chance(_ part: Int, in whole: Int) -> Bool { self.number(whole) < part }

    private mutating func pick<Element>(_ list: [Element]) -> Element { list[self.number(list.count)] }

    private mutating func pause() {
        let microseconds = Int64(self.number(1_000_000))
        let span: TimeSpan =
            switch self.number(20) {
            case 0..<6: .seconds(Int64(self.number(3)))
            case 6..<13: .seconds(Int64(self.number(120)))
            case 13..<17: .minutes(Int64(self.number(120)))
            case 17..<19: .hours(Int64(self.number(30)))
            default: .days(Int64(self.number(9)))
            }
        self.time = self.time.adding(span).adding(TimeSpan(microseconds: microseconds))
    }

    private mutating func add(_ items: LogItem...) { self.steps.append(LogStep(time: self.time, items: items)) }

    // MARK: What happens

    private mutating func act() {
        switch self.number(self.onlyMachines ? 62 : 101) {
        case 0..<30: self.browse()
        case 30..<44: self.clickMail()
        case 44..<48: self.burst()
        case 48..<53: self.open()
        case 53..<59: self.visitByToken()
        case 59..<62: self.resend()
        case 62..<68: self.confirm()
        case 68..<74: self.viewQuote()
        case 74..<78: self.claim()
        case 78..<82: self.manual()
        case 82..<86: self.add(self.contact(self.pick(Self.contacts)))
        case 86..<89: self.tie()
        case 89..<91: self.alias()
        case 91..<93: self.add(.answer(self.pick(Self.contacts), self.pick([.good, .notNow, .wrong])))
        case 93: self.add(.erase(self.pick(Self.contacts + Self.claimed)))
        case 94: self.add(.erase(self.pick(self.visitors)))
        case 95..<97: self.add(.model(self.model()))
        case 97: self.reply()
        case 98: self.withdraw()
        case 99: self.add(.human(self.pick(Self.contacts)))
        default: self.add(.canary)
        }
    }

    private var someVerdict: Verdict {
        mutating get { self.onlyMachines || self.chance(1, in: 5) ? .likely : .confirmed }
    }

    private mutating func record(_ kind: EventKind, of visitor: VisitorID) -> EventRecord {
        var record = EventRecord()
        record.kind = kind
        record.verdict = self.someVerdict
        record.consent = .granted
        record.site = SiteID(1)
        record.visitor = visitor
        record.cookieReturned = self.chance(1, in: 2)
        if self.chance(1, in: 12) { record.latenessSeconds = UInt32(self.number(170_000)) }
        if self.chance(1, in: 30) { record.filter = .bot }
        if self.chance(1, in: 25) { record.verdict = .machine }
        var place = self.counters[visitor] ?? (self.random.next() | 1, 0)
        if self.chance(1, in: 4) { place = (self.random.next() | 1, 0) }
        place.counter += 1
        self.counters[visitor] = place
        record.nonce = place.nonce
        record.counter = place.counter
        return record
    }

    private mutating func browse() {
        let visitor = self.pick(self.visitors)
        var items: [LogItem] = []
        for _ in 0...self.number(3) {
            let kind: EventKind = self.pick([.pageView, .pageView, .pageView, .engagement, .download, .custom])
            var record = self.record(kind, of: visitor)
            if kind == .engagement { record.scrollPercent = UInt8(self.number(101)) }
            let name = kind == .custom ? self.pick(["demo", "other"]) : ""
            let campaign = self.chance(1, in: 4) ? "spring" : ""
            let path = self.pick(self.chance(1, in: 3) ? Self.limitedPaths : Self.paths)
            let item = LogItem.event(record, path: path, name: name, campaign: campaign)
            items.append(item)
            self.recent.append((visitor, item))
        }
        self.steps.append(LogStep(time: self.time, items: items))
    }

    private mutating func resend() {
        guard let last = self.recent.last else { return }
        let items = self.recent.suffix(3).filter { $0.visitor == last.visitor }.map(\.item)
        self.steps.append(LogStep(time: self.time, items: items))
    }

    private mutating func visitByToken() {
        let visitor = self.pick(self.visitors)
        var record = self.record(.pageView, of: visitor)
        record.contact = self.pick(Self.contacts + Self.aliases)
        if self.chance(3, in: 4) { record.message = UInt32(1 + self.number(4)) }
        record.quote = UInt32(record.nonce >> 8 & 1)
        record.link = UInt32(record.nonce >> 9 & 3)
        record.click = record.nonce >> 11 & 7
        self.add(.event(record, path: self.pick(Self.paths)))
    }

    private mutating func claim() {
        let visitor = self.pick(self.visitors)
        var record = self.record(.formSubmit, of: visitor)
        record.trust = .claim
        record.contact = self.pick(Self.claimed + [Self.contacts[0]])
        self.add(.event(record, path: "/contact", name: "contact", email: "someone@example.com"))
    }

    private mutating func mail(_ kind: EventKind, _ contact: ContactID, _ message: UInt32) -> EventRecord {
        var record = EventRecord()
        record.kind = kind
        record.verdict = .likely
        record.contact = contact
        record.message = message
        return record
    }

    private mutating func click(_ contact: ContactID, _ message: UInt32, link: Int) -> LogItem {
        var record = self.mail(.emailClick, contact, message)
        record.link = UInt32(link)
        record.click = self.nextClick
        self.nextClick += 1
        if self.chance(1, in: 10) { record.trust = .forwarded }
        self.clicks.append((contact, message, record.click))
        return .event(record)
    }

    private mutating func clickMail() {
        let contact = self.pick(Self.contacts + Self.aliases.prefix(1))
        self.add(self.click(contact, UInt32(1 + self.number(4)), link: 1 + self.number(3)))
    }

    private mutating func burst() {
        let contact = self.pick(Self.contacts)
        let message = UInt32(1 + self.number(4))
        for link in 1...(2 + self.number(4)) {
            self.add(self.click(contact, message, link: link))
            self.time = self.time.adding(.milliseconds(Int64(self.number(700))))
        }
    }

    private mutating func open() {
        let record = self.mail(.emailOpen, self.pick(Self.contacts), UInt32(1 + self.number(4)))
        self.add(.event(record))
    }

    private mutating func confirm() {
        guard let (contact, message, click) = self.clicks.suffix(5).randomElement(using: &self.random) else { return }
        if self.chance(1, in: 2) {
            var record = self.mail(.clickConfirmation, contact, message)
            record.verdict = .confirmed
            record.click = click
            self.add(.event(record))
        } else {
            var record = self.record(.pageView, of: self.pick(self.visitors))
            record.contact = contact
            record.message = message
            record.click = click
            self.add(.event(record, path: "/tarifs"))
        }
    }

    private mutating func viewQuote() {
        var record = self.mail(.quoteView, self.pick(Self.contacts), 0)
        record.verdict = .confirmed
        record.quote = UInt32(1 + self.number(3))
        record.nonce = self.random.next() | 1
        record.counter = 1
        self.add(.event(record))
        if self.chance(1, in: 3) { self.add(.event(record)) }
    }

    private mutating func withdraw() {
        // Drawn from nothing, so that the rest of a seed's workload stays what it was.
        let number = self.steps.count
        let record = WithdrawalRecord(
            contact: Self.contacts[number % Self.contacts.count],
            withdrawn: ContactConsents(rawValue: UInt8(number % 7 + 1)),
            objects: number % 5 == 0
        )
        self.add(.withdrawal(record))
    }

    private mutating func reply() {
        var record = self.mail(.reply, self.pick(Self.contacts), 1)
        record.verdict = .confirmed
        record.trust = .authenticated
        self.add(.event(record))
    }

    private mutating func manual() {
        let points = self.pick([25.5, 10.25, -15.5, 60.75])
        var record = ManualEntryRecord(
            contact: self.pick(Self.contacts),
            points: points,
            group: self.pick(["web", "sales", "nothing"]),
            reason: "met",
            author: "owner"
        )
        if self.chance(1, in: 2) { record.expires = self.time.adding(.hours(Int64(self.number(200)))) }
        self.add(.manual(record))
    }

    private mutating func tie() {
        let visitor = self.pick(self.visitors)
        let contact = self.pick(Self.contacts)
        self.add(.link(visitor, contact, isUndone: self.chance(1, in: 2)))
    }

    /// A second key, one that ends, or one that points where a contact is or was.
    private mutating func alias() {
        let alias = self.pick(Self.aliases + Self.contacts.suffix(2))
        self.add(.alias(alias, of: self.chance(1, in: 4) ? alias : self.pick(Self.contacts + Self.aliases)))
    }

    private mutating func contact(_ id: ContactID) -> LogItem {
        var record = ContactRecord(contact: id)
        record.email = "known@example.com"
        record.status = self.pick(["prospect", "prospect", "customer", "competitor"])
        record.role = self.pick(["decision", "user", ""])
        record.fields = [ContactRecord.Field(name: "employees", value: self.pick(["3", "40", "500"]))]
        let consents: [ContactConsents] = [
            [.clicks], [.clicks], [.clicks, .opens], [.lastOpenDay], [.clicks, .objected],
        ]
        record.consents = self.onlyMachines ? [.clicks, .opens] : self.pick(consents)
        if !self.onlyMachines, self.chance(1, in: 3) { record.decidedConsents = self.pick(consents + [[]]) }
        return .contact(record)
    }

    // MARK: Models

    private mutating func model() -> ScoringModel {
        self.version += 1
        var model = ScoringModel()
        model.version = self.version
        let days: [Int64] = [2, 14, 30, 60]
        model.groups = [
            .init(name: "web", halfLife: .days(self.pick(days)), max: 100),
            .init(name: "mail", halfLife: .days(self.pick(days)), max: self.pick([20, 40])),
            .init(name: "sales", halfLife: .days(self.pick(days)), max: 90),
        ]
        if self.version > 1, self.chance(1, in: 3) { model.groups.removeFirst() }
        if self.chance(1, in: 3) { model.groups.append(.init(name: "extra", halfLife: .hours(30), max: 15)) }
        let names = model.groups.map(\.name)
        let group = names.contains("web") ? "web" : nil
        model.pages = [
            .init(pattern: "/tarifs", points: 15, limit: .init(count: 2, window: .days(1)), group: group),
            .init(pattern: "/maintenance/**", points: 5, topic: "maintenance"),
            .init(pattern: "/carrieres/**", points: -10),
            .init(pattern: "/etudes/**", points: Double(2 + self.number(4)), topic: "etudes"),
            .init(pattern: "/pompes/**", points: 4, topic: "pompes", group: names.last),
            .init(pattern: "/vannes/**", points: 3, topic: "vannes"),
            .init(pattern: "/filtres/**", points: 7, topic: "filtres"),
            .init(pattern: "/**", points: 1),
        ]
        model.pages += Self.limitedPaths.map {
            .init(pattern: $0, points: 2, limit: .init(count: 1, window: .days(self.pick([1, 20]))))
        }
        model.rules = self.rules()
        model.unconfirmed = self.pick([0.3, 0.5])
        model.claimedMax = 25
        model.excludedStatuses = self.chance(3, in: 4) ? ["competitor"] : []
        model.fit.potential = [
            .init(field: "employees", bands: [.init(from: 0, points: 1), .init(from: 20, points: 3)], factor: 2)
        ]
        model.fit.grades = [.init(potential: 6, grade: .a), .init(grade: .c)]
        model.stages.warm = .init(enter: 20.5, leave: 12.25)
        model.stages.hot = .init(enter: 45.5, leave: 30.125)
        model.stages.cooldown = .hours(self.pick([6, 24, 72]))
        model.stages.hotByGrade = [.init(grade: .a, levels: .init(enter: 38.5, leave: 25.125))]
        return model
    }

    private mutating func rules() -> [ScoringModel.Rule] {
        func when(
            _ event: EventKind?,
            _ change: (inout ScoringModel.Condition) -> Void = { _ in }
        )
            -> ScoringModel
            .Condition
        {
            var condition = ScoringModel.Condition()
            condition.event = event
            change(&condition)
            return condition
        }
        let week = ScoringModel.Limit(count: 3, window: .days(7))
        var rules: [ScoringModel.Rule] = [
            .init(
                name: "return visit",
                condition: when(nil) {
                    $0.visit = .return
                    $0.after = .days(1)
                },
                points: 9
            ),
            .init(name: "first visit", condition: when(nil) { $0.visit = .first }, points: 2.5),
            .init(name: "mail click", condition: when(.emailClick), points: 10, group: "mail", hold: .seconds(10)),
            .init(name: "click now", condition: when(.emailClick), points: 8, group: "sales", topic: "offer"),
            .init(
                name: "quote",
                condition: when(.quoteView),
                points: 25,
                group: "sales",
                limit: week,
                alert: .immediate
            ),
            .init(
                name: "decision",
                condition: when(.pageView) {
                    $0.path = "/tarifs"
                    $0.contact = [.init(field: "role", value: "decision")]
                },
                points: 10,
                group: "sales"
            ),
            .init(
                name: "quiet",
                condition: when(nil) {
                    $0.silent = .days(3)
                    $0.contact = [.init(field: "grade", value: "A")]
                },
                alert: .digest
            ),
            .init(name: "demo", condition: when(.custom) { $0.name = "demo" }, points: 12, limit: week),
            .init(name: "form", condition: when(.formSubmit), points: 15, group: "sales", alert: .immediate),
            .init(name: "open", condition: when(.emailOpen), points: 2, group: "mail", hold: .seconds(5)),
            .init(name: "read", condition: when(.engagement) { $0.scroll = 80 }, points: 3),
            .init(name: "reply", condition: when(.reply), points: 30, group: "sales", alert: .digest),
            .init(name: "spring", condition: when(.pageView) { $0.campaign = "spring" }, points: 3, topic: "offer"),
        ]
        if self.chance(1, in: 2) { rules.remove(at: self.number(rules.count)) }
        return rules
    }
}
