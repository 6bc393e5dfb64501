import Catalog
package import Domain
import ScoreStore

extension ServiceAdministration {
    /// Drafts of one call: what one commit and one transaction carry well.
    private static let draftsPerBatch = 1_000

    package func importContacts(_ drafts: [ContactDraft], isDryRun: Bool) async throws -> [ImportVerdict] {
        var verdicts: [ImportVerdict] = []
        var rest = drafts[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.draftsPerBatch)
            rest = rest.dropFirst(batch.count)
            verdicts += try await self.changes.run { try await self.importBatch(Array(batch), isDryRun: isDryRun) }
        }
        return verdicts
    }

    private func importBatch(_ drafts: [ContactDraft], isDryRun: Bool) async throws -> [ImportVerdict] {
        let inputs = drafts.map(ContactInput.init)
        var book = try await self.book(for: inputs)
        var hashes: [ContactID: UInt64] = [:]
        let verdicts = zip(drafts, inputs).map { draft, input in
            Self.take(draft, input, into: &book, &hashes)
        }
        guard !isDryRun else { return verdicts }
        try await self.submit(book.commands(self.core.store.slots))
        // Noted last: a batch that is cut short is taken again.
        try await self.core.catalog.setImportHashes(hashes)
        return verdicts
    }

    private static func take(
        _ draft: ContactDraft,
        _ input: ContactInput,
        into book: inout ContactBook,
        _ hashes: inout [ContactID: UInt64]
    ) -> ImportVerdict {
        let hash = draft.contentHash
        if let known = book.known(input.externalKeys), known.importHash == hash, !known.record.isClaimed {
            return .unchanged(known.record.contact)
        }
        do throws(ContactMergeFailure) {
            let outcome = try book.apply(input)
            hashes[outcome.contact] = hash
            if outcome.isNew { return .new(outcome.contact) }
            return outcome.isChanged ? .changed(outcome.contact) : .unchanged(outcome.contact)
        } catch {
            switch error {
            case .invalid(let problems): return .refused(problems)
            case .conflict(let reason):
                return .refused([FieldProblem(field: "email", expected: "keys of one contact", got: reason)])
            }
        }
    }
}
