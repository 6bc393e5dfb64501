import Domain
import EventLog
import Logging
import ScoreStore
import Synchronization

/// Everything the service does by itself, in one table.
final class BackgroundJobs: Sendable {
    let core: Core
    private let wasAdrift = Atomic(false)

    init(core: Core) { self.core = core }

    private struct Job: Sendable {
        var name: String
        var period: Duration
        var action: @Sendable () async throws -> Void
    }

    private var table: [Job] {
        [
            Job(name: "tick", period: .seconds(1), action: self.tick),
            Job(name: "canary", period: .seconds(10), action: self.canary),
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

    /// Takes the way of every event; ``HealthReport`` looks when it last came out of the store.
    private func canary() async throws {
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .canary, slot: Slot(0)) { _ in }
        _ = try await self.core.commands.append(frames.bytes, records: 1)
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
