import Domain
import EventLog
import Logging
import ScoreStore
import Settings

/// Saves the store, and gives up the log that no generation needs any more.
struct CheckpointJob {
    let core: Core

    /// How often the store is saved at least.
    static let period = TimeSpan.minutes(10)
    /// How often it is asked whether the way back has become long.
    private static let pulse = Duration.seconds(1)
    /// How long a failed save waits before the next.
    private static let patience = TimeSpan.seconds(15)

    /// Saves by time and by distance, until the task is cancelled. One save at a time: it takes as long as it takes,
    /// and the next counts from its end.
    func runAgainAndAgain() async {
        // What the last run's checkpoints made superfluous.
        self.trim()
        var next = self.now.adding(Self.period)
        while (try? await Task.sleep(for: Self.pulse)) != nil {
            guard self.now >= next || self.isFar else { continue }
            let isSaved = await self.run()
            next = self.now.adding(isSaved ? Self.period : Self.patience)
            guard !isSaved else { continue }
            // A distance that cannot be shortened now is not tried again every second.
            guard (try? await Task.sleep(for: .microseconds(Self.patience.microseconds))) != nil else { return }
        }
    }

    private var now: Timestamp { self.core.log.now }

    /// Half of the distance is left for what is logged while the save is under way.
    private var isFar: Bool { ((try? self.core.pipeline.distance()) ?? 0) > Limits.checkpointDistance / 2 }

    /// Takes the slots, waits until the catalog and the log have all that follows from them, and saves. Returns whether
    /// it did.
    func run() async -> Bool {
        let pipeline = self.core.pipeline
        let images = await self.quietly(Limits.foldNiceness) { pipeline.images() }
        guard await self.core.reached(images.high) else { return false }
        // What was derived reaches the disk with the next commits; asked again until it has.
        while !pipeline.isSettled(images, applied: self.core.pump.applied) {
            guard self.core.scorerFailure == nil, (try? await Task.sleep(for: .milliseconds(20))) != nil else {
                return false
            }
        }
        // Whoever stops saves anyway, at the end.
        guard !Task.isCancelled, await self.quietly(Limits.housekeepingNiceness, { self.save(images) }) else {
            return false
        }
        self.trim()
        return true
    }

    /// Runs what takes long on a thread that leaves the processor to those who answer; here and now if the system gives
    /// none. No nicer than the fold where it holds slots that the fold may wait for.
    private func quietly<Result: Sendable>(
        _ niceness: Int,
        _ body: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            let thread = SystemThread.start("vdg-save", niceness: niceness) {
                continuation.resume(returning: body())
            }
            guard let thread else { return continuation.resume(returning: body()) }
            thread.detach()
        }
    }

    /// Saves when nothing folds any more.
    func runAtEnd() {
        let images = self.core.pipeline.images()
        guard self.core.pipeline.isSettled(images, applied: self.core.pump.applied) else { return }
        _ = self.save(images)
    }

    private func save(_ images: SlotImages) -> Bool {
        do throws(CheckpointFailure) {
            try self.core.pipeline.save(images)
            return true
        } catch {
            self.core.logger.error("checkpoint not saved", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Not while a backup copies: it needs what it has begun with.
    private func trim() {
        guard !self.core.trimHolds.isHeld(at: self.core.clock.monotonicTime()) else { return }
        let age = TimeSpan.days(Int64(self.core.settings.log.retentionDays))
        do throws(StorageFailure) {
            try self.core.pipeline.trim(olderThan: age, applied: self.core.pump.applied)
        } catch {
            self.core.logger.error("log not trimmed", metadata: ["error": "\(error)"])
        }
        if let failure = self.core.log.takeSealingFailure() {
            self.core.logger.error("segment not sealed", metadata: ["error": "\(failure)"])
        }
    }
}
