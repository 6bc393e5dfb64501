package import Domain
import ScoreStore
import Synchronization

/// The log as segment files: an ``EventStream`` on a ``LogStorage``.
///
/// One thread commits (SegmentLog+Committing.swift), one prepares files ahead and gives trimmed ones back
/// (SegmentLog+Housekeeping.swift), everybody else reads. docs/log-format.md says what lies in the files,
/// docs/locks.md which lock guards what.
package final class SegmentLog: EventStream {
    /// What all threads see. Only what is on disk is ever entered here.
    struct State: Sendable {
        var status = Status.open
        /// Oldest first; the last is being written.
        var segments: [Segment]
        /// Where the durable blocks of the last segment end.
        var chain: BlockChain
        var recent: RecentBlocks
        var causes: CauseTable
        var writers: [PendingWriter] = []
        var spares: [Spare] = []
        /// Trimmed, oldest first; their files are not given back yet.
        var discarded: [Segment] = []
        /// Segments that end at or below this offset may be sealed.
        var sealLimit: UInt64 = 0
        /// Why a segment was not sealed, until somebody asks.
        var sealingFailure: String?
        var failure: StorageFailure?
        /// As of the last block.
        var clock: LogClock
    }

    enum Status: Sendable {
        case open
        case failed
        case closed
    }

    /// What those who wait for the log's end wait for.
    struct Progress: Sendable {
        var end: UInt64
        var isClosed = false
        var waiters = 0
    }

    struct Errands: Sendable {
        var isAsked = false
        var isStopping = false
    }

    let storage: any LogStorage
    let configuration: SegmentLogConfiguration
    let clock: any Clock
    let randomness: any Randomness
    let gate = AppendGate()
    let state: Mutex<State>
    let committer: Mutex<CommitState>
    let progress: Monitor<Progress>
    let errands = Monitor(Errands())
    /// Held while a spare is filled a step further or a trimmed file is given back.
    let spareMaker = Mutex(SpareMaker())
    /// The housekeeper's.
    let sealing: Mutex<SealingState>
    private let isClosing = Atomic(false)
    private let threads = Mutex<[SystemThread]>([])

    /// Which stream this is.
    package let id: StreamID
    /// The key of ``SlotMap``, drawn with the stream.
    package let slotKey: SipKey
    /// What opening found.
    package let opening: LogOpening

    /// Opens the log in `storage`, which is created if the directory is empty.
    ///
    /// `initialCauses` saves reading the whole log for the causes it holds: with them, only what lies behind their
    /// offset is read, and the log must hold it all. After opening, ``close()`` must be called.
    package init(
        storage: any LogStorage,
        configuration: SegmentLogConfiguration = SegmentLogConfiguration(),
        clock: any Clock,
        randomness: any Randomness,
        initialCauses: CauseCheckpoint? = nil
    ) throws(LogOpenFailure) {
        configuration.check()
        let recovery = LogRecovery(storage: storage, configuration: configuration, randomness: randomness)
        let found = try recovery.run(causes: initialCauses)
        let header = found.segments[found.segments.count - 1].header
        self.storage = storage
        self.configuration = configuration
        self.clock = clock
        self.randomness = randomness
        self.id = header.stream
        self.slotKey = header.slotKey
        self.opening = found.opening
        let logClock = LogClock(
            wall: clock.wallTime(),
            monotonic: clock.monotonicTime(),
            notBefore: found.chain.time
        )
        self.state = Mutex(
            State(
                segments: found.segments,
                chain: found.chain,
                recent: RecentBlocks(limit: configuration.recentBytes),
                causes: found.causes,
                clock: logClock
            )
        )
        self.committer = Mutex(CommitState(found, clock: logClock))
        self.sealing = Mutex(SealingState(found.segments))
        self.progress = Monitor(Progress(end: found.chain.offset))
        do throws(StorageFailure) {
            self.gate.set(refusesEvents: try self.isShortOfSpace())
        } catch {
            storage.unlock()
            throw .storage(error)
        }
        if configuration.runsThreads { try self.startThreads() }
    }

    /// Bytes a writer may have pending before it is refused.
    package var pendingBytes: Int { self.configuration.pendingBytes }

    /// The offset behind the last durable record.
    package var end: UInt64 { self.state.withLock { $0.chain.offset } }

    /// The offset of the oldest record still held.
    package var start: UInt64 { self.state.withLock { $0.segments[0].firstOffset } }

    /// Why the log failed, once it has.
    package var failure: StorageFailure? { self.state.withLock { $0.failure } }

    /// Whether events are refused for want of space.
    package var refusesEvents: Bool { self.gate.refusesEvents }

    /// Whether even commands and derived records are refused for want of space: the reserve is used up.
    package var refusesCommands: Bool { self.gate.refusesEverything }

    /// The log's own time: what a block committed now would be dated. Whatever is compared with the times of records
    /// asks this clock, which no step of the wall clock moves.
    package var now: Timestamp { self.clockReading.time }

    /// Whether the wall clock is away from the log's by more than ``LogClock/largestFollowedStep``.
    package var isClockAdrift: Bool { self.clockReading.isAdrift }

    private var clockReading: (time: Timestamp, isAdrift: Bool) {
        let (wall, monotonic) = (self.clock.wallTime(), self.clock.monotonicTime())
        var clock = self.state.withLock { $0.clock }
        return (clock.reading(wall: wall, monotonic: monotonic), clock.isAdrift)
    }

    /// The causes of all durable derived records, for a checkpoint.
    package func causes() -> CauseCheckpoint {
        self.state.withLock { CauseCheckpoint(table: $0.causes, offset: $0.chain.offset) }
    }

    /// A new producer, which lives as long as the log. A `flush()` wakes the committer; `onProgress` is called with no
    /// lock held. `.failed` is reported once: when the log fails, or when it is closed with records it could not write.
    package func makeWriter(
        _ role: LogWriterRole,
        onProgress: @escaping @Sendable (LogProgress) -> Void
    ) -> any LogWriter {
        self.state.withLock { state in
            let ended: AppendRefusal? =
                switch state.status {
                case .open: nil
                case .failed: .failed
                case .closed: .closed
                }
            let writer = PendingWriter(
                role,
                limit: self.configuration.pendingBytes,
                gate: self.gate,
                ended: ended,
                onProgress: onProgress
            )
            state.writers.append(writer)
            return writer
        }
    }

    /// As ``EventStream`` says. A log that has failed does not grow, so that waiting times out.
    package func wait(beyond offset: UInt64, timeout: TimeSpan) -> UInt64 {
        if !self.configuration.runsThreads { while self.step() {} }
        let microseconds = self.configuration.runsThreads ? timeout.microseconds : 0
        self.progress.withLock { progress in
            progress.waiters += 1
            return false
        }
        return self.progress.wait(
            microseconds: microseconds,
            until: { $0.end > offset || $0.isClosed },
            { progress in
                progress.waiters -= 1
                return progress.end
            }
        )
    }

    /// Without threads of its own (``SegmentLogConfiguration/runsThreads``): does what they would do next. Returns
    /// whether there may be more.
    package func step() -> Bool {
        precondition(!self.configuration.runsThreads, "a log with threads does its own work")
        _ = self.keepHouse()
        let outcome = self.commitRound()
        let isKeeping = self.keepHouse()
        return self.sealSome() || isKeeping || outcome.isCommitted
    }

    /// Commits what is pending, leaves the marker of a clean stop unless the log has failed, and gives the directory
    /// back. Writers refuse from its beginning on. May be called again.
    package func close() {
        let wasOpen = self.state.withLock { state in
            defer { state.status = .closed }
            return state.status != .closed
        }
        guard wasOpen else { return }
        let writers = self.state.withLock { $0.writers }
        let ended = writers.filter { $0.end(.closed) }
        if self.configuration.runsThreads {
            self.stopThreads()
        } else {
            while self.commitRound().isCommitted {}
        }
        for writer in ended where writer.hasPending || self.isCarrying(writer) { writer.onProgress(.failed) }
        self.progress.withLock { progress in
            progress.isClosed = true
            return true
        }
        if self.failure == nil {
            do throws(StorageFailure) { try self.leaveMarker() } catch { self.noteFailure(error) }
        }
        self.state.withLock { $0.spares = [] }
        self.spareMaker.withLock { $0.unfinished = nil }
        self.storage.unlock()
    }

    private func leaveMarker() throws(StorageFailure) {
        let marker = self.state.withLock { state in
            let segment = state.segments[state.segments.count - 1]
            return CleanMarker(stream: self.id, segment: segment.firstOffset, chain: state.chain).encoded()
        }
        let temporaryName = CleanMarker.fileName + ".tmp"
        let file = try self.storage.create(temporaryName)
        try marker.withUnsafeBufferPointer { (buffer) throws(StorageFailure) in
            try file.writeAll(UnsafeRawBufferPointer(buffer), at: 0)
        }
        try file.sync()
        try self.storage.rename(temporaryName, to: CleanMarker.fileName)
        try self.storage.syncDirectory()
    }

    private func startThreads() throws(LogOpenFailure) {
        let bodies: [(name: String, niceness: Int, run: @Sendable () -> Void)] = [
            ("vdg-commit", 0, { self.runCommitter() }),
            ("vdg-house", Limits.housekeepingNiceness, { self.runHousekeeper() }),
        ]
        for body in bodies {
            guard let thread = SystemThread.start(body.name, niceness: body.niceness, body.run) else {
                self.stopThreads()
                self.storage.unlock()
                throw .noThread
            }
            self.threads.withLock { $0.append(thread) }
        }
    }

    private func stopThreads() {
        self.isClosing.store(true, ordering: .releasing)
        self.gate.urge()
        self.errands.withLock { errands in
            errands.isStopping = true
            return true
        }
        let threads = self.threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
    }

    private func runCommitter() {
        var outcome = RoundOutcome.idle
        while true {
            self.gate.waitForWork(last: outcome.carried)
            // Read before the last rounds: whatever was appended before closing began is in them.
            let isLast = self.isClosing.load(ordering: .acquiring)
            repeat { outcome = self.commitRound() } while isLast && outcome.isCommitted
            if isLast { return }
        }
    }
}
