package import Catalog
package import Collector
package import Delivery
package import Domain
import EventLog
import ScoreStore
package import Settings

/// What the private port can ask, over the running core.
///
/// Purpose: turns calls into records of the log and rows into views; decides nothing the fold decides. A change
/// answers once it is on disk, folded and in the catalog. Limits: texts and lists are checked against `Limits`
/// before a record is built, so that no input can build one too large. Concurrency: changes that first read what
/// they change go one after the other through a gate; everything else is as concurrent as its callers. Failure: what
/// the log refuses is ``AdministrationError/unavailable(retryAfterSeconds:_:)``; everything else that is not an
/// ``AdministrationError`` is a defect.
package struct ServiceAdministration: Administration {
    let core: Core
    let signer: any TokenSigner
    let settings: ServiceSettings
    let outbox: CatalogOutbox
    let wakeDispatcher: @Sendable () -> Void
    let collectorCounters: @Sendable () -> CollectorCounters
    let deliveryCounters: @Sendable () -> [String: DeliveryCounters]
    /// When the public port's certificate ends; nil without one. Also what a notice about it goes by.
    package let certificateEnd: @Sendable () -> Timestamp?
    let started: Timestamp
    /// The same moment on the log's clock.
    let startedInLog: Timestamp
    /// Changes of contacts, sites and models: each reads what is there, then writes.
    let changes = SerialGate()
    /// Events that came by this port.
    let ownEvents = OwnEvents()
    let liveFeed: LiveFeed

    /// The administration of a core that runs.
    package init(
        core: Core,
        signer: any TokenSigner,
        settings: ServiceSettings,
        outbox: CatalogOutbox,
        wakeDispatcher: @escaping @Sendable () -> Void,
        collectorCounters: @escaping @Sendable () -> CollectorCounters,
        deliveryCounters: @escaping @Sendable () -> [String: DeliveryCounters],
        certificateEnd: @escaping @Sendable () -> Timestamp? = { nil },
        started: Timestamp
    ) {
        self.core = core
        self.signer = signer
        self.settings = settings
        self.outbox = outbox
        self.wakeDispatcher = wakeDispatcher
        self.collectorCounters = collectorCounters
        self.deliveryCounters = deliveryCounters
        self.certificateEnd = certificateEnd
        self.started = started
        self.startedInLog = core.log.now
        self.liveFeed = LiveFeed(core: core)
    }

    /// The log's time: what is shown is compared with the times of records.
    var now: Timestamp { self.core.log.now }

    // MARK: Commands

    /// Logs commands; returns when they are on disk, folded and in the catalog: the log's end behind them.
    @discardableResult
    func submit(_ commands: CommandFrames) async throws -> UInt64 {
        try self.checkIsWorking()
        var end = self.core.log.end
        for batch in commands.batches {
            do {
                end = try await self.core.submit(batch.frames, records: batch.count)
            } catch let refusal as AppendRefusal {
                throw Self.unavailable(refusal)
            }
        }
        return end
    }

    /// Returns when what follows from everything below `end` in other slots is folded and in the catalog as well.
    func settleDerived(from end: UInt64) async throws {
        var end = end
        // A link is handed from the visitor to the contact, and by a second key once more.
        for _ in 0..<3 {
            while self.core.scorer.derivedDurable < end {
                try self.checkIsWorking()
                try await Task.sleep(for: .milliseconds(1))
            }
            let next = self.core.log.end
            guard next > end else { return }
            await self.core.reached(next)
            end = next
        }
    }

    /// A service that no longer folds or commits would keep its callers waiting for ever.
    func checkIsWorking() throws {
        if self.core.log.failure != nil { throw Self.unavailable(.failed) }
        if self.core.scorerFailure != nil {
            throw AdministrationError.unavailable(retryAfterSeconds: 60, "The scorer has stopped.")
        }
        if self.core.pump.failure != nil {
            throw AdministrationError.unavailable(retryAfterSeconds: 10, "The catalog cannot be written.")
        }
    }

    static func unavailable(_ refusal: AppendRefusal) -> AdministrationError {
        switch refusal {
        case .pendingFull: .unavailable(retryAfterSeconds: 1, "The log is busy.")
        case .diskFull: .unavailable(retryAfterSeconds: 60, "The disk is full.")
        case .failed: .unavailable(retryAfterSeconds: 60, "The log has failed; the service must be restarted.")
        case .closed: .unavailable(retryAfterSeconds: 10, "The service is stopping.")
        }
    }
}

/// Commands on their way to the log, in batches that it takes at once.
struct CommandFrames {
    private(set) var batches: [(frames: ByteWriter, count: Int)] = []
    private let slots: SlotMap

    /// A batch that has reached so many bytes takes no more: with one more record it is far below what a producer may
    /// have pending.
    private static let batchBytes = Limits.pendingBytes / 4

    init(_ slots: SlotMap) { self.slots = slots }

    mutating func append(_ record: ContactRecord) {
        self.append(.contact, self.slots.slot(of: record.contact)) { record.encode(to: &$0) }
    }

    mutating func append(_ record: AliasRecord) {
        self.append(.alias, self.slots.slot(of: record.alias)) { record.encode(to: &$0) }
    }

    mutating func append(_ record: LinkRecord) {
        self.append(.link, self.slots.slot(of: record.visitor)) { record.encode(to: &$0) }
    }

    mutating func append(_ record: ManualEntryRecord) {
        self.append(.manualEntry, self.slots.slot(of: record.contact)) { record.encode(to: &$0) }
    }

    mutating func append(_ record: ReinstatementRecord) {
        self.append(.reinstatement, self.slots.slot(of: record.contact)) { record.encode(to: &$0) }
    }

    mutating func append(_ record: LeadAnswerRecord) {
        self.append(.leadAnswer, self.slots.slot(of: record.contact)) { record.encode(to: &$0) }
    }

    /// An event of a contact without any texts.
    mutating func append(_ record: EventRecord, of contact: ContactID) {
        self.append(.event, self.slots.slot(of: contact)) { writer in
            record.encode(to: &writer, text: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    mutating func append(_ record: ErasureRecord) {
        let slot =
            switch record {
            case .contact(let contact): self.slots.slot(of: contact)
            case .visitor(let visitor): self.slots.slot(of: visitor)
            }
        self.append(.erasure, slot) { record.encode(to: &$0) }
    }

    private mutating func append(_ kind: RecordKind, _ slot: Slot, _ body: (inout ByteWriter) -> Void) {
        if self.batches.last.map({ $0.frames.bytes.count >= Self.batchBytes }) ?? true {
            self.batches.append((ByteWriter(), 0))
        }
        let last = self.batches.count - 1
        RecordFrame.append(to: &self.batches[last].frames, kind: kind, slot: slot, body)
        self.batches[last].count += 1
    }
}
