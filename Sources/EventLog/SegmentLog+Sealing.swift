import Domain
import Synchronization

/// What the housekeeper knows of sealing and erasing.
struct SealingState: Sendable {
    /// What is being written, for the first time or without what was erased.
    var sealer: SegmentSealer?
    /// Segments that begin below this offset are sealed, or were given up.
    var frontier: UInt64 = 0
    /// The sealed segments, by their first offset, with records that say that somebody is erased.
    var noticed: Set<UInt64>
    var pass: ErasurePass?
    /// When the last pass began.
    var lastPass: TimeSpan?

    init(_ segments: [Segment]) {
        self.noticed = Set(segments.filter { ($0.header.seal?.notices ?? 0) > 0 }.map(\.firstOffset))
    }
}

extension SegmentLog {
    /// Has full segments that end at or below `limit` sealed: written anew in the compressed form of
    /// docs/log-format.md, by and by, on the housekeeping thread; and again without what was erased since. `limit` is
    /// what no start and no hot path reads any more. A segment that cannot be sealed stays as it is.
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

    /// Seals or looks through one chunk, or makes a file whose chunks are written the segment. Returns whether there is
    /// more to do.
    ///
    /// Nothing that fails here fails the log: what it had acknowledged lies in the segment as before.
    func sealSome() -> Bool {
        guard self.failure == nil else { return false }
        return self.sealing.withLock { sealing in
            do throws(SealingFailure) {
                if try self.beginSealing(&sealing) {
                    if try sealing.sealer?.step() == false { try self.endSealing(&sealing) }
                    return true
                }
                return try self.lookForErased(&sealing)
            } catch {
                self.giveUp(&sealing, error)
                return !error.isForSpace
            }
        }
    }

    private func beginSealing(_ sealing: inout SealingState) throws(SealingFailure) -> Bool {
        guard sealing.sealer == nil else { return true }
        guard let span = self.nextToSeal(from: sealing.frontier), self.hasSpaceToSeal else { return false }
        sealing.frontier = span.segment.firstOffset
        sealing.sealer = try self.makeSealer(of: span, erasing: nil)
        return true
    }

    private func makeSealer(
        of span: SegmentSpan,
        erasing erasures: Erasures?
    ) throws(SealingFailure) -> SegmentSealer {
        try SegmentSealer(
            span.segment,
            endOffset: span.endOffset,
            in: self.storage,
            salt: SipKey(self.randomness.next(), self.randomness.next()),
            erasing: erasures
        )
    }

    private func endSealing(_ sealing: inout SealingState) throws(SealingFailure) {
        guard let sealer = sealing.sealer else { return }
        // Trimmed meanwhile: its name must not come back. This thread alone gives trimmed files back, so that a name
        // that is held now stays until this is done.
        if self.state.withLock({ $0.segments.contains { $0 === sealer.segment } }) {
            try sealer.finish()
            if sealer.notices > 0 {
                sealing.noticed.insert(sealer.segment.firstOffset)
            } else {
                sealing.noticed.remove(sealer.segment.firstOffset)
            }
        } else {
            try? sealer.abandon()
        }
        sealing.frontier = max(sealing.frontier, sealer.endOffset)
        sealing.sealer = nil
    }

    /// Looks through one chunk for what was erased, if it is time to.
    private func lookForErased(_ sealing: inout SealingState) throws(SealingFailure) -> Bool {
        guard var pass = sealing.pass ?? self.nextPass(&sealing), self.hasSpaceToSeal else { return false }
        pass.forget(below: self.start)
        let outcome: ErasurePass.Outcome
        do throws(SegmentReadFailure) {
            outcome = try pass.step(in: self.storage)
        } catch {
            throw .reading(error)
        }
        sealing.pass = pass
        switch outcome {
        case .goesOn: break
        case .found(let span): sealing.sealer = try self.makeSealer(of: span, erasing: pass.erasures)
        case .done: sealing.pass = nil
        }
        return true
    }

    /// A pass that takes up the erasures of all sealed segments but the newest: what follows from a record is in its
    /// own segment or in the next.
    private func nextPass(_ sealing: inout SealingState) -> ErasurePass? {
        let now = self.clock.monotonicTime()
        if let last = sealing.lastPass {
            guard now.microseconds - last.microseconds >= self.configuration.erasurePause.microseconds else {
                return nil
            }
        }
        let spans = self.state.withLock { Self.spansToSeal($0) }
        let noticed = spans.dropLast().filter { sealing.noticed.contains($0.segment.firstOffset) }
        guard !noticed.isEmpty else { return nil }
        sealing.lastPass = now
        return ErasurePass(noticed: noticed, through: spans)
    }

    private func giveUp(_ sealing: inout SealingState, _ error: SealingFailure) {
        let isErasing = sealing.sealer?.isErasing ?? (sealing.pass != nil)
        let name = sealing.sealer?.segment.name ?? SegmentName.name(of: sealing.frontier)
        let text = isErasing ? "what was erased stays in the log: \(error.text)" : "\(name): \(error.text)"
        self.state.withLock { $0.sealingFailure = text }
        // A draft that stays is removed by the next opening, as every `.tmp` is.
        try? sealing.sealer?.abandon()
        sealing.sealer = nil
        // What a pass has not come to, the next one does.
        if !isErasing, !error.isForSpace { sealing.frontier += 1 }
        sealing.pass = nil
    }

    private func nextToSeal(from frontier: UInt64) -> SegmentSpan? {
        // Those with a seal were sealed by an earlier run.
        self.state.withLock { Self.spansToSeal($0) }
            .first { $0.segment.firstOffset >= frontier && $0.segment.header.seal == nil }
    }

    /// The full segments that end at or below the limit.
    private static func spansToSeal(_ state: State) -> [SegmentSpan] {
        zip(state.segments, state.segments.dropFirst())
            .map { SegmentSpan(segment: $0, endOffset: $1.firstOffset) }
            .filter { $0.endOffset <= state.sealLimit }
    }

    /// A sealed file needs no more than the segment, and must not take the space of events.
    private var hasSpaceToSeal: Bool {
        let needed = self.configuration.freeSpaceFloorBytes + self.configuration.segmentBytes
        return ((try? self.storage.freeBytes()) ?? 0) >= UInt64(needed)
    }
}
