import Collector
package import Domain
import EventLog
import Foundation
import ScoreStore
import Settings

extension ServiceAdministration {
    package func status() async throws -> StatusView { self.statusNow(countsProvisional: true) }

    package func liveEvents() -> AsyncStream<LiveEvent> { self.liveFeed.subscribe() }

    func statusNow(countsProvisional: Bool) -> StatusView {
        let events = PendingEvents(self.core, countsProvisional: countsProvisional)
        let counters = self.collectorCounters()
        var outcomes = StatusView.OutcomesView()
        let ownEvents = self.ownEvents.current
        outcomes.received = counters.received + ownEvents.received
        outcomes.accepted = counters.accepted + ownEvents.accepted
        outcomes.rejected = Self.byTag(counters.rejected, \.tag)
        let declined = counters.declined.merging([.contactBasis: ownEvents.declined], uniquingKeysWith: +)
        outcomes.declined = Self.byTag(declined, \.tag)
        outcomes.scored = events.outcomes.scored
        outcomes.counted = events.outcomes.counted
        for reason in FilterReason.allCases where reason != .none {
            outcomes.filtered[reason.tag] = events.outcomes.filtered[Int(reason.rawValue)]
        }
        outcomes.pending = events.pending
        outcomes.acceptedTotal = events.outcomes.total + events.pending
        return StatusView(
            version: OpenService.version,
            started: self.started,
            log: self.logView(oldest: events.oldest),
            outcomes: outcomes,
            store: StatusView.StoreView(
                visitors: events.visitors,
                contacts: events.contacts,
                provisionalEntries: events.provisionalEntries
            )
        )
    }

    private func logView(oldest: Timestamp?) -> StatusView.LogView {
        let lag = oldest.map { max(0, Double(self.core.log.now.since($0).microseconds) / 1_000_000) } ?? 0
        return StatusView.LogView(
            stream: self.core.log.id,
            state: self.core.log.failure != nil ? "failed" : self.core.log.refusesEvents ? "full" : "open",
            start: self.core.log.start,
            end: self.core.log.end,
            folded: self.core.scorer.folded,
            applied: self.core.pump.applied,
            checkpointed: (try? self.core.checkpoints.newestLow()) ?? 0,
            lagSeconds: lag,
            freeBytes: self.freeBytes,
            isClockAdrift: self.core.log.isClockAdrift
        )
    }

    private var freeBytes: UInt64? {
        let values = try? FileManager.default.attributesOfFileSystem(forPath: self.settings.dataDirectory)
        return (values?[.systemFreeSize] as? NSNumber)?.uint64Value
    }

    private static func byTag<Reason>(
        _ counts: [Reason: UInt64],
        _ tag: (Reason) -> String
    ) -> [String: UInt64] {
        Dictionary(counts.map { (tag($0.key), $0.value) }, uniquingKeysWith: +)
    }

    // MARK: Health

    /// A canary is sent every ten seconds; three that are missing are a failure.
    private static let canaryPatience = TimeSpan.seconds(30)

    package func health(_ probe: HealthProbe) async -> [HealthReason] {
        switch probe {
        case .live: []
        case .ready: self.logReasons
        case .scoring: self.logReasons + self.scoringReasons
        }
    }

    private var logReasons: [HealthReason] {
        if let failure = self.core.log.failure {
            return [HealthReason(component: "log", message: "The log has failed: \(failure). Restart the service.")]
        }
        if self.core.log.refusesEvents {
            return [HealthReason(component: "log", message: "The disk is nearly full: events are refused.")]
        }
        return []
    }

    private var scoringReasons: [HealthReason] {
        var reasons: [HealthReason] = []
        if let failure = self.core.scorerFailure {
            reasons.append(HealthReason(component: "scorer", message: "The scorer has stopped: \(failure)."))
        }
        if let failure = self.core.pump.failure {
            reasons.append(HealthReason(component: "catalog", message: "The catalog cannot be written: \(failure)"))
        }
        let age = self.canaryAge
        if age > Self.canaryPatience {
            let seconds = age.microseconds / 1_000_000
            reasons.append(
                HealthReason(component: "canary", message: "A worker let no canary out of the store for \(seconds) s.")
            )
        }
        if let since = self.core.canaries.waitingSince(applied: self.core.pump.applied),
            self.now.since(since) > Self.canaryPatience
        {
            let seconds = self.now.since(since).microseconds / 1_000_000
            reasons.append(
                HealthReason(component: "catalog", message: "A canary is on its way to the catalog for \(seconds) s.")
            )
        }
        return reasons
    }

    /// How long ago every worker had folded a canary, or the service started.
    var canaryAge: TimeSpan {
        let folded = CanaryWatch.folded(in: self.core.store, workers: self.core.scorer.workers)
        return self.core.log.now.since(max(folded, self.startedInLog))
    }
}
