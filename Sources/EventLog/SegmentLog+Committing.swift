import Domain
import ScoreStore
import Synchronization

/// What the committer works on; touched by nobody else.
struct CommitState: Sendable {
    /// The segment being written.
    var file: any StorageFile
    var header: SegmentHeader
    var chain: BlockChain
    /// The time of the segment's first block; nil while there is none.
    var begun: Timestamp?
    /// Ahead of the published table by the block being committed.
    var causes: CauseTable
    var clock: LogClock
    /// The block being built: room for the header, then frames. Keeps its capacity from block to block.
    var block: [UInt8] = []
    var records = 0
    var newCauses: [Cause] = []
    /// The writers whose records are in the block, with their last tickets.
    var tickets: [(writer: PendingWriter, ticket: UInt64)] = []
    /// Exchanged for a writer's pending bytes.
    var buffer: [UInt8] = []
    /// The writer whose turn it is to be first.
    var turn = 0

    init(_ found: LogRecovery.Result, clock: LogClock) {
        self.file = found.file
        self.header = found.segments[found.segments.count - 1].header
        self.chain = found.chain
        self.begun = found.begun
        self.causes = found.causes
        self.clock = clock
    }

    /// Adds the derived records of the buffer whose causes are new.
    mutating func addNewCauses() {
        var frames: [UInt8] = []
        swap(&frames, &self.buffer)
        frames.withUnsafeBytes { bytes in
            var walk = BlockFrames(bytes)
            while let range = walk.next() {
                let frame = UnsafeRawBufferPointer(rebasing: bytes[range])
                if let cause = BlockFrames.cause(of: frame) {
                    guard self.causes.store(cause) else { continue }
                    self.newCauses.append(cause)
                }
                self.records += 1
                self.block.append(contentsOf: frame)
            }
        }
        swap(&frames, &self.buffer)
    }
}

extension SegmentLog {
    enum RoundOutcome: Equatable {
        /// There was nothing to commit.
        case idle
        /// A block of so many records was committed, or was found to hold nothing new; there may be more.
        case committed(Int)
        /// There is no segment to write to; the block is kept until there is.
        case stalled
        /// The log has failed.
        case failed

        var isCommitted: Bool { if case .committed = self { true } else { false } }

        /// How many records the block carried; nil if nothing can be committed until something else happens.
        var carried: Int? {
            switch self {
            case .idle: 0
            case .committed(let records): records
            case .stalled, .failed: nil
            }
        }
    }

    /// Commits one block of what is pending: takes, writes, syncs, publishes, reports.
    ///
    /// One block, one write, one sync, in this order, is what the recovery rule rests on (``Recovery``): a block
    /// behind another proves that the other had been synced.
    func commitRound() -> RoundOutcome {
        guard self.failure == nil else { return .failed }
        let writers = self.state.withLock { $0.writers }
        var tickets: [(writer: PendingWriter, ticket: UInt64)] = []
        let outcome = self.committer.withLock { commit in
            self.gather(from: writers, into: &commit)
            guard !commit.tickets.isEmpty else { return RoundOutcome.idle }
            do throws(StorageFailure) {
                // A block whose derived records were all stored already has nothing to write.
                let isDone = commit.records == 0 ? true : try self.write(&commit)
                guard isDone else {
                    self.gate.set(refusesEverything: true)
                    return .stalled
                }
            } catch {
                self.noteFailure(error)
                return .failed
            }
            self.gate.set(refusesEverything: false)
            swap(&tickets, &commit.tickets)
            commit.block.removeAll(keepingCapacity: true)
            defer { commit.records = 0 }
            return .committed(commit.records)
        }
        self.report(outcome, tickets)
        return outcome
    }

    /// Whether a block that could not be written holds records of `writer`.
    func isCarrying(_ writer: PendingWriter) -> Bool {
        self.committer.withLock { commit in commit.tickets.contains { $0.writer === writer } }
    }

    private func report(_ outcome: RoundOutcome, _ tickets: [(writer: PendingWriter, ticket: UInt64)]) {
        switch outcome {
        case .idle: break
        case .stalled: self.askForHousekeeping()
        case .failed: self.endWriters()
        case .committed:
            let end = self.end
            for (writer, ticket) in tickets { writer.onProgress(.durable(ticket: ticket, end: end)) }
            self.progress.withLock { progress in
                progress.end = end
                return progress.waiters > 0
            }
        }
    }

    private func gather(from writers: [PendingWriter], into commit: inout CommitState) {
        // A block that could not be written is tried again as it is.
        guard commit.tickets.isEmpty, !writers.isEmpty else { return }
        commit.block.append(contentsOf: repeatElement(0, count: BlockHeader.byteCount))
        for step in writers.indices {
            let writer = writers[(commit.turn + step) % writers.count]
            let room = self.configuration.blockBytes - (commit.block.count - BlockHeader.byteCount)
            guard let taken = writer.take(into: &commit.buffer, limit: room) else { continue }
            commit.tickets.append((writer, taken.ticket))
            if writer.role == .derived {
                commit.addNewCauses()
            } else {
                commit.records += taken.records
                commit.block.append(contentsOf: commit.buffer)
            }
            commit.buffer.removeAll(keepingCapacity: true)
        }
        commit.turn = (commit.turn + 1) % writers.count
        if commit.tickets.isEmpty { commit.block.removeAll(keepingCapacity: true) }
    }

    /// Writes and syncs the block, then publishes it. Returns false, with nothing changed, when it needs another
    /// segment and there is none.
    private func write(_ commit: inout CommitState) throws(StorageFailure) -> Bool {
        let payloadBytes = commit.block.count - BlockHeader.byteCount
        let blockBytes = BlockHeader.blockBytes(payload: payloadBytes)
        let time = commit.clock.reading(wall: self.clock.wallTime(), monotonic: self.clock.monotonicTime())
        let isFull = commit.chain.position + blockBytes > self.configuration.segmentBytes
        let isOld = commit.begun.map { time.since($0) >= self.configuration.segmentAge } ?? false
        if isFull || isOld {
            // One that is merely old goes on being written while there is no other.
            guard try self.startSegment(&commit) || !isFull else { return false }
        }
        let header = Self.seal(&commit, payloadBytes: payloadBytes, time: time)
        try commit.block.withUnsafeBufferPointer { (block) throws(StorageFailure) in
            try commit.file.writeAll(UnsafeRawBufferPointer(block), at: commit.chain.position)
        }
        try commit.file.sync()
        commit.chain.advance(past: header)
        commit.begun = commit.begun ?? header.time
        self.publish(&commit, header)
        return true
    }

    private static func seal(_ commit: inout CommitState, payloadBytes: Int, time: Timestamp) -> BlockHeader {
        let blockBytes = BlockHeader.blockBytes(payload: payloadBytes)
        commit.block.append(contentsOf: repeatElement(0, count: blockBytes - commit.block.count))
        let (chain, records, salt) = (commit.chain, commit.records, commit.header.salt)
        let header = commit.block.withUnsafeMutableBytes { block in
            BlockHeader.finish(
                block,
                payloadBytes: payloadBytes,
                records: records,
                following: chain,
                time: time,
                salt: salt
            )
        }
        return header
    }

    private func publish(_ commit: inout CommitState, _ header: BlockHeader) {
        let block = CommittedBlock(
            firstOffset: header.firstOffset,
            count: header.records,
            time: header.time,
            frames: Array(commit.block[header.payload])
        )
        let (chain, causes, clock) = (commit.chain, commit.newCauses, commit.clock)
        self.state.withLock { state in
            state.chain = chain
            state.recent.append(block)
            state.clock = clock
            for cause in causes { _ = state.causes.store(cause) }
            state.segments[state.segments.count - 1].index.withLock { $0.note(chain) }
        }
        commit.newCauses.removeAll(keepingCapacity: true)
    }

    /// Makes a spare the next segment. Its header is on disk before it gets its name, and its name before the first
    /// block is written.
    private func startSegment(_ commit: inout CommitState) throws(StorageFailure) -> Bool {
        guard let spare = try self.takeSpare() else { return false }
        let header = SegmentHeader(
            stream: self.id,
            slotKey: self.slotKey,
            salt: SipKey(self.randomness.next(), self.randomness.next()),
            firstOffset: commit.chain.offset,
            baseTime: commit.chain.time
        )
        try header.encoded().withUnsafeBufferPointer { (buffer) throws(StorageFailure) in
            try spare.file.writeAll(UnsafeRawBufferPointer(buffer), at: 0)
        }
        try spare.file.sync()
        let segment = Segment(header)
        try self.storage.rename(spare.name, to: segment.name)
        try self.storage.syncDirectory()
        commit.file = spare.file
        commit.header = header
        commit.begun = nil
        commit.chain = BlockChain(startOf: header)
        let chain = commit.chain
        self.state.withLock { state in
            state.segments.append(segment)
            state.chain = chain
        }
        self.askForHousekeeping()
        return true
    }

    /// Marks the log as failed. Whoever may call out then calls ``endWriters()``.
    func noteFailure(_ failure: StorageFailure) {
        self.state.withLock { state in
            if state.failure == nil { state.failure = failure }
            if state.status == .open { state.status = .failed }
        }
    }

    /// Tells every writer, once, that nothing more will be durable.
    func endWriters() {
        let writers = self.state.withLock { $0.writers }
        for writer in writers where writer.end(.failed) { writer.onProgress(.failed) }
    }
}
