import Catalog
import Domain
import EventLog
import Logging
import ScoreStore

/// Everything the service does by itself, in one table.
struct BackgroundJobs {
    let core: Core
    let operatorWatch: OperatorWatchJob
    let manager: ServiceManager?

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
            Job(name: "canary", period: .seconds(10), action: self.canary),
            Job(name: "digest", period: .seconds(60), action: self.digest),
            Job(name: "operator", period: .seconds(15)) { try await self.operatorWatch.run() },
            Job(name: "distance", period: .seconds(15), action: self.checkpointIfFar),
            Job(name: "checkpoint", period: .microseconds(CheckpointJob.period.microseconds)) {
                await CheckpointJob(core: self.core).run()
            },
        ]
    }

    /// Runs every job again and again until the task is cancelled.
    func run() async {
        await withTaskGroup { group in
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
        // By the log's clock, which dates the tick: the wall clock may have stepped.
        guard self.core.store.nextDue() <= self.core.log.time else { return }
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .tick, slot: .every) { _ in }
        _ = try await self.core.commands.append(frames.bytes, records: 1)
    }

    /// Sends a round of canaries; the health answers look whether it came back.
    func canary() async throws {
        let workers = self.core.scorer.workers
        let frames = CanaryWatch.frames(workers: workers)
        let end = try await self.core.commands.append(frames.bytes, records: workers)
        self.core.canaries.sent(below: end, at: self.core.clock.wallTime())
    }

    /// Looks whether a day has begun whose digest was not sent.
    private func digest() async throws {
        try await self.core.writer.sendDigest(at: self.core.clock.wallTime())
    }

    /// A busy service saves before the way back becomes long.
    private func checkpointIfFar() async throws {
        let low = try self.core.checkpoints.newestLow() ?? self.core.log.start
        guard self.core.log.end - low > Limits.checkpointDistance / 2 else { return }
        await CheckpointJob(core: self.core).run()
    }
}
