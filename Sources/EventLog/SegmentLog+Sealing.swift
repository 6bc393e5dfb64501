import Domain
import Synchronization

/// What the housekeeper knows of sealing.
struct SealingState: Sendable {
    /// What is being sealed.
    var sealer: SegmentSealer?
    /// Segments that begin below this offset are sealed, or were given up.
    var frontier: UInt64 = 0
}

extension SegmentLog {
    /// Has full segments that end at or below `limit` sealed: written anew in the compressed form of
    /// docs/log-format.md, by and by, on the housekeeping thread. `limit` is what no start and no hot path reads any
    /// more. A segment that cannot be sealed stays as it is.
    package func seal(below limit: UInt64) {
        self.state.withLock { $0.sealLimit = max($0.sealLimit, limit) }
        self.askForHousekeeping()
    }

    /// Why a segment could not be sealed, once.
    package func takeSealingFailure() -> String? {
        self.state.withLock { state in
            defer { state.sealingFailure = nil }
            return state.sealingFailure
        }
    }

    /// Seals one chunk, or makes a file whose chunks are written the segment. Returns whether there is more to do.
    ///
    /// Nothing that fails here fails the log: what it had acknowledged lies in the segment as before.
    func sealSome() -> Bool {
        guard self.failure == nil else { return false }
        return self.sealing.withLock { sealing in
            do throws(SealingFailure) {
                guard try self.beginSealing(&sealing) else { return false }
                guard try sealing.sealer?.step() == false else { return true }
                try self.endSealing(&sealing)
            } catch {
                self.giveUp(&sealing, error)
                return !error.isForSpace
            }
            return true
        }
    }

    private func beginSealing(_ sealing: inout SealingState) throws(SealingFailure) -> Bool {
        guard sealing.sealer == nil else { return true }
        guard let (segment, end) = self.nextToSeal(from: sealing.frontier), self.hasSpaceToSeal else { return false }
        sealing.frontier = segment.firstOffset
        let salt = SipKey(self.randomness.next(), self.randomness.next())
        sealing.sealer = try SegmentSealer(segment, endOffset: end, in: self.storage, salt: salt)
        return true
    }

    private func endSealing(_ sealing: inout SealingState) throws(SealingFailure) {
        guard let sealer = sealing.sealer else { return }
        // Trimmed meanwhile: its name must not come back. This thread alone gives trimmed files back, so that a name
        // that is held now stays until this is done.
        if self.state.withLock({ $0.segments.contains { $0 === sealer.segment } }) {
            try sealer.finish()
        } else {
            try? sealer.abandon()
        }
        sealing.frontier = sealer.endOffset
        sealing.sealer = nil
    }

    private func giveUp(_ sealing: inout SealingState, _ error: SealingFailure) {
        let name = SegmentName.name(of: sealing.frontier)
        self.state.withLock { $0.sealingFailure = "\(name): \(error.text)" }
        // A draft that stays is removed by the next opening, as every `.tmp` is.
        try? sealing.sealer?.abandon()
        if !error.isForSpace { sealing.frontier += 1 }
        sealing.sealer = nil
    }

    private func nextToSeal(from frontier: UInt64) -> (Segment, UInt64)? {
        self.state.withLock { state in
            let segments = state.segments
            for index in segments.indices.dropLast() where segments[index].firstOffset >= frontier {
                let end = segments[index + 1].firstOffset
                guard end <= state.sealLimit else { return nil }
                // Sealed by an earlier run.
                if segments[index].header.seal == nil { return (segments[index], end) }
            }
            return nil
        }
    }

    /// A sealed file needs no more than the segment, and must not take the space of events.
    private var hasSpaceToSeal: Bool {
        let needed = self.configuration.freeSpaceFloorBytes + self.configuration.segmentBytes
        return ((try? self.storage.freeBytes()) ?? 0) >= UInt64(needed)
    }
}
