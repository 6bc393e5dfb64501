import Catalog
package import Domain

extension ServiceAdministration {
    package func accounts(page: PageRequest) async throws -> Page<AccountSummaryView> {
        let rows = try await self.core.catalog.accounts(after: page.after ?? "", limit: page.rowsToRead)
        return Page(rows, page, next: { $0.account.key }, view: AccountSummaryView.init)
    }

    package func account(_ key: String) async throws -> AccountDetailView {
        let found = try await self.core.catalog.account(key, limit: AccountDetailView.shownContacts)
        guard let found else { throw AdministrationError.notFound("account \(key)") }
        return AccountDetailView(
            account: AccountSummaryView(found.row),
            contacts: found.contacts.map(ContactView.init)
        )
    }
}
