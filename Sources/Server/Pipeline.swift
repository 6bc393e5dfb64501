package import Catalog
package import Domain
package import EventLog
package import ScoreStore

/// Log, store, scorer and catalog, opened together and wired, and not yet running.
///
/// What it stands on is given: files and threads of the machine for the service (``Core``), simulated ones for the
/// simulation, which so runs through the same start, the same checks and the same checkpoints.
package struct Pipeline: Sendable {
    /// What outlives the process.
    package struct Storage: Sendable {
        package var catalog: CatalogDatabase
        package var log: any LogStorage
        package var checkpoints: any LogStorage

        /// A catalog, a directory of segments and one of checkpoints.
        package init(catalog: CatalogDatabase, log: any LogStorage, checkpoints: any LogStorage) {
            self.catalog = catalog
            self.log = log
            self.checkpoints = checkpoints
        }
    }

    /// How it is wired.
    package struct Options: Sendable {
        /// Threads that fold, at least 1.
        package var workers: Int
        package var log: SegmentLogConfiguration
        package var effects: EffectWriter.Settings

        /// Options.
        package init(workers: Int, log: SegmentLogConfiguration, effects: EffectWriter.Settings) {
            self.workers = workers
            self.log = log
            self.effects = effects
        }
    }

    package let catalog: CatalogDatabase
    package let writer: EffectWriter
    package let checkpoints: CheckpointStore
    package let log: SegmentLog
    package let store: ScoreStore
    package let directory: Directory
    package let effects: EffectQueue
    package let scorer: Scorer
    /// Everything below this offset was in the catalog when it was opened.
    package let applied: UInt64
    /// What follows from records below this offset was decided before this catalog was there.
    package let historicBelow: UInt64
    /// Whether the catalog is being rebuilt from the log, from this opening on.
    package let isRebuilt: Bool

    /// Opens the newest usable checkpoint and the log behind it. `passedOver` is told which checkpoints were not taken,
    /// and why; `onCommit` is called when there is something to deliver.
    /// - Throws: ``StartFailure`` when the parts do not belong together, or what storage, log and catalog throw.
    package init(
        _ storage: Storage,
        options: Options,
        clock: any Clock,
        randomness: any Randomness,
        passedOver: (String, String) -> Void,
        onCommit: @escaping @Sendable () -> Void
    ) throws {
        self.catalog = storage.catalog
        self.writer = EffectWriter(catalog: storage.catalog, settings: options.effects, onCommit: onCommit)
        let applied = try self.writer.appliedPosition()
        self.applied = applied?.offset ?? 0
        self.checkpoints = CheckpointStore(storage.checkpoints)
        let loaded = try self.checkpoints.load(stream: applied?.stream, applied: self.applied, passedOver: passedOver)
        self.log = try SegmentLog(
            storage: storage.log,
            configuration: options.log,
            clock: clock,
            randomness: randomness,
            initialCauses: loaded?.causes
        )
        let start = loaded?.head.low ?? self.log.start
        do {
            try Self.check(self.log, applied, start: start, hasCheckpoint: loaded != nil)
            // Everything a log without a catalog says was decided before, and may have been delivered. Kept in the
            // catalog before the first row is, so that a rebuild that is interrupted goes on as one.
            self.isRebuilt = applied == nil && self.log.end > 0
            if self.isRebuilt { try storage.catalog.beginRebuild(below: self.log.end) }
            self.historicBelow = try storage.catalog.historicBelow()
        } catch {
            self.log.close()
            throw error
        }
        self.store = ScoreStore(
            slots: SlotMap(key: self.log.slotKey),
            states: loaded?.slots ?? [],
            models: loaded?.models ?? ModelHistory()
        )
        self.directory = Directory()
        for slot in loaded?.slots ?? [] {
            for contact in slot.consents { self.directory.setConsents(contact.consents, of: contact.contact) }
        }
        self.effects = EffectQueue(lanes: options.workers, start: start)
        self.scorer = Scorer(
            store: self.store,
            stream: self.log,
            directory: self.directory,
            effects: self.effects,
            workers: options.workers,
            start: start
        )
    }

    /// What lies in the data directory must belong together.
    private static func check(
        _ log: SegmentLog,
        _ applied: LogPosition?,
        start: UInt64,
        hasCheckpoint: Bool
    ) throws(StartFailure) {
        if let applied, applied.stream != log.id { throw .foreignCatalog }
        if let applied, applied.offset > log.end { throw .logBehindCatalog }
        guard start < log.start || (!hasCheckpoint && log.start > 0) else { return }
        throw applied == nil ? .lostCatalog(start: log.start) : .trimmedLog(start: log.start)
    }
}

// MARK: Checkpoints

extension Pipeline {
    /// The slots as they are now, for a checkpoint that counts once everything that follows from them is on disk
    /// (``isSettled(_:applied:)``).
    package func images() -> SlotImages { self.store.images(folded: self.scorer.folded) }

    /// Whether the log holds what was derived from the slots' records, and the catalog, which has applied everything
    /// below `applied`, their effects.
    package func isSettled(_ images: SlotImages, applied: UInt64) -> Bool {
        applied >= images.high && self.scorer.derivedDurable >= images.high
    }

    /// Saves images that are settled.
    package func save(_ images: SlotImages) throws(CheckpointFailure) {
        let causes = self.log.causes()
        var models = ByteWriter()
        self.store.modelHistory.encode(to: &models)
        var table = ByteWriter()
        causes.table.encode(to: &table)
        let head = CheckpointHead(
            stream: self.log.id,
            low: images.low,
            high: images.high,
            models: models.bytes,
            causes: table.bytes,
            causesOffset: causes.offset,
            slots: UInt16(images.slots.count)
        )
        var next = images.slots.makeIterator()
        try self.checkpoints.save(head) { next.next() }
    }

    /// Retention by age, but never what a checkpoint or the catalog, which has applied everything below
    /// `applied`, still needs. What is kept of the rest is sealed.
    package func trim(olderThan age: TimeSpan, applied: UInt64) throws(StorageFailure) {
        guard let low = try self.checkpoints.oldestLow() else { return }
        let horizon = Timestamp(microseconds: self.log.now.microseconds - age.microseconds)
        let limit = min(low, applied)
        self.log.retain(newerThan: horizon, below: limit)
        self.log.seal(below: limit)
    }

    /// How many records a start would read again.
    package func distance() throws(StorageFailure) -> UInt64 {
        let end = self.log.end
        return end - min(end, try self.checkpoints.newestLow() ?? self.log.start)
    }
}
