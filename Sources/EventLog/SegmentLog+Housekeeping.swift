import Domain
import ScoreStore
import Synchronization

extension SegmentLog {
    /// Spares that trimmed files may become: one at hand, and one for the next roll. More are removed.
    private static let spareLimit = 2
    /// How often free space is looked at when nobody asks.
    private static let pulse = TimeSpan.seconds(1)

    func askForHousekeeping() {
        self.errands.withLock { errands in
            errands.isAsked = true
            return true
        }
    }

    func runHousekeeper() {
        var isStopping = false
        while !isStopping {
            let isKeeping = self.keepHouse()
            let isSealing = self.sealSome()
            let rest = isKeeping || isSealing ? Limits.housekeepingRest : Self.pulse
            isStopping = self.errands.wait(
                microseconds: rest.microseconds,
                until: { $0.isAsked || $0.isStopping },
                { errands in
                    errands.isAsked = false
                    return errands.isStopping
                }
            )
        }
    }

    /// Gives trimmed files back, keeps a spare ready, looks at the free space. Returns whether there is more to do.
    ///
    /// The spare is also the reserve: it is already filled, so that when space ends, events are refused and control
    /// records still find the rest of this segment and all of the next.
    func keepHouse() -> Bool {
        guard self.failure == nil else { return false }
        do throws(StorageFailure) {
            // Both as of one moment: the committer may take the spare at any other.
            let (isFilling, hasReserve) = try self.spareMaker.withLock { (maker) throws(StorageFailure) in
                try self.giveBack(&maker)
                if !self.hasSpare { try self.beginSpare(&maker) }
                try self.fillSome(&maker)
                return (maker.unfinished != nil, self.hasSpare)
            }
            let isShort = try self.isShortOfSpace()
            // While the spare grows it is too early to say that there is a reserve, or that there is none.
            if isShort || !isFilling { self.gate.set(refusesEvents: isShort || !hasReserve) }
            return isFilling || self.state.withLock { !$0.discarded.isEmpty }
        } catch {
            self.noteFailure(error)
            self.endWriters()
            return false
        }
    }

    /// The file for the next segment: the spare that is ready, or one finished here and now; nil if space has ended.
    func takeSpare() throws(StorageFailure) -> Spare? {
        if let spare = self.readySpare() { return spare }
        return try self.spareMaker.withLock { (maker) throws(StorageFailure) -> Spare? in
            // The one who held the lock may just have finished it.
            if let spare = self.readySpare() { return spare }
            try self.beginSpare(&maker)
            while maker.unfinished != nil { try self.fillSome(&maker) }
            return self.readySpare()
        }
    }

    /// Whether free space is below the floor.
    func isShortOfSpace() throws(StorageFailure) -> Bool {
        try self.storage.freeBytes() < UInt64(self.configuration.freeSpaceFloorBytes)
    }

    private var hasSpare: Bool { self.state.withLock { !$0.spares.isEmpty } }

    private func readySpare() -> Spare? { self.state.withLock { $0.spares.popLast() } }

    /// Creates the file of a spare, unless one is on its way or it cannot succeed: filling the disk for a moment would
    /// take the space from others.
    private func beginSpare(_ maker: inout SpareMaker) throws(StorageFailure) {
        guard maker.unfinished == nil, try self.storage.freeBytes() >= UInt64(self.configuration.segmentBytes) else {
            return
        }
        let name = maker.nextName()
        do throws(StorageFailure) {
            maker.unfinished = UnfinishedSpare(Spare(name: name, file: try self.storage.create(name)))
        } catch {
            // A file system can run out of files, too.
            guard error.reason == .noSpace else { throw error }
        }
    }

    /// Fills the spare that is on its way a step further, if there is one. Each step is synced: the disk, and with it
    /// the next commit, is never kept busy by more than that.
    private func fillSome(_ maker: inout SpareMaker) throws(StorageFailure) {
        guard var unfinished = maker.unfinished else { return }
        let end = min(unfinished.filled + self.configuration.spareStepBytes, self.configuration.segmentBytes)
        do throws(StorageFailure) {
            try unfinished.spare.file.fillWithZeros(from: unfinished.filled, to: end)
            try unfinished.spare.file.sync()
        } catch {
            guard error.reason == .noSpace else { throw error }
            try self.storage.remove(unfinished.spare.name)
            maker.unfinished = nil
            return
        }
        unfinished.filled = end
        maker.unfinished = end < self.configuration.segmentBytes ? unfinished : nil
        guard maker.unfinished == nil else { return }
        self.state.withLock { $0.spares.append(unfinished.spare) }
        if self.gate.refusesEverything { self.gate.urge() }
    }

    /// Takes trimmed segments out of the directory, the oldest first and each for good before the next, so that a
    /// crash never leaves a gap. They become spares as far as these are wanted: overwritten with zeros, so that nothing
    /// of what was trimmed stays readable.
    private func giveBack(_ maker: inout SpareMaker) throws(StorageFailure) {
        while maker.unfinished == nil, let segment = self.state.withLock({ $0.discarded.first }) {
            // A sealed file is shorter than a spare, and no space may be needed to make one of it.
            let isFull =
                try self.storage.open(segment.name, forWriting: false).size() == self.configuration.segmentBytes
            if !isFull || self.state.withLock({ $0.spares.count }) >= Self.spareLimit {
                try self.storage.remove(segment.name)
                try self.storage.syncDirectory()
            } else {
                let name = maker.nextName()
                try self.storage.rename(segment.name, to: name)
                try self.storage.syncDirectory()
                let file = try self.storage.open(name, forWriting: true)
                maker.unfinished = UnfinishedSpare(Spare(name: name, file: file))
            }
            self.state.withLock { _ = $0.discarded.removeFirst() }
        }
    }
}
