/// How the service is doing, in figures.
package struct StatusView: Equatable, Sendable, Encodable {
    /// The service's version.
    package var version: String
    package var started: String
    package var log: LogView
    package var outcomes: OutcomesView
    package var store: StoreView

    /// A status.
    package init(version: String, started: Timestamp, log: LogView, outcomes: OutcomesView, store: StoreView) {
        self.version = version
        self.started = started.rfc3339
        self.log = log
        self.outcomes = outcomes
        self.store = store
    }

    /// The log, and how far each part of the service has come in it. Offsets count records.
    package struct LogView: Equatable, Sendable, Encodable {
        /// Sixteen hexadecimal digits.
        package var stream: String
        /// open, full, failed or closed.
        package var state: String
        package var start: UInt64
        package var end: UInt64
        /// Everything below it is in the store.
        package var folded: UInt64
        /// Everything below it is in the catalog.
        package var applied: UInt64
        /// Everything below it is in a checkpoint.
        package var checkpointed: UInt64
        /// How long ago the oldest record that is not folded was received; 0 for none.
        package var lagSeconds: Double
        package var freeBytes: UInt64?
        /// Whether the wall clock was stepped away from the log's time, which does not follow it.
        package var isClockAdrift: Bool

        /// A log.
        package init(
            stream: StreamID,
            state: String,
            start: UInt64,
            end: UInt64,
            folded: UInt64,
            applied: UInt64,
            checkpointed: UInt64,
            lagSeconds: Double,
            freeBytes: UInt64?,
            isClockAdrift: Bool
        ) {
            self.stream = stream.description
            self.state = state
            self.start = start
            self.end = end
            self.folded = folded
            self.applied = applied
            self.checkpointed = checkpointed
            self.lagSeconds = lagSeconds
            self.freeBytes = freeBytes
            self.isClockAdrift = isClockAdrift
        }
    }

    /// Where every event went (promise 4): in this run `received = accepted + rejected + declined`, over the log's
    /// life `accepted_total = scored + counted + filtered + pending`.
    package struct OutcomesView: Equatable, Sendable, Encodable {
        package var received: UInt64 = 0
        package var accepted: UInt64 = 0
        /// By the tag of a ``Rejection``.
        package var rejected: [String: UInt64] = [:]
        /// By the tag of a ``DeclineReason``.
        package var declined: [String: UInt64] = [:]
        package var acceptedTotal: UInt64 = 0
        package var scored: UInt64 = 0
        package var counted: UInt64 = 0
        /// By the tag of a ``FilterReason``.
        package var filtered: [String: UInt64] = [:]
        package var pending: UInt64 = 0

        /// Nothing yet.
        package init() {}
    }

    /// What the store holds.
    package struct StoreView: Equatable, Sendable, Encodable {
        package var visitors: Int
        package var contacts: Int
        package var provisionalEntries: Int

        /// Totals.
        package init(visitors: Int, contacts: Int, provisionalEntries: Int) {
            self.visitors = visitors
            self.contacts = contacts
            self.provisionalEntries = provisionalEntries
        }
    }
}

/// A backup that is being made.
package struct BackupHoldView: Equatable, Sendable, Encodable {
    /// Its number.
    package var id: Int64
    /// When it no longer keeps the log from being trimmed.
    package var expires: String

    /// A backup.
    package init(id: Int64, expires: Timestamp) {
        self.id = id
        self.expires = expires.rfc3339
    }
}

/// What a health check asks.
package enum HealthProbe: String, Sendable, CaseIterable {
    /// Whether the process is worth keeping.
    case live
    /// Whether the log takes events.
    case ready
    /// Whether events come out of the store again.
    case scoring
}

/// What is wrong with one part.
package struct HealthReason: Equatable, Sendable, Encodable {
    package var component: String
    package var message: String

    /// A reason.
    package init(component: String, message: String) {
        self.component = component
        self.message = message
    }
}

/// Something that has just happened, for whoever watches.
package struct LiveEvent: Equatable, Sendable, Encodable {
    package var offset: UInt64
    package var time: String
    /// The site's key; nil for acts outside sites.
    package var site: String?
    /// The name of an ``EventKind``; `entry` for a change of a contact's ledger, which follows the event it comes of.
    package var kind: String
    package var url: String?
    /// Of an event, as far as the record itself says: accepted (for a profile), counted (audience figures only) or
    /// filtered. Of an entry: scored, held, dropped or reversed.
    package var outcome: String
    /// Why it was filtered, dropped or reversed.
    package var reason: String?
    /// What an entry counts from now on; of a held one, what it would count.
    package var points: Double?
    /// The rule or page pattern of a new entry.
    package var rule: String?
    /// The entry's name in the ledger.
    package var entry: String?
    /// The contact's id, if it is known.
    package var contact: String?

    /// An event.
    package init(offset: UInt64, time: Timestamp, kind: EventKind, outcome: String) {
        self.offset = offset
        self.time = time.rfc3339
        self.kind = kind.name
        self.outcome = outcome
    }

    /// A change of a ledger.
    package init(offset: UInt64, time: Timestamp, entry: EntryID, of contact: ContactID, outcome: String) {
        self.offset = offset
        self.time = time.rfc3339
        self.kind = "entry"
        self.outcome = outcome
        self.entry = LedgerView.text(of: entry)
        self.contact = contact.text
    }
}
