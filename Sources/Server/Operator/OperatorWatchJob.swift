import Catalog
import Domain
import EventLog
import Logging
import ScoreStore
import Settings

/// Looks again and again whether something stands that the operator has to know, and puts what is to be told into the
/// outbox: through it, a notice is signed, retried and seen like every other delivery.
actor OperatorWatchJob {
    private let core: Core
    private let outbox: any Outbox
    private let settings: EffectWriter.Settings
    private let destinations: [String]
    private let certificateEnds: @Sendable () -> Timestamp?
    private let onNotice: @Sendable () -> Void
    private var watch: OperatorWatch?
    private let activity: SiteActivityLog

    /// How old a delivery may become before its destination counts as failing.
    static let longestWait = TimeSpan.hours(1)
    /// How long before its end a certificate is spoken of: time to mend an automatic renewal that has stopped.
    static let certificateNotice = TimeSpan.days(14)

    /// A job over a running core. `certificateEnds` says when the public port's certificate does, if it has one;
    /// `onNotice` is called after a commit that left something to deliver.
    init(
        core: Core,
        outbox: any Outbox,
        certificateEnds: @escaping @Sendable () -> Timestamp?,
        onNotice: @escaping @Sendable () -> Void
    ) {
        self.core = core
        self.outbox = outbox
        self.settings = core.effectSettings
        self.destinations = core.settings.destinations.map(\.name)
        self.certificateEnds = certificateEnds
        self.onNotice = onNotice
        self.activity = SiteActivityLog(log: core.log)
    }

    /// Looks once.
    func run() async throws {
        let now = self.core.clock.wallTime()
        var watch: OperatorWatch
        if let known = self.watch { watch = known } else { watch = try await self.core.catalog.operatorWatch() }
        let before = watch
        let found = try await self.found(at: now)
        let notices = watch.observe(found, at: now)
        if watch != before {
            // Kept before it counts: what could not be kept is found again.
            try await self.core.catalog.keep(watch, telling: notices, self.settings, stream: self.core.log.id)
        }
        self.watch = watch
        for notice in notices {
            let metadata: Logger.Metadata = [
                "condition": "\(notice.condition.name)", "subject": "\(notice.condition.subject)",
            ]
            self.core.logger.log(level: notice.isOver ? .notice : .error, "\(notice.detail)", metadata: metadata)
        }
        if !notices.isEmpty { self.onNotice() }
    }

    private func found(at now: Timestamp) async throws -> [OperatorCondition: String] {
        var found = self.logConditions
        for backlog in try await self.outbox.backlog() where self.destinations.contains(backlog.destination) {
            let name = backlog.destination
            if backlog.dead > 0 {
                found[.deadLetters(destination: name)] =
                    "\(backlog.dead) deliveries to \(name) were given up: mend it, then `vendange deliveries retry`"
            }
            if let oldest = backlog.oldest, now.since(oldest) >= Self.longestWait {
                found[.destinationFailing(destination: name)] =
                    "\(name) takes no deliveries: \(backlog.pending) wait, the oldest since \(oldest.rfc3339)"
            }
        }
        if let end = self.certificateEnds(), end.since(now) < Self.certificateNotice {
            found[.certificateEnding] = "the certificate of the public port ends at \(end.rfc3339): renew it"
        }
        let sites = try await self.core.catalog.sites()
        for site in try await self.activity.silent(of: sites, in: self.core.catalog, at: now) {
            found[.siteSilent(site: site.key)] =
                "nothing came from the site \(site.key) for \(SiteActivity.window) hours in which its visitors always "
                + "came: look whether the snippet is still on its pages"
        }
        return found
    }

    private var logConditions: [OperatorCondition: String] {
        var found: [OperatorCondition: String] = [:]
        if let failure = self.core.log.failure {
            found[.logFailed] = "the log has failed (\(failure)): nothing is recorded until the service is restarted"
        } else if self.core.log.refusesEvents {
            found[.diskFilling] =
                "the disk of \(self.core.settings.dataDirectory) is nearly full: events are refused until there is room"
        }
        if self.core.log.isClockAdrift {
            let seconds = LogClock.largestFollowedStep.microseconds / 1_000_000
            found[.clockAdrift] =
                "the machine's clock stepped by more than \(seconds) s: the log keeps the old time; set the clock "
                + "right, or restart the service to take the new one"
        }
        return found
    }
}
