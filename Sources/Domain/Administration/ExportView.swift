/// Everything that is held of a contact, for the person themselves. The bodies of notifications repeat it and are left
/// out.
package struct ExportView: Equatable, Sendable, Encodable {
    package var contact: ContactView
    /// Every key they are known under, `email:…` or `crm:…`.
    package var keys: [String]
    /// Their ledger and its sum.
    package var explanation: ExplainView
    /// What they did, newest first.
    package var timeline: [TimelineView]
    /// Their browsers.
    package var visitors: [VisitorView]
    /// Quotes made for them.
    package var quotes: [QuoteView]
    /// When they were handed to sales.
    package var leads: [LeadView]
    /// What destinations were told of them.
    package var deliveries: [DeliveryView]

    /// An export without rows.
    package init(contact: ContactView, keys: [ExternalKey], explanation: ExplainView) {
        self.contact = contact
        self.keys = keys.map { ($0.kind == .crm ? "crm:" : "email:") + $0.value }
        self.explanation = explanation
        self.timeline = []
        self.visitors = []
        self.quotes = []
        self.leads = []
        self.deliveries = []
    }
}
