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
            number: number,
            count: self.workers,
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
        let number: Int
        /// How many workers there are.
        let count: Int
        /// Everything below is folded.
        package fileprivate(set) var cursor: UInt64
        fileprivate var models: ModelHistory
        fileprivate var sink: FoldSink
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
        // One context for all of them: the model's count of references is shared by all workers, and each touch of it
        // would take its cache line from the others.
        var context = FoldContext(
            offset: block.firstOffset,
            time: block.time,
            model: worker.models.model(at: max(block.firstOffset, worker.cursor))
        )
        do throws(DecodingFailure) {
            try block.frames.withUnsafeBufferPointer { (buffer) throws(DecodingFailure) in
                let bytes = UnsafeRawBufferPointer(buffer)
                var reader = ByteReader(bytes)
                while reader.remaining > 0 {
                    let frame = try RecordFrame.read(from: &reader)
                    if context.offset >= worker.cursor {
                        try self.fold(frame, UnsafeRawBufferPointer(rebasing: bytes[frame.payload]), &context, &worker)
                    }
                    context.offset += 1
                }
            }
        } catch {
            throw .record(offset: context.offset, error)
        }
    }

    private func fold(
        _ frame: RecordFrame,
        _ payload: UnsafeRawBufferPointer,
        _ context: inout FoldContext,
        _ worker: inout Worker
    ) throws(DecodingFailure) {
        guard frame.kind.isControl else {
            guard Int(frame.slot.rawValue) % worker.count == worker.number else { return }
            try self.store.withSlot(frame.slot) { (state) throws(DecodingFailure) in
                try state.fold(frame.kind, payload: payload, context, publishing: nil, into: &worker.sink)
            }
            return
        }
        var next: CompiledModel?
        if frame.kind == .model {
            var reader = ByteReader(payload)
            let model = try ScoringModel(decoding: &reader)
            worker.models = self.store.publish(model, offset: context.offset, at: context.time)
            next = worker.models.model(at: context.offset + 1)
        }
        for number in stride(from: worker.number, to: Int(Limits.slotCount), by: worker.count) {
            try self.store.withSlot(Slot(UInt16(number))) { (state) throws(DecodingFailure) in
                try state.fold(frame.kind, payload: payload, context, publishing: next, into: &worker.sink)
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
            let outlet = self.outlets[worker.number]
            isSent = try outlet.send(sink.derived, count: sink.derivedCount, reaching: worker.cursor)
        } catch {
            throw .derived(error)
        }
        // Stopped in the middle of a batch: what was folded of it counts nowhere, and the next start folds it again.
        guard isSent, self.effects.push(lane: worker.number, worker.sink.effects, mark: worker.cursor) else { return }
        worker.sink.clear()

        var ready: [@Sendable () -> Void] = []
        self.progress.withLock { progress in
            progress.folded[worker.number] = worker.cursor
            let complete = progress.complete
            ready = progress.waiting.filter { $0.offset <= complete }.map(\.resume)
            progress.waiting.removeAll { $0.offset <= complete }
            return false
        }
        for resume in ready { resume() }
    }
}
