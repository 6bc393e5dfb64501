import Domain
import Synchronization

/// An administration of one of everything, which notes what it is asked and can be told to fail.
final class FakeAdministration: Administration {
    struct State {
        var calls: [String] = []
        var failure: (any Error)?
        var health: [HealthReason] = []
        var lastPage: PageRequest?
        var lastContactInput: ContactInput?
        var lastDrafts: [ContactDraft] = []
        var lastEntry: ManualEntryInput?
        var lastSite: SiteDraft?
        var lastConsents: ConsentsInput?
        var lastQuery: ContactQuery?
        var modelProblems: [ModelFileProblem] = []
        /// Whether the live events go on for ever.
        var livesOn = false
    }

    private let state = Mutex(State())

    static let moment = Timestamp(seconds: 1_772_352_900)
    static let contactID = ContactID(0x0123_4567_89ab_cdef)
    static let visitorID = VisitorID(high: 1, low: 2)

    /// A key of each scope: `vdg_read`, `vdg_write`, `vdg_admin`.
    func authenticate(_ secret: String) async throws -> Principal? {
        guard let scope = Scope(name: String(secret.dropFirst(4))) else { return nil }
        return Principal(name: "key of \(scope.name)", scopes: [scope])
    }

    func fail(_ error: any Error) { self.change { $0.failure = error } }

    var calls: [String] { self.recorded.calls }

    var recorded: State { self.state.withLock { $0 } }

    func change(_ change: (inout State) -> Void) { self.state.withLock { change(&$0) } }

    private func note(_ call: String, _ change: (inout State) -> Void = { _ in }) throws {
        try self.state.withLock { state in
            state.calls.append(call)
            change(&state)
            if let failure = state.failure { throw failure }
        }
    }
}

extension FakeAdministration {
    static let key = KeyView(id: 1, name: "crm", scopes: ["read"], created: moment, lastUsedDay: 20_513)

    func createKey(name: String, scopes: [Scope]) async throws -> CreatedKey {
        try self.note("createKey \(name) \(scopes.map(\.name))")
        return CreatedKey(key: Self.key, secret: "vdg_once")
    }

    func keys() async throws -> [KeyView] {
        try self.note("keys")
        return [Self.key]
    }

    func revokeKey(_ id: Int64) async throws { try self.note("revokeKey \(id)") }

    func beginBackup() async throws -> BackupHoldView {
        try self.note("beginBackup")
        return BackupHoldView(id: 3, expires: Self.moment)
    }

    func endBackup(_ id: Int64) async throws { try self.note("endBackup \(id)") }

    static var site: Site { Site(id: SiteID(1), key: "main", name: "Main", hostnames: ["www.example.com"]) }

    func sites() async throws -> [SiteView] {
        try self.note("sites")
        return [SiteView(Self.site, snippet: "<script src=…></script>")]
    }

    func createSite(_ draft: SiteDraft) async throws -> SiteView {
        try self.note("createSite") { $0.lastSite = draft }
        return SiteView(draft.applied(to: Self.site))
    }

    func updateSite(_ key: String, _ draft: SiteDraft) async throws -> SiteView {
        try self.note("updateSite \(key)") { $0.lastSite = draft }
        return SiteView(draft.applied(to: Self.site))
    }

    func deleteSite(_ key: String) async throws { try self.note("deleteSite \(key)") }

    func audience(site: String, from: Int32, through: Int32, page: PageRequest) async throws -> Page<AudienceView> {
        try self.note("audience \(site) \(from) \(through)") { $0.lastPage = page }
        return Page(items: [AudienceView(day: CalendarDay.text(of: from), url: "www.example.com/", views: 3)])
    }
}

extension FakeAdministration {
    static var record: ContactRecord {
        var record = ContactRecord(contact: contactID)
        record.keys = [ExternalKey(.crm, "42"), ExternalKey(.email, "a@example.com")]
        record.email = "a@example.com"
        record.firstName = "Ada"
        record.account = ContactRecord.Account(id: 7, key: "domain:example.com", name: "Example")
        record.owner = ContactRecord.Owner(key: "owner@example.com", name: "Olive")
        record.fields = [ContactRecord.Field(name: "revenue_12m", value: "10000")]
        return record
    }

    static var contactView: ContactView {
        var standing = ContactStanding(contact: contactID, asOf: moment)
        standing.score = 12.5
        standing.firstSeen = moment
        standing.lastSeen = moment
        return ContactView(record: record, standing: standing, lastOpenDay: 20_513)
    }

    func contacts(_ query: ContactQuery, page: PageRequest) async throws -> Page<ContactView> {
        try self.note("contacts") {
            $0.lastPage = page
            $0.lastQuery = query
        }
        return Page(items: [Self.contactView], next: "0123456789abcdef")
    }

    func contact(_ reference: ContactReference) async throws -> ContactView {
        try self.note("contact \(reference.text)")
        return Self.contactView
    }

    func putContact(_ input: ContactInput) async throws -> PutContact {
        try self.note("putContact") { $0.lastContactInput = input }
        return PutContact(isNew: input.crmID == "new", contact: Self.contactView)
    }

    func updateContact(_ reference: ContactReference, _ input: ContactInput) async throws -> ContactView {
        try self.note("updateContact \(reference.text)") { $0.lastContactInput = input }
        return Self.contactView
    }

    func importContacts(_ drafts: [ContactDraft], isDryRun: Bool) async throws -> [ImportVerdict] {
        try self.note("importContacts \(isDryRun)") { $0.lastDrafts = drafts }
        return drafts.enumerated().map { index, draft in
            switch index {
            case 0: .new(Self.contactID)
            case 1: .changed(Self.contactID)
            case 2: .unchanged(Self.contactID)
            default: .refused([FieldProblem(field: "email", expected: "another address", got: "a taken one")])
            }
        }
    }

    func eraseContact(_ reference: ContactReference) async throws -> ErasureView {
        try self.note("eraseContact \(reference.text)")
        return ErasureView(contact: Self.contactID, visitors: 2)
    }

    func setConsents(_ reference: ContactReference, _ consents: ConsentsInput) async throws -> ContactView {
        try self.note("setConsents \(reference.text)") { $0.lastConsents = consents }
        return Self.contactView
    }

    func export(_ reference: ContactReference) async throws -> ExportView {
        try self.note("export \(reference.text)")
        var export = ExportView(
            contact: Self.contactView,
            keys: Self.record.keys,
            explanation: try await self.explain(reference)
        )
        export.timeline = try await self.timeline(reference, page: PageRequest()).items
        export.visitors = try await self.visitors(reference)
        export.quotes = try await self.quotes(page: PageRequest()).items
        export.leads = try await self.leads(LeadQuery(), page: PageRequest()).items
        export.deliveries = try await self.deliveries(DeliveryQuery(), page: PageRequest()).items
        return export
    }

    private static let account = AccountSummaryView(
        AccountRow(
            account: ContactRecord.Account(id: 7, key: "domain:example.com", name: "Example", domain: "example.com"),
            contactCount: 1,
            score: 12.5,
            grade: .a,
            hotCount: 0
        )
    )

    func accounts(page: PageRequest) async throws -> Page<AccountSummaryView> {
        try self.note("accounts") { $0.lastPage = page }
        return Page(items: [Self.account])
    }

    func account(_ key: String) async throws -> AccountDetailView {
        try self.note("account \(key)")
        return AccountDetailView(account: Self.account, contacts: [Self.contactView])
    }

    func owners() async throws -> [OwnerView] {
        try self.note("owners")
        return [OwnerView(ContactRecord.Owner(key: "owner@example.com", name: "Olive"))]
    }
}

extension FakeAdministration {
    static var entry: LedgerView {
        var entry = LedgerEntry(
            id: EntryID(offset: 12, ordinal: 0),
            contact: contactID,
            origin: .page,
            rule: "/tarifs",
            modelVersion: 3,
            group: "web",
            points: 15,
            granted: 15,
            decay: 0,
            date: moment
        )
        entry.topic = "maintenance"
        var view = LedgerView(entry, origin: "page", state: "settled")
        view.worth = 12.5
        return view
    }

    func timeline(_ reference: ContactReference, page: PageRequest) async throws -> Page<TimelineView> {
        try self.note("timeline \(reference.text)") { $0.lastPage = page }
        let entry = TimelineEntry(
            contact: Self.contactID,
            visit: 1,
            kind: .pageView,
            page: PageKey(1),
            date: Self.moment
        )
        return Page(items: [TimelineView(entry, firstDate: Self.moment, objectName: "")])
    }

    func ledger(_ reference: ContactReference, page: PageRequest) async throws -> Page<LedgerView> {
        try self.note("ledger \(reference.text)") { $0.lastPage = page }
        return Page(items: [Self.entry])
    }

    func explain(_ reference: ContactReference) async throws -> ExplainView {
        try self.note("explain \(reference.text)")
        return ExplainView(
            contact: Self.contactView,
            asOf: Self.moment,
            applied: LogPosition(stream: StreamID(1), offset: 13),
            entries: [Self.entry],
            earlier: EarlierEntriesView(count: 3, worth: 0),
            sum: 12.5,
            balance: 12.5,
            forStages: 12.5,
            groups: [NamedTotal(name: "web", worth: 12.5)],
            topics: [NamedTotal(name: "maintenance", worth: 12.5)],
            stage: StageView(
                stage: .cold,
                grade: .b,
                score: 12.5,
                warm: ScoringModel.Levels(enter: 30, leave: 20),
                hot: ScoringModel.Levels(enter: 80, leave: 60),
                awaitsConfirmation: false,
                isExcluded: false
            ),
            modelVersion: 3
        )
    }

    func visitors(_ reference: ContactReference) async throws -> [VisitorView] {
        try self.note("visitors \(reference.text)")
        return [VisitorView(visitor: Self.visitorID, trust: .token, linked: Self.moment)]
    }

    func link(_ visitor: VisitorID, to reference: ContactReference) async throws {
        try self.note("link \(visitor.text) \(reference.text)")
    }

    func unlink(_ visitor: VisitorID, from reference: ContactReference) async throws {
        try self.note("unlink \(visitor.text) \(reference.text)")
    }

    func recordEvent(_ reference: ContactReference, _ event: EventInput) async throws -> EventVerdictView {
        try self.note("recordEvent \(reference.text) \(event.kind.name) \(event.id ?? "") \(event.quote ?? 0)")
        return EventVerdictView(outcome: "declined", reason: "contact_basis")
    }

    func addEntry(_ reference: ContactReference, _ entry: ManualEntryInput) async throws -> ContactView {
        try self.note("addEntry \(reference.text)") { $0.lastEntry = entry }
        return Self.contactView
    }

    func reinstate(_ reference: ContactReference, author: String) async throws -> ContactView {
        try self.note("reinstate \(reference.text) by \(author)")
        return Self.contactView
    }

    func answerLead(
        _ reference: ContactReference,
        _ answer: LeadAnswerRecord.Answer,
        author: String
    ) async throws -> ContactView {
        try self.note("answerLead \(reference.text) \(answer.name) by \(author)")
        return Self.contactView
    }
}

extension FakeAdministration {
    func messages(page: PageRequest) async throws -> Page<MessageView> {
        try self.note("messages") { $0.lastPage = page }
        return Page(items: [MessageView(id: 1, name: "March", campaign: "march", created: Self.moment)])
    }

    func createMessage(name: String, campaign: String) async throws -> MessageView {
        try self.note("createMessage \(name) \(campaign)")
        return MessageView(id: 1, name: name, campaign: campaign, created: Self.moment)
    }

    func links(page: PageRequest) async throws -> Page<LinkView> {
        try self.note("links") { $0.lastPage = page }
        return Page(items: [LinkView(id: 1, url: "https://www.example.com/", message: 1, site: "main")])
    }

    func createLink(_ input: LinkInput) async throws -> LinkView {
        try self.note("createLink \(input.url) \(input.message ?? 0) \(input.site ?? "")")
        return LinkView(id: 1, url: input.url, message: input.message, site: input.site)
    }

    func quotes(page: PageRequest) async throws -> Page<QuoteView> {
        try self.note("quotes") { $0.lastPage = page }
        return Page(items: [QuoteView(id: 1, title: "Q", url: "https://example.com/q.pdf", contact: Self.contactID)])
    }

    func createQuote(_ input: QuoteInput) async throws -> QuoteView {
        try self.note("createQuote \(input.title) \(input.contact.text)")
        return QuoteView(id: 1, title: input.title, url: input.url, contact: Self.contactID)
    }

    func createToken(_ input: TokenInput) async throws -> TokenView {
        try self.note("createToken \(input.purpose.name) \(input.contact.text) \(input.object) \(input.link ?? 0)")
        let addresses = ["click": "https://t.example.com/c/1/v1.1.x.y"]
        return TokenView(token: "v1.1.x.y", purpose: input.purpose, contact: Self.contactID, addresses: addresses)
    }
}

extension FakeAdministration {
    func leads(_ query: LeadQuery, page: PageRequest) async throws -> Page<LeadView> {
        try self.note("leads \(query.state ?? "") \(query.owner ?? "") \(query.contact?.text ?? "")") {
            $0.lastPage = page
        }
        var lead = LeadView(
            id: 1,
            contact: Self.contactID,
            name: "Ada",
            email: "a@example.com",
            date: Self.moment,
            owner: "owner@example.com",
            score: 90,
            stage: .hot,
            grade: .a
        )
        lead.answer = "good"
        lead.answeredBy = "Olive"
        return Page(items: [lead])
    }

    func deliveries(_ query: DeliveryQuery, page: PageRequest) async throws -> Page<DeliveryView> {
        try self.note("deliveries \(query.state ?? "") \(query.destination ?? "")") { $0.lastPage = page }
        let item = OutboxItem(
            id: 1,
            destination: "crm",
            key: "k",
            kind: .leadQualified,
            contact: Self.contactID,
            body: [],
            created: Self.moment
        )
        let attempt = DeliveryAttempt(
            item: 1,
            time: Self.moment,
            status: 500,
            error: "no",
            verdict: .retry(at: Self.moment)
        )
        return Page(items: [DeliveryView(item, state: "pending", due: Self.moment, lastAttempt: attempt)])
    }

    func attempts(of delivery: Int64) async throws -> [AttemptView] {
        try self.note("attempts \(delivery)")
        let attempt = DeliveryAttempt(item: delivery, time: Self.moment, status: 0, error: "no answer", verdict: .dead)
        return [AttemptView(attempt)]
    }

    func retryDelivery(_ id: Int64) async throws { try self.note("retryDelivery \(id)") }

    func retryDeadDeliveries(destination: String?) async throws -> Int {
        try self.note("retryDeadDeliveries \(destination ?? "all")")
        return 4
    }

    func backlog() async throws -> [BacklogView] {
        try self.note("backlog")
        return [BacklogView(DestinationBacklog(destination: "crm", pending: 2, dead: 1, oldest: Self.moment))]
    }

    static let model = ModelView(version: 3, published: moment, offset: 5, isCurrent: true)

    func currentModel() async throws -> ModelView {
        try self.note("currentModel")
        return Self.model
    }

    func models(page: PageRequest) async throws -> Page<ModelView> {
        try self.note("models") { $0.lastPage = page }
        return Page(items: [Self.model])
    }

    func modelSource(version: UInt32) async throws -> String {
        try self.note("modelSource \(version)")
        return "version: \(version)\n"
    }

    func validateModel(_ source: String) async throws -> [ModelFileProblem] {
        try self.note("validateModel \(source)")
        return self.recorded.modelProblems
    }

    func publishModel(_ source: String) async throws -> ModelView {
        try self.note("publishModel \(source)")
        return Self.model
    }
}

extension FakeAdministration {
    func status() async throws -> StatusView {
        try self.note("status")
        var outcomes = StatusView.OutcomesView()
        outcomes.received = 10
        outcomes.accepted = 8
        outcomes.rejected = ["unknown_site": 1]
        outcomes.declined = ["dnt": 1]
        outcomes.acceptedTotal = 8
        outcomes.scored = 8
        outcomes.filtered = ["bot": 0]
        return StatusView(
            version: "1.0",
            started: Self.moment,
            log: StatusView.LogView(
                stream: StreamID(1),
                state: "open",
                start: 0,
                end: 20,
                folded: 20,
                applied: 19,
                checkpointed: 10,
                lagSeconds: 0.25,
                freeBytes: 1_000_000,
                isClockAdrift: false
            ),
            outcomes: outcomes,
            store: StatusView.StoreView(visitors: 5, contacts: 2, provisionalEntries: 1)
        )
    }

    func metrics() async -> [MetricFamily] {
        [
            MetricFamily(
                "vendange_events_received_total",
                .counter,
                help: "Events received.",
                samples: [MetricSample(10, labels: [MetricSample.Label("site", "a\"b\\c\nd")])]
            ),
            MetricFamily(
                "vendange_ack_seconds",
                .histogram,
                help: "From received to acknowledged.\nOn disk.",
                samples: [
                    MetricSample(1, labels: [MetricSample.Label("le", "0.005")], suffix: "_bucket"),
                    MetricSample(2, labels: [MetricSample.Label("le", "+Inf")], suffix: "_bucket"),
                    MetricSample(0.75, suffix: "_sum"),
                    MetricSample(2, suffix: "_count"),
                ]
            ),
        ]
    }

    func health(_ probe: HealthProbe) async -> [HealthReason] { self.recorded.health }

    func liveEvents() -> AsyncStream<LiveEvent> {
        self.change { $0.calls.append("liveEvents") }
        return AsyncStream { continuation in
            for offset in 1...2 {
                continuation.yield(
                    LiveEvent(offset: UInt64(offset), time: Self.moment, kind: .pageView, outcome: "scored")
                )
            }
            if !self.recorded.livesOn { continuation.finish() }
        }
    }
}
