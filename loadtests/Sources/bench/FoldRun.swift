import Domain
import Measuring
import ScoreStore
import Synchronization

/// A store, and events to fold into it.
struct FoldRun {
    static let key = SipKey(11, 13)
    private static let blockRecords = 1_000

    let store = ScoreStore(slots: SlotMap(key: Self.key))
    private let model: ScoringModel
    private var end: UInt64 = 0
    private var endTime = PageViews.start

    init(model: ScoringModel) { self.model = model }

    /// What a fold cost.
    struct Cost {
        var events: Int
        /// Seconds of all workers on a core.
        var cpu: Double
        var wall: Double
    }

    /// Folds `count` views with so many workers, each on a thread, while as many readers as asked for read visitors at
    /// random.
    mutating func fold(_ views: inout PageViews, count: Int, workers: Int, readers: Int = 0) throws -> Cost {
        let stream = RecordedStream(key: Self.key, start: self.end, startTime: self.endTime)
        defer {
            self.end = stream.end
            self.endTime = stream.endTime
        }
        var frames = ByteWriter()
        if self.store.currentModel == nil {
            RecordFrame.append(to: &frames, kind: .model, slot: .every) { self.model.encode(to: &$0) }
            stream.append(frames, records: 1)
        }
        for _ in 0..<(count / Self.blockRecords) {
            frames.bytes.removeAll(keepingCapacity: true)
            for _ in 0..<Self.blockRecords { views.append(to: &frames) }
            stream.append(frames, records: Self.blockRecords)
        }
        let isOver = Atomic(false)
        let reading = (0..<readers).compactMap { [store, views] number in
            SystemThread.start("read-\(number)") {
                var random = SplitMix(state: UInt64(number))
                while !isOver.load(ordering: .relaxed) {
                    _ = store.visitor(views.visitor(Int(random.next() % UInt64(views.profiles))))
                }
            }
        }
        defer {
            isOver.store(true, ordering: .relaxed)
            for thread in reading { thread.join() }
        }
        return Self.fold(stream, from: stream.start, into: self.store, workers: workers)
    }

    /// Folds what a log holds from an offset on, with so many workers, each on a thread.
    static func fold(_ stream: any EventStream, from start: UInt64, into store: ScoreStore, workers: Int) -> Cost {
        let effects = EffectQueue(lanes: workers, start: start)
        let scorer = Scorer(
            store: store,
            stream: stream,
            directory: Directory(),
            effects: effects,
            workers: workers,
            start: start
        )
        let cpu = Mutex(0.0)
        let taking = SystemThread.start("effects") { while effects.take() != nil {} }
        let begin = Stopwatch.wall()
        // A worker ends with the log: waiting for more of it is not what is measured.
        let folding = (0..<workers).compactMap { number in
            SystemThread.start("fold-\(number)") {
                var worker = scorer.makeWorker(number)
                while (try? scorer.step(&worker)) == true {}
                cpu.withLock { $0 += Stopwatch.thread() }
            }
        }
        for thread in folding { thread.join() }
        let wall = Stopwatch.wall() - begin
        precondition(scorer.folded == stream.end, "the log was folded to its end")
        effects.close()
        taking?.join()
        return Cost(events: Int(stream.end - start), cpu: cpu.withLock { $0 }, wall: wall)
    }
}
