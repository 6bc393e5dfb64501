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
            self.keepHouse()
            let rest = self.sealSome() ? Limits.sealingRest : Self.pulse
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

    /// Gives trimmed files back, keeps a spare ready, looks at the free space.
    ///
    /// The spare is also the reserve: it is already filled, so that when space ends, events are refused and control
    /// records still find the rest of this segment and all of the next.
    func keepHouse() {
        guard self.failure == nil else { return }
        do throws(StorageFailure) {
            let hasReserve = try self.spareMaker.withLock { (count) throws(StorageFailure) -> Bool in
                try self.giveBack(&count)
                if self.hasSpare { return true }
                guard let spare = try self.makeSpare(&count) else { return false }
                self.state.withLock { $0.spares.append(spare) }
                if self.gate.refusesEverything { self.gate.urge() }
                return true
            }
            let isShort = try self.isShortOfSpace()
            self.gate.set(refusesEvents: isShort || !hasReserve)
        } catch {
            self.noteFailure(error)
            self.endWriters()
        }
    }

    /// The file for the next segment: the spare that is ready, or one made here and now; nil if space has ended.
    func takeSpare() throws(StorageFailure) -> Spare? {
        if let spare = self.state.withLock({ $0.spares.popLast() }) { return spare }
        return try self.spareMaker.withLock { (count) throws(StorageFailure) -> Spare? in
            // The one who held the lock may just have made it.
            if let spare = self.state.withLock({ $0.spares.popLast() }) { return spare }
            return try self.makeSpare(&count)
        }
    }

    /// Whether free space is below the floor.
    func isShortOfSpace() throws(StorageFailure) -> Bool {
        try self.storage.freeBytes() < UInt64(self.configuration.freeSpaceFloorBytes)
    }

    private var hasSpare: Bool { self.state.withLock { !$0.spares.isEmpty } }

    private func makeSpare(_ count: inout Int) throws(StorageFailure) -> Spare? {
        // Not tried when it cannot succeed: filling the disk for a moment would take the space from others.
        guard try self.storage.freeBytes() >= UInt64(self.configuration.segmentBytes) else { return nil }
        count += 1
        let name = "spare-\(count).tmp"
        do throws(StorageFailure) {
            return try self.fill(name, try self.storage.create(name))
        } catch {
            guard error.reason == .noSpace else { throw error }
            try self.storage.remove(name)
            return nil
        }
    }

    private func fill(_ name: String, _ file: any StorageFile) throws(StorageFailure) -> Spare {
        try file.fillWithZeros(from: 0, to: self.configuration.segmentBytes)
        try file.sync()
        return Spare(name: name, file: file)
    }

    /// Takes trimmed segments out of the directory, the oldest first and each for good before the next, so that a
    /// crash never leaves a gap. They become spares as far as these are wanted: overwritten with zeros, so that nothing
    /// of what was trimmed stays readable.
    private func giveBack(_ count: inout Int) throws(StorageFailure) {
        while let segment = self.state.withLock({ $0.discarded.first }) {
            // A sealed file is shorter than a spare, and no space may be needed to make one of it.
            let isFull =
                try self.storage.open(segment.name, forWriting: false).size() == self.configuration.segmentBytes
            if !isFull || self.state.withLock({ $0.spares.count }) >= Self.spareLimit {
                try self.storage.remove(segment.name)
                try self.storage.syncDirectory()
            } else {
                count += 1
                let name = "spare-\(count).tmp"
                try self.storage.rename(segment.name, to: name)
                try self.storage.syncDirectory()
                let spare = try self.fill(name, try self.storage.open(name, forWriting: true))
                self.state.withLock { $0.spares.append(spare) }
            }
            self.state.withLock { _ = $0.discarded.removeFirst() }
        }
    }
}
