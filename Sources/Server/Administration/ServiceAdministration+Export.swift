import Catalog
package import Domain
import ScoreStore

extension ServiceAdministration {
    package func export(_ reference: ContactReference) async throws -> ExportView {
        let record = try await self.row(of: reference).record
        let contact = ContactReference.id(record.contact)
        let explanation = try await self.explain(contact)
        var export = ExportView(contact: explanation.contact, keys: record.keys, explanation: explanation)
        export.visitors = try await self.visitors(contact)
        export.timeline = try await Self.all { try await self.timeline(contact, page: $0) }
        export.quotes = try await self.core.catalog.quotes(of: record.contact).map(QuoteView.init)
        var leads = LeadQuery()
        leads.contact = contact
        export.leads = try await Self.all { [leads] in try await self.leads(leads, page: $0) }
        var deliveries = DeliveryQuery()
        deliveries.contact = contact
        export.deliveries = try await Self.all { [deliveries] in try await self.deliveries(deliveries, page: $0) }
        return export
    }

    /// The items of all pages of a list.
    private static func all<Item>(_ page: (PageRequest) async throws -> Page<Item>) async throws -> [Item] {
        var items: [Item] = []
        var request = PageRequest(limit: Limits.apiPageItems)
        while true {
            let next = try await page(request)
            items += next.items
            guard let after = next.next else { return items }
            request.after = after
        }
    }
}
