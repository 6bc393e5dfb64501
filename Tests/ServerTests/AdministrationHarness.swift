import Catalog
import Collector
import Delivery
import Domain
import EventLog
import Foundation
import Logging
import ScoreStore
import Settings
import TestSupport

@testable import Server

/// A path of a directory that is not there yet, and removed when this is released.
final class TemporaryPath {
    let path = FileManager.default.temporaryDirectory.path + "/vendange-" + UUID().uuidString

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}

/// A core over real files in a directory of its own, with everything the private port can ask.
struct AdministrationHarness {
    let core: Core
    let administration: ServiceAdministration
    let clock: ManualClock
    let signer: TokenKeys
    let directory: String

    /// Opens a core in a new directory, runs `body`, and takes everything down again.
    static func run(_ body: (AdministrationHarness) async throws -> Void) async throws {
        let directory = TemporaryPath()
        try await self.run(in: directory.path, body)
    }

    /// Opens a core in a directory that stays, runs `body`, and closes the core in good order.
    static func run(in directory: String, _ body: (AdministrationHarness) async throws -> Void) async throws {
        let harness = try Self(directory: directory)
        do {
            try await body(harness)
        } catch {
            await harness.close()
            throw error
        }
        await harness.close()
    }

    /// Settings of a service with one destination, `crm`.
    static func settings(_ directory: String) -> ServiceSettings {
        var settings = ServiceSettings()
        settings.dataDirectory = directory
        settings.workers = 2
        settings.log.segmentBytes = 8 << 20
        settings.publicListener.baseURL = "https://t.example.com"
        settings.publicListener.pathPrefix = "/v"
        settings.destinations = [Destination(name: "crm", kind: .webhook, url: "https://crm.example.com/hook")]
        return settings
    }

    private init(directory: String) throws {
        let settings = Self.settings(directory)
        let clock = ManualClock()
        let randomness = SeededSource(seed: 7)
        let core = try Core(
            settings: settings,
            clock: clock,
            randomness: randomness,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onCommit: {}
        )
        let signer = try TokenKeys(file: directory + "/keys.yaml", randomness: randomness)
        self.core = core
        self.clock = clock
        self.signer = signer
        self.directory = directory
        self.administration = ServiceAdministration(
            core: core,
            signer: signer,
            settings: settings,
            outbox: CatalogOutbox(catalog: core.catalog),
            wakeDispatcher: {},
            collectorCounters: { CollectorCounters() },
            deliveryCounters: { ["crm": Self.deliveryCounters] },
            started: clock.wallTime()
        )
    }

    private func close() async {
        await self.core.stop()
        try? self.core.catalog.close()
    }

    private static var deliveryCounters: DeliveryCounters {
        var counters = DeliveryCounters()
        counters.delivered = 3
        return counters
    }

    // MARK: Inputs

    static let modelSource = """
        version: 1
        groups:
          web: { half_life: 30d, max: 100 }
          sales: { half_life: 60d, max: 100 }
        pages:
          /tarifs: { points: 15, topic: prices }
          /**: 1
        rules:
          - { name: quote viewed, when: { event: quote_view }, points: 25, group: sales }
        stages:
          warm: { enter: 30, leave: 20 }
          hot: { enter: 80, leave: 60 }
        """

    static func input(
        crmID: String? = nil,
        email: String? = nil,
        lastName: String? = nil
    ) -> ContactInput {
        var input = ContactInput()
        input.crmID = crmID
        input.email = email.flatMap(EmailAddress.init)
        input.lastName = lastName
        return input
    }

    /// Logs an event as the collector would; returns when it and what follows from it are in the catalog.
    func log(_ event: EventRecord, url: String = "", fields: [UInt8] = []) async throws {
        var event = event
        let text = Array(url.utf8) + fields
        event.url = TextRange(start: 0, count: url.utf8.count)
        event.fields = TextRange(start: url.utf8.count, count: fields.count)
        let path = url.firstIndex(of: "/").map { url.utf8.distance(from: url.startIndex, to: $0) } ?? 0
        event.path = TextRange(start: path, count: url.isEmpty ? 0 : url.utf8.count - path)
        if !url.isEmpty { event.page = Array(url.utf8).withUnsafeBytes { self.core.store.slots.pageKey(of: $0) } }
        let slots = self.core.store.slots
        let slot = event.visitor.map { slots.slot(of: $0) } ?? event.contact.map { slots.slot(of: $0) } ?? Slot(0)
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .event, slot: slot) { writer in
            text.withUnsafeBytes { event.encode(to: &writer, text: $0) }
        }
        let end = try await self.core.submit(frames, records: 1)
        try await self.administration.settleDerived(from: end)
    }

    /// A page view of a visitor who accepted.
    func view(_ url: String, by visitor: VisitorID, counter: UInt16) async throws {
        var event = EventRecord()
        event.kind = .pageView
        event.verdict = .confirmed
        event.consent = .granted
        event.site = SiteID(1)
        event.visitor = visitor
        event.nonce = 77
        event.counter = counter
        try await self.log(event, url: url)
    }
}
