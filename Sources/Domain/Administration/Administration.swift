/// Everything the private port can ask of the service: what it shows and what it changes.
///
/// Changes answer once they are on disk and folded, so that whoever reads next sees them. Every method may throw
/// ``AdministrationError``; any other error is a defect and reaches the caller as ``AdministrationError/failed``.
package protocol Administration: Sendable {
    // MARK: Access

    /// Who holds this secret (`vdg_…`); nil for nobody. Takes the same time for every secret that is none.
    func authenticate(_ secret: String) async throws -> Principal?
    /// Makes a key. The secret is in the answer and nowhere else.
    func createKey(name: String, scopes: [Scope]) async throws -> CreatedKey
    /// All keys.
    func keys() async throws -> [KeyView]
    /// Removes a key.
    func revokeKey(_ id: Int64) async throws

    // MARK: Sites

    /// All sites.
    func sites() async throws -> [SiteView]
    /// Adds a site; the draft has its key and its hostnames.
    func createSite(_ draft: SiteDraft) async throws -> SiteView
    /// Changes the site of a key.
    func updateSite(_ key: String, _ draft: SiteDraft) async throws -> SiteView
    /// Removes the site of a key.
    func deleteSite(_ key: String) async throws
    /// Views by day and page, from a day on (days since 1970-01-01), through another.
    func audience(site: String, from: Int32, through: Int32, page: PageRequest) async throws -> Page<AudienceView>

    // MARK: Contacts

    /// Contacts, in the order of their ids.
    func contacts(_ query: ContactQuery, page: PageRequest) async throws -> Page<ContactView>
    /// A contact.
    func contact(_ reference: ContactReference) async throws -> ContactView
    /// Creates the contact of the input's keys, or updates them.
    func putContact(_ input: ContactInput) async throws -> PutContact
    /// Updates a contact that is there; keys of the input are added to theirs.
    func updateContact(_ reference: ContactReference, _ input: ContactInput) async throws -> ContactView
    /// Takes a batch; one verdict per draft, in order. A dry run changes nothing.
    func importContacts(_ drafts: [ContactDraft], isDryRun: Bool) async throws -> [ImportVerdict]
    /// Erases a contact with their visitors, everywhere.
    func eraseContact(_ reference: ContactReference) async throws -> ErasureView
    /// Changes what may be recorded.
    func setConsents(_ reference: ContactReference, _ consents: ConsentsInput) async throws -> ContactView
    /// Everything that is held of a contact.
    func export(_ reference: ContactReference) async throws -> ExportView
    /// Companies, in the order of their keys.
    func accounts(page: PageRequest) async throws -> Page<AccountSummaryView>
    /// The company of a key.
    func account(_ key: String) async throws -> AccountDetailView
    /// The salespeople contacts belong to.
    func owners() async throws -> [OwnerView]

    // MARK: History and score

    /// What a contact did, newest first.
    func timeline(_ reference: ContactReference, page: PageRequest) async throws -> Page<TimelineView>
    /// A contact's ledger, oldest first.
    func ledger(_ reference: ContactReference, page: PageRequest) async throws -> Page<LedgerView>
    /// What a contact's score is made of.
    func explain(_ reference: ContactReference) async throws -> ExplainView
    /// The browsers tied to a contact.
    func visitors(_ reference: ContactReference) async throws -> [VisitorView]
    /// Ties a browser to a contact.
    func link(_ visitor: VisitorID, to reference: ContactReference) async throws
    /// Unties them.
    func unlink(_ visitor: VisitorID, from reference: ContactReference) async throws
    /// Records an act of a contact that another tool of the company knows of.
    func recordEvent(_ reference: ContactReference, _ event: EventInput) async throws -> EventVerdictView
    /// Gives points by hand.
    func addEntry(_ reference: ContactReference, _ entry: ManualEntryInput) async throws -> ContactView
    /// Says that the contact's last clicks, taken for a machine's, were a person's: what was taken back counts again.
    func reinstate(_ reference: ContactReference, author: String) async throws -> ContactView
    /// Records a salesperson's answer to a contact's lead.
    func answerLead(
        _ reference: ContactReference,
        _ answer: LeadAnswerRecord.Answer,
        author: String
    ) async throws -> ContactView

    // MARK: Contents

    /// Mailings, newest first.
    func messages(page: PageRequest) async throws -> Page<MessageView>
    /// Adds a mailing.
    func createMessage(name: String, campaign: String) async throws -> MessageView
    /// Tracked links, newest first.
    func links(page: PageRequest) async throws -> Page<LinkView>
    /// Adds a tracked link.
    func createLink(_ input: LinkInput) async throws -> LinkView
    /// Quotes, newest first.
    func quotes(page: PageRequest) async throws -> Page<QuoteView>
    /// Adds a quote.
    func createQuote(_ input: QuoteInput) async throws -> QuoteView
    /// Signs a token.
    func createToken(_ input: TokenInput) async throws -> TokenView

    // MARK: Leads and deliveries

    /// Leads, newest first.
    func leads(_ query: LeadQuery, page: PageRequest) async throws -> Page<LeadView>
    /// Deliveries, newest first.
    func deliveries(_ query: DeliveryQuery, page: PageRequest) async throws -> Page<DeliveryView>
    /// The last attempts of a delivery, newest first, at most ``Limits/apiPageItems``.
    func attempts(of delivery: Int64) async throws -> [AttemptView]
    /// Tries a dead delivery again.
    func retryDelivery(_ id: Int64) async throws
    /// Tries all dead deliveries again, of one destination if one is named. Returns how many.
    func retryDeadDeliveries(destination: String?) async throws -> Int
    /// What waits, per destination.
    func backlog() async throws -> [BacklogView]

    // MARK: Models

    /// The model in force.
    func currentModel() async throws -> ModelView
    /// Published models, newest first.
    func models(page: PageRequest) async throws -> Page<ModelView>
    /// A published model's YAML.
    func modelSource(version: UInt32) async throws -> String
    /// What is wrong with a YAML; empty if it could be published.
    func validateModel(_ source: String) async throws -> [ModelFileProblem]
    /// Publishes a YAML. Problems are thrown as ``AdministrationError/invalid(_:)``.
    func publishModel(_ source: String) async throws -> ModelView

    // MARK: Operation

    /// Keeps the log from being trimmed while somebody copies the data directory.
    func beginBackup() async throws -> BackupHoldView
    /// The copy is made, or given up.
    func endBackup(_ id: Int64) async throws
    /// The service in figures.
    func status() async throws -> StatusView
    /// Every metric. Never throws: figures that cannot be had are left out.
    func metrics() async -> [MetricFamily]
    /// What is wrong; empty when all is well.
    func health(_ probe: HealthProbe) async -> [HealthReason]
    /// What happens from now on, the newest only when the reader is slow. Ends when its reader goes.
    func liveEvents() -> AsyncStream<LiveEvent>
}
