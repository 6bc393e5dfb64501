package import Domain

/// Why a worker stopped.
package enum ScorerFailure: Error, Equatable, Sendable {
    /// The log could not be read.
    case log(LogReadFailure)
    /// A record cannot be what its kind promises: written by a newer version, or by a defect.
    case record(offset: UInt64, DecodingFailure)
    /// Derived records were refused.
    case derived(AppendRefusal)
}

/// Folds the log into the store with any number of workers. Each owns the slots whose number leaves its own as the
/// rest of a division; a slot folds in log order; nothing depends on how the workers interleave (promise 5).
package final class Scorer: Sendable {
    private struct Progress: Sendable {
        var folded: [UInt64]
        var waiting: [(offset: UInt64, resume: @Sendable () -> Void)] = []
        var isStopping = false

        var complete: UInt64 { self.folded.min() ?? 0 }
    }

    private let store: ScoreStore
    private let stream: any EventStream
    private let directory: Directory
    private let effects: EffectQueue
    private let outlets: [DerivedOutlet]
    private let progress: Monitor<Progress>
    private let start: UInt64

    /// Bytes of log a worker reads at a time.
    private static let batchBytes = 1 << 20
    /// How long a worker sleeps at the end of the log before it looks whether it shall stop.
    private static let patience = TimeSpan.milliseconds(200)

    /// A scorer that begins at `start`, at or below the offset of every slot.
    package init(
        store: ScoreStore,
        stream: any EventStream,
        directory: Directory,
        effects: EffectQueue,
        workers: Int,
        start: UInt64
    ) {
        self.store = store
        self.stream = stream
        self.directory = directory
        self.effects = effects
        self.start = start
        self.outlets = (0..<workers).map { _ in DerivedOutlet(stream, start: start) }
        self.progress = Monitor(Progress(folded: Array(repeating: start, count: workers)))
    }

    /// How many workers there are.
    package var workers: Int { self.outlets.count }

    /// Every slot has folded everything below this offset.
    package var folded: UInt64 { self.progress.wait(until: { _ in true }, { $0.complete }) }

    /// Everything derived from records below this offset is on disk.
    package var derivedDurable: UInt64 { self.outlets.map(\.durableOffset).min() ?? 0 }

    /// The offset a slot has folded up to, counting records that were not for it.
    package func folded(_ slot: Slot) -> UInt64 {
        let worker = Int(slot.rawValue) % self.outlets.count
        return self.progress.wait(until: { _ in true }, { $0.folded[worker] })
    }

    /// Calls `resume` once everything below `offset` is folded; at once if it is, or if it never will be.
    package func whenFolded(_ offset: UInt64, _ resume: @escaping @Sendable () -> Void) {
        var isReady = false
        self.progress.withLock { progress in
            isReady = progress.complete >= offset || progress.isStopping
            if !isReady { progress.waiting.append((offset, resume)) }
            return false
        }
        if isReady { resume() }
    }

    /// Workers return after the batch they are at, or at once if they wait for room in the log. Whoever waits for the
    /// fold is let go, and must look how far it came.
    package func stop() {
        var ready: [@Sendable () -> Void] = []
        self.progress.withLock { progress in
            progress.isStopping = true
            ready = progress.waiting.map(\.resume)
            progress.waiting = []
            return true
        }
        for outlet in self.outlets { outlet.stop() }
        for resume in ready { resume() }
    }

    /// Does the work of one worker until ``stop()``. Call it once per worker, each on a thread of its own.
    package func run(worker: Int) throws(ScorerFailure) {
        var state = self.makeWorker(worker)
        while !self.isStopping {
            if try !self.step(&state) { _ = self.stream.wait(beyond: state.cursor, timeout: Self.patience) }
        }
    }

    /// A worker that stands where its slots do. For callers that decide themselves who folds next; each number once
    /// at a time.
    package func makeWorker(_ number: Int) -> Worker {
        Worker(
            share: SlotShare(worker: number, of: self.workers),
            cursor: self.folded(Slot(UInt16(number))),
            models: self.store.modelHistory,
            sink: FoldSink(slots: self.store.slots)
        )
    }

    /// Folds everything the log holds now, with all workers in turn on the calling thread, again and again until no
    /// record is left, derived ones included. For tests and tools on a stream that commits without threads.
    package func runToEnd() throws(ScorerFailure) {
        var states = (0..<self.workers).map(self.makeWorker)
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            for index in states.indices where try self.step(&states[index]) { hasMoved = true }
            if !hasMoved {
                hasMoved = self.stream.wait(beyond: states[0].cursor, timeout: .seconds(0)) > states[0].cursor
            }
        }
    }

    private var isStopping: Bool { self.progress.wait(until: { _ in true }, { $0.isStopping }) }

    /// What a worker keeps from batch to batch.
    package struct Worker: Sendable {
        let share: SlotShare
        /// Everything below is folded.
        package fileprivate(set) var cursor: UInt64
        fileprivate var models: ModelHistory
        fileprivate var sink: FoldSink
        fileprivate var agenda = BlockAgenda()
        /// A copy of the model in force.
        private var model: CompiledModel?

        fileprivate init(share: SlotShare, cursor: UInt64, models: ModelHistory, sink: FoldSink) {
            self.share = share
            self.cursor = cursor
            self.models = models
            self.sink = sink
        }

        fileprivate mutating func model(at offset: UInt64) -> CompiledModel? {
            let shared = self.models.model(at: offset)
            if shared?.offset != self.model?.offset { self.model = shared?.copy() }
            return self.model
        }
    }

    /// Folds the next batch. Returns whether there was one.
    package func step(_ worker: inout Worker) throws(ScorerFailure) -> Bool {
        let blocks: [CommittedBlock]
        do throws(LogReadFailure) {
            blocks = try self.stream.read(from: worker.cursor, maximumBytes: Self.batchBytes)
        } catch {
            throw .log(error)
        }
        guard let last = blocks.last, last.endOffset > worker.cursor else { return false }
        for block in blocks { try self.fold(block, &worker) }
        worker.cursor = last.endOffset
        try self.carryOut(&worker)
        return true
    }

    private func fold(_ block: CommittedBlock, _ worker: inout Worker) throws(ScorerFailure) {
        var context = FoldContext(
            offset: block.firstOffset,
            time: block.time,
            model: worker.model(at: max(block.firstOffset, worker.cursor))
        )
        try block.frames.withUnsafeBufferPointer { (buffer) throws(ScorerFailure) in
            let bytes = UnsafeRawBufferPointer(buffer)
            try worker.agenda.read(bytes, firstOffset: block.firstOffset, from: worker.cursor, worker.share)
            for index in worker.agenda.items.indices {
                worker.agenda.prefetch(behind: index, in: self.store)
                let item = worker.agenda.items[index]
                context.offset = item.offset
                do throws(DecodingFailure) {
                    let payload = UnsafeRawBufferPointer(rebasing: bytes[item.payload])
                    try self.fold(item, payload, &context, &worker)
                } catch {
                    throw .record(offset: item.offset, error)
                }
            }
        }
    }

    private func fold(
        _ item: BlockAgenda.Item,
        _ payload: UnsafeRawBufferPointer,
        _ context: inout FoldContext,
        _ worker: inout Worker
    ) throws(DecodingFailure) {
        guard item.kind.isControl else {
            return try self.store.withSlot(item.slot) { (state) throws(DecodingFailure) in
                try state.fold(item.kind, payload: payload, context, publishing: nil, into: &worker.sink)
            }
        }
        var next: CompiledModel?
        if item.kind == .model {
            var reader = ByteReader(payload)
            let model = try ScoringModel(decoding: &reader)
            worker.models = self.store.publish(model, offset: context.offset, at: context.time)
            next = worker.model(at: context.offset + 1)
        }
        for slot in worker.share.slots {
            try self.store.withSlot(slot) { (state) throws(DecodingFailure) in
                try state.fold(item.kind, payload: payload, context, publishing: next, into: &worker.sink)
            }
        }
        if let next { context.model = next }
    }

    /// Hands over what the batch left behind: consents first, so that no answer can overtake them; then the log,
    /// then the catalog.
    private func carryOut(_ worker: inout Worker) throws(ScorerFailure) {
        for change in worker.sink.consents { self.directory.setConsents(change.consents, of: change.contact) }
        let isSent: Bool
        do throws(AppendRefusal) {
            let sink = worker.sink
            let outlet = self.outlets[worker.share.worker]
            isSent = try outlet.send(sink.derived, count: sink.derivedCount, reaching: worker.cursor)
        } catch {
            throw .derived(error)
        }
        // Stopped in the middle of a batch: what was folded of it counts nowhere, and the next start folds it again.
        guard isSent, self.effects.push(lane: worker.share.worker, worker.sink.effects, mark: worker.cursor) else {
            return
        }
        worker.sink.clear()

        var ready: [@Sendable () -> Void] = []
        self.progress.withLock { progress in
            progress.folded[worker.share.worker] = worker.cursor
            let complete = progress.complete
            ready = progress.waiting.filter { $0.offset <= complete }.map(\.resume)
            progress.waiting.removeAll { $0.offset <= complete }
            return false
        }
        for resume in ready { resume() }
    }
}
