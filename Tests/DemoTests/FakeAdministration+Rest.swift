import Domain

/// What no test of the demonstration calls.
extension FakeAdministration {
    func authenticate(_ secret: String) async throws -> Principal? { throw AdministrationError.failed }
    func createKey(name: String, scopes: [Scope]) async throws -> CreatedKey { throw AdministrationError.failed }
    func keys() async throws -> [KeyView] { throw AdministrationError.failed }
    func revokeKey(_ id: Int64) async throws { throw AdministrationError.failed }
    func updateSite(_ key: String, _ draft: SiteDraft) async throws -> SiteView { throw AdministrationError.failed }
    func deleteSite(_ key: String) async throws { throw AdministrationError.failed }
    func audience(site: String, from: Int32, through: Int32, page: PageRequest) async throws -> Page<AudienceView> {
        throw AdministrationError.failed
    }
    func contacts(_ query: ContactQuery, page: PageRequest) async throws -> Page<ContactView> {
        throw AdministrationError.failed
    }
    func updateContact(_ reference: ContactReference, _ input: ContactInput) async throws -> ContactView {
        throw AdministrationError.failed
    }
    func importContacts(_ drafts: [ContactDraft], isDryRun: Bool) async throws -> [ImportVerdict] {
        throw AdministrationError.failed
    }
    func eraseContact(_ reference: ContactReference) async throws -> ErasureView { throw AdministrationError.failed }
    func setConsents(_ reference: ContactReference, _ consents: ConsentsInput) async throws -> ContactView {
        throw AdministrationError.failed
    }
    func export(_ reference: ContactReference) async throws -> ExportView { throw AdministrationError.failed }
    func accounts(page: PageRequest) async throws -> Page<AccountSummaryView> { throw AdministrationError.failed }
    func account(_ key: String) async throws -> AccountDetailView { throw AdministrationError.failed }
    func recordEvent(_ reference: ContactReference, _ event: EventInput) async throws -> EventVerdictView {
        throw AdministrationError.failed
    }
    func owners() async throws -> [OwnerView] { throw AdministrationError.failed }
    func timeline(_ reference: ContactReference, page: PageRequest) async throws -> Page<TimelineView> {
        throw AdministrationError.failed
    }
    func ledger(_ reference: ContactReference, page: PageRequest) async throws -> Page<LedgerView> {
        throw AdministrationError.failed
    }
    func explain(_ reference: ContactReference) async throws -> ExplainView { throw AdministrationError.failed }
    func visitors(_ reference: ContactReference) async throws -> [VisitorView] { throw AdministrationError.failed }
    func link(_ visitor: VisitorID, to reference: ContactReference) async throws { throw AdministrationError.failed }
    func unlink(_ visitor: VisitorID, from reference: ContactReference) async throws {
        throw AdministrationError.failed
    }
    func addEntry(_ reference: ContactReference, _ entry: ManualEntryInput) async throws -> ContactView {
        throw AdministrationError.failed
    }
    func reinstate(_ reference: ContactReference, author: String) async throws -> ContactView {
        throw AdministrationError.failed
    }
    func answerLead(
        _ reference: ContactReference,
        _ answer: LeadAnswerRecord.Answer,
        author: String
    ) async throws -> ContactView { throw AdministrationError.failed }
    func leads(_ query: LeadQuery, page: PageRequest) async throws -> Page<LeadView> {
        throw AdministrationError.failed
    }
    func deliveries(_ query: DeliveryQuery, page: PageRequest) async throws -> Page<DeliveryView> {
        throw AdministrationError.failed
    }
    func attempts(of delivery: Int64) async throws -> [AttemptView] { throw AdministrationError.failed }
    func retryDelivery(_ id: Int64) async throws { throw AdministrationError.failed }
    func retryDeadDeliveries(destination: String?) async throws -> Int { throw AdministrationError.failed }
    func backlog() async throws -> [BacklogView] { throw AdministrationError.failed }
    func currentModel() async throws -> ModelView { throw AdministrationError.failed }
    func models(page: PageRequest) async throws -> Page<ModelView> { throw AdministrationError.failed }
    func modelSource(version: UInt32) async throws -> String { throw AdministrationError.failed }
    func validateModel(_ source: String) async throws -> [ModelFileProblem] { throw AdministrationError.failed }
    func publishModel(_ source: String) async throws -> ModelView { throw AdministrationError.failed }
    func beginBackup() async throws -> BackupHoldView { throw AdministrationError.failed }
    func endBackup(_ id: Int64) async throws { throw AdministrationError.failed }
    func status() async throws -> StatusView { throw AdministrationError.failed }
    func metrics() async -> [MetricFamily] { [] }
    func health(_ probe: HealthProbe) async -> [HealthReason] { [] }
    func liveEvents() -> AsyncStream<LiveEvent> { AsyncStream { $0.finish() } }
}
