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

    /// Takes the slots, waits until the catalog and the log have all that follows from them, and saves.
    func run() async {
        let images = self.core.store.images(folded: self.core.scorer.folded)
        await self.core.reached(images.high)
        // What was derived reaches the disk with the next commits; asked again until it has.
        while self.core.scorer.derivedDurable < images.high, self.core.scorerFailure == nil {
            try? await Task.sleep(for: .milliseconds(20))
            if Task.isCancelled { return }
        }
        self.save(images)
        self.trim()
    }

    /// Saves when nothing folds any more.
    func runAtEnd() {
        let images = self.core.store.images(folded: self.core.scorer.folded)
        guard self.core.pump.applied >= images.high, self.core.scorer.derivedDurable >= images.high else { return }
        self.save(images)
    }

    private func save(_ images: SlotImages) {
        let causes = self.core.log.causes()
        var models = ByteWriter()
        self.core.store.modelHistory.encode(to: &models)
        var table = ByteWriter()
        causes.table.encode(to: &table)
        let head = CheckpointHead(
            stream: self.core.log.id,
            low: images.low,
            high: images.high,
            models: models.bytes,
            causes: table.bytes,
            causesOffset: causes.offset,
            slots: UInt16(images.slots.count)
        )
        var next = images.slots.makeIterator()
        do throws(StorageFailure) {
            try self.core.checkpoints.save(head) { next.next() }
        } catch {
            self.core.logger.error("checkpoint not saved", metadata: ["error": "\(error)"])
        }
    }

    /// Retention by age, but never what the older generation, the catalog or a running backup still needs.
    private func trim() {
        guard !self.core.trimHolds.isHeld(at: self.core.clock.monotonicTime()) else { return }
        guard let low = try? self.core.checkpoints.oldestLow() else { return }
        let age = TimeSpan.days(Int64(self.core.settings.log.retentionDays))
        let now = self.core.clock.wallTime()
        let horizon = Timestamp(microseconds: now.microseconds - age.microseconds)
        _ = self.core.log.retain(newerThan: horizon, below: min(low, self.core.pump.applied))
    }
}
