import Catalog
package import Domain
import EventLog
import ScoreStore
import Synchronization

extension ServiceAdministration {
    package func recordEvent(_ reference: ContactReference, _ input: EventInput) async throws -> EventVerdictView {
        let record = try await self.row(of: reference).record
        try await self.check(input, of: record.contact)
        // What the person refused is not even logged.
        guard record.consents.allows(input.kind) else {
            self.ownEvents.count { $0.declined += 1 }
            return EventVerdictView(outcome: "declined", reason: DeclineReason.contactBasis.tag)
        }
        var event = EventRecord()
        event.kind = input.kind
        event.verdict = .confirmed
        event.contact = record.contact
        event.trust = .authenticated
        event.message = input.message ?? 0
        event.quote = input.quote ?? 0
        // A repeated call under the same id is the same event.
        let id = input.id.map { SipHash.hash($0, key: self.core.log.slotKey) }
        event.nonce = id ?? self.core.randomness.next()
        var commands = CommandFrames(self.core.store.slots)
        commands.append(event, of: record.contact)
        try await self.submit(commands)
        self.ownEvents.count { $0.accepted += 1 }
        return EventVerdictView(outcome: "accepted")
    }

    private func check(_ input: EventInput, of contact: ContactID) async throws {
        var check = FieldCheck()
        check.that(EventInput.kinds.contains(input.kind), "kind", EventInput.expectedKinds, got: input.kind.name)
        check.text(input.id, "id", atMost: Limits.nameBytes, isNeeded: true)
        if let message = input.message, try await !self.hasMessage(message) {
            check.add("message", "the number of a message", got: "\(message)")
        }
        if input.kind == .quoteView || input.quote != nil, try await self.quote(input.quote ?? 0)?.contact != contact {
            check.add("quote", "the number of a quote of this contact", got: input.quote.map { "\($0)" } ?? "none")
        }
        try check.orThrow()
    }
}

/// What became of the events of this port since the start: they are received like all others (promise 4).
final class OwnEvents: Sendable {
    /// The counts.
    struct Counts: Sendable {
        var accepted: UInt64 = 0
        /// Declined by the contact's basis.
        var declined: UInt64 = 0

        var received: UInt64 { self.accepted + self.declined }
    }

    private let counts = Mutex(Counts())

    var current: Counts { self.counts.withLock { $0 } }

    func count(_ change: (inout Counts) -> Void) { self.counts.withLock { change(&$0) } }
}
