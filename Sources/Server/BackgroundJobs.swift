import Catalog
import Domain
import EventLog
import Logging
import ScoreStore
import Synchronization

/// Everything the service does by itself, in one table.
final class BackgroundJobs: Sendable {
    let core: Core
    let operatorWatch: OperatorWatchJob
    let manager: ServiceManager?
    let certificate: Certificate?
    private let wasAdrift = Atomic(false)

    init(core: Core, operatorWatch: OperatorWatchJob, manager: ServiceManager?, certificate: Certificate?) {
        self.core = core
        self.operatorWatch = operatorWatch
        self.manager = manager
        self.certificate = certificate
    }

    private struct Job: Sendable {
        var name: String
        var period: Duration
        var action: @Sendable () async throws -> Void
    }

    private var table: [Job] { self.usual + self.watchdog }

    /// A sign of life, thrice in the time the service manager waits for one. A log or a scorer that has failed can only
    /// be helped by a restart: then there is none.
    private var watchdog: [Job] {
        guard let manager = self.manager, let period = manager.watchdog else { return [] }
        return [
            Job(name: "watchdog", period: .microseconds(period.microseconds / 3)) {
                guard self.core.log.failure == nil, self.core.scorerFailure == nil else { return }
                manager.tell(.alive)
            }
        ]
    }

    private var usual: [Job] {
        [
            Job(name: "tick", period: .seconds(1), action: self.tick),
            Job(name: "canary", period: .seconds(10), action: self.core.sendCanaries),
            Job(name: "digest", period: .seconds(60), action: self.digest),
            Job(name: "operator", period: .seconds(15)) { try await self.operatorWatch.run() },
            Job(name: "certificate", period: .seconds(10)) { self.certificate?.reloadIfChanged() },
        ]
    }

    /// Runs every job again and again until the task is cancelled.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await CheckpointJob(core: self.core).runAgainAndAgain() }
            for job in self.table {
                group.addTask {
                    while !Task.isCancelled {
                        guard (try? await Task.sleep(for: job.period)) != nil else { return }
                        do {
                            try await job.action()
                        } catch {
                            self.core.logger.warning(
                                "background job failed",
                                metadata: ["job": "\(job.name)", "error": "\(error)"]
                            )
                        }
                    }
                }
            }
        }
    }

    /// One record for all slots, if anything is due anywhere: decides when it is noticed, never what is true.
    private func tick() async throws {
        self.reportDrift()
        guard self.core.store.nextDue() <= self.core.log.now else { return }
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .tick, slot: .every) { _ in }
        _ = try await self.core.commands.append(frames.bytes, records: 1)
    }

    /// Looks whether a day has begun whose digest was not sent.
    private func digest() async throws {
        try await self.core.writer.sendDigest(at: self.core.clock.wallTime())
    }

    /// Says once that the wall clock was stepped, and once that it is back. Log time follows neither.
    private func reportDrift() {
        let isAdrift = self.core.log.isClockAdrift
        guard self.wasAdrift.exchange(isAdrift, ordering: .relaxed) != isAdrift else { return }
        if isAdrift {
            self.core.logger.error(
                "the wall clock is away from the log's time; set it right, or restart the service to follow it",
                metadata: ["log": "\(self.core.log.now.rfc3339)", "wall": "\(self.core.clock.wallTime().rfc3339)"]
            )
        } else {
            self.core.logger.notice("the wall clock agrees with the log's time again")
        }
    }
}
