import Domain
import ScoreStore
import TestSupport

/// Acts in few words, for tests that tell a story.
extension LogItem {
    /// A page view of a browser; with a contact, by that contact's token.
    static func page(
        _ visitor: VisitorID,
        _ path: String = "/a",
        _ verdict: Verdict = .confirmed,
        contact: ContactID? = nil,
        message: UInt32 = 0,
        click: UInt64 = 0
    ) -> LogItem {
        var record = EventRecord()
        record.visitor = visitor
        record.verdict = verdict
        record.contact = contact
        record.message = message
        record.click = click
        return .event(record, path: path)
    }

    /// A form that claims an address.
    static func form(
        _ visitor: VisitorID?,
        claiming contact: ContactID,
        filter: FilterReason = .none,
        verdict: Verdict = .confirmed
    ) -> LogItem {
        var record = EventRecord()
        record.kind = .formSubmit
        record.visitor = visitor
        record.verdict = verdict
        record.filter = filter
        record.trust = .claim
        record.contact = contact
        return .event(record, path: "/contact", name: "contact", email: "someone@example.com")
    }

    /// A click on a mail's link that nobody has confirmed.
    static func click(_ contact: ContactID, link: UInt32 = 1, click: UInt64, trust: LinkTrust = .token) -> LogItem {
        var record = EventRecord()
        record.kind = .emailClick
        record.contact = contact
        record.trust = trust
        record.message = 1
        record.link = link
        record.click = click
        return .event(record)
    }

    /// A view of a quote, reported by its page.
    static func quote(_ contact: ContactID) -> LogItem {
        var record = EventRecord()
        record.kind = .quoteView
        record.contact = contact
        record.verdict = .confirmed
        record.quote = 1
        return .event(record)
    }

    /// Somebody of whom nothing else is known, or whose status is this.
    static func known(_ contact: ContactID, status: String = "") -> LogItem {
        var record = ContactRecord(contact: contact)
        record.status = status
        return .contact(record)
    }

    /// Points by hand.
    static func points(_ points: Double, _ contact: ContactID, group: String = "web") -> LogItem {
        .manual(ManualEntryRecord(contact: contact, points: points, group: group, reason: "met", author: "me"))
    }
}

extension SlotBench {
    /// Runs what arrives so many seconds after the start of all workloads.
    mutating func run(_ second: Int64, _ items: LogItem...) throws {
        try self.run(LogStep(time: Workload.start.adding(.seconds(second)), items: items))
    }

    /// A contact's points, all groups together, at such a time.
    func score(_ id: ContactID, at second: Int64) -> Double {
        guard let contact = self.contact(id), let model = self.models.models.last else { return 0 }
        return ScoreReading(of: contact, model: model, at: Workload.start.adding(.seconds(second))).total
    }

    /// What a contact's points on a topic are worth, all groups together, at such a time.
    func worth(_ id: ContactID, topic: String, at second: Int64) -> Double {
        guard let contact = self.contact(id), let model = self.models.models.last else { return 0 }
        let time = Workload.start.adding(.seconds(second))
        return contact.balances.list.filter { model.topicNames[Int($0.topic)] == topic }.reduce(0) {
            $0 + $1.value(at: model.clocks[Int($1.group)].reading(at: time))
        }
    }
}

extension ScoringModel {
    /// One group that hardly decays, and ten points for each page and quote.
    static func plain(_ change: (inout ScoringModel) -> Void = { _ in }) -> ScoringModel {
        var model = ScoringModel()
        model.groups = [.init(name: "web", halfLife: .days(30), max: 1_000)]
        model.pages = [.init(pattern: "/**", points: 10)]
        model.rules = [.init(name: "quote", condition: .on(.quoteView), points: 10)]
        change(&model)
        return model
    }
}

extension ScoringModel.Condition {
    /// Every event of a kind.
    static func on(_ event: EventKind) -> ScoringModel.Condition {
        var condition = ScoringModel.Condition()
        condition.event = event
        return condition
    }
}
