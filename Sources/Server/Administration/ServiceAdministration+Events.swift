import Catalog
import Collector
package import Domain
import EventLog
import ScoreStore
import Synchronization

extension ServiceAdministration {
    package func recordEvent(_ reference: ContactReference, _ input: EventInput) async throws -> EventVerdictView {
        let contact = try await self.row(of: reference).record
        let link = input.kind == .emailClick ? try await self.link(input.link ?? 0) : nil
        try await self.check(input, link, of: contact.contact)
        let client = try self.client(of: input)
        // What the person refused is not even logged.
        guard var event = EventRecord(input, link, of: contact, client) else {
            self.ownEvents.count { $0.declined += 1 }
            return EventVerdictView(outcome: "declined", reason: DeclineReason.contactBasis.tag)
        }
        // A repeated call under the same id is the same event.
        let id = input.id.map { SipHash.hash($0, key: self.core.log.slotKey) }
        event.nonce = id ?? self.core.randomness.next()
        if event.kind == .emailClick { event.click = max(1, event.nonce) }
        var commands = CommandFrames(self.core.store.slots)
        commands.append(event, of: contact.contact)
        try await self.submit(commands)
        self.ownEvents.count { $0.accepted += 1 }
        return EventVerdictView(outcome: "accepted")
    }

    private func check(_ input: EventInput, _ link: LinkTarget?, of contact: ContactID) async throws {
        let isMail = input.kind == .emailOpen || input.kind == .emailClick
        var check = FieldCheck()
        check.that(EventInput.kinds.contains(input.kind), "kind", EventInput.expectedKinds, got: input.kind.name)
        check.text(input.id, "id", atMost: Limits.nameBytes, isNeeded: true)
        check.text(input.agent, "user_agent", atMost: Limits.agentBytes)
        check.that(!isMail || input.id != nil, "id", "the tool's own name for the open or click", got: "none")
        if let message = input.message, try await !self.hasMessage(message) {
            check.add("message", "the number of a message", got: "\(message)")
        }
        check.that(input.kind != .emailOpen || input.message != nil, "message", "the number of a message", got: "none")
        if input.kind == .emailClick {
            let expected = "the number of a tracked link, of the message if that is given"
            let isOfMessage = input.message == nil || link?.message == 0 || link?.message == input.message
            check.that(link != nil && isOfMessage, "link", expected, got: input.link.map { "\($0)" } ?? "none")
        }
        if input.kind == .quoteView || input.quote != nil, try await self.quote(input.quote ?? 0)?.contact != contact {
            check.add("quote", "the number of a quote of this contact", got: input.quote.map { "\($0)" } ?? "none")
        }
        try check.orThrow()
    }

    private func client(of input: EventInput) throws(AdministrationError) -> ReportedClient {
        let address = input.address ?? ""
        guard
            let client = ReportedClient(
                address: address,
                agent: input.agent ?? "",
                slotKey: self.core.log.slotKey
            )
        else { throw .invalid("address", "an IPv4 or IPv6 address", got: FieldCheck.shown(address)) }
        return client
    }
}

extension EventRecord {
    /// The record of a reported event; nil if the contact's basis does not allow it.
    fileprivate init?(_ input: EventInput, _ link: LinkTarget?, of contact: ContactRecord, _ client: ReportedClient) {
        self.init()
        self.kind = input.kind
        self.contact = contact.contact
        self.trust = .authenticated
        self.message = input.message ?? link?.message ?? 0
        self.quote = input.quote ?? 0
        switch input.kind {
        case .emailOpen, .emailClick:
            self.site = link?.site ?? SiteID(0)
            self.link = link?.id ?? 0
            self.network = client.network
            self.agent = client.agent
            self.listVersion = ReportedClient.listVersion
            // Lists of robots take every mail client's image proxy for one; opens are judged by the fold.
            self.filter = input.kind == .emailOpen ? .none : client.filter
            self.verdict = self.filter == .none ? .likely : .machine
            if self.kind == .emailOpen { self.consent = .granted }
        default: self.verdict = .confirmed
        }
        if contact.consents.allows(input.kind) { return }
        // Of the last open at least its day may be kept, and nothing of what opened it.
        guard input.kind == .emailOpen, contact.consents.contains(.lastOpenDay), !contact.consents.contains(.objected)
        else { return nil }
        self.consent = .undecided
        self.network = 0
        self.agent = 0
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
