import ArgumentParser
import Domain
import EventLog
import Measuring
import ScoreStore

/// Append and replay of the segment files.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "log", abstract: "Appends events and reads them.")

    @Option(help: "A directory that does not exist yet.")
    var directory: String
    @Option(help: "How many events are appended.")
    var events = 500_000
    @Option(help: "How many events one append carries.")
    var batch = 50
    @Option(help: "How many visitors there are.")
    var profiles = 50_000
    @Option(help: "Threads that fold what is replayed.")
    var workers = 1

    func run() throws {
        var views = PageViews(profiles: self.profiles, key: FoldRun.key)
        let log = try self.open()
        let committed = Monitor<UInt64>(0)
        let writer = log.makeWriter(.events) { progress in
            committed.withLock { ticket in
                if case .durable(let reached, _) = progress { ticket = reached }
                return true
            }
        }
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .model, slot: .every) {
            ScoringModel.ofPageViews(rules: 10).encode(to: &$0)
        }
        var ticket = try Self.append(frames.bytes, 1, to: writer, committed)
        var bytes = 0
        let cpu = Stopwatch.process()
        for _ in 0..<(self.events / self.batch) {
            frames.bytes.removeAll(keepingCapacity: true)
            for _ in 0..<self.batch { views.append(to: &frames) }
            bytes += frames.bytes.count
            ticket = try Self.append(frames.bytes, self.batch, to: writer, committed)
        }
        writer.flush()
        committed.wait(until: { $0 >= ticket }, { _ in })
        let appended = Stopwatch.process() - cpu
        log.close()
        try self.replay(appended: appended, bytes: bytes)
    }

    private func open() throws -> SegmentLog {
        try SegmentLog(
            storage: try PosixStorage(self.directory),
            clock: SystemReading(),
            randomness: SeededSource()
        )
    }

    private static func append(
        _ bytes: [UInt8],
        _ records: Int,
        to writer: any LogWriter,
        _ committed: Monitor<UInt64>
    ) throws -> UInt64 {
        while true {
            do {
                let ticket = try bytes.withUnsafeBytes { (raw) throws(AppendRefusal) in
                    try writer.append(raw, records: records)
                }
                writer.flush()
                return ticket
            } catch AppendRefusal.pendingFull {
                let seen = committed.wait(until: { _ in true }, { $0 })
                committed.wait(microseconds: 100_000, until: { $0 != seen }, { _ in })
            }
        }
    }

    /// Reads the log from its files, as a start does: opening it again forgets what was kept in memory.
    private func replay(appended: Double, bytes: Int) throws {
        let begin = Stopwatch.wall()
        let log = try self.open()
        defer { log.close() }
        let opened = Stopwatch.wall() - begin
        let cpu = Stopwatch.thread()
        var offset: UInt64 = 0
        var read = 0
        while offset < log.end {
            for block in try log.read(from: offset, maximumBytes: 1 << 20) {
                offset = block.endOffset
                read += block.frames.count
            }
        }
        let replayed = Stopwatch.thread() - cpu
        let store = ScoreStore(slots: SlotMap(key: log.slotKey))
        let cost = FoldRun.fold(log, from: 0, into: store, workers: self.workers)
        let count = Double(self.events)
        report(
            "log",
            [
                "append_nanoseconds_per_event": appended / count * 1e9,
                "replay_nanoseconds_per_event": replayed / count * 1e9,
                "opening_seconds": opened, "workers": Double(self.workers),
                "folded_nanoseconds_per_event": cost.cpu / count * 1e9,
                "folded_events_per_second": count / cost.wall,
                "bytes_per_event": Double(bytes) / count, "bytes_read": Double(read),
            ]
        )
    }
}

private struct SystemReading: Clock {
    func wallTime() -> Timestamp { Timestamp(microseconds: Int64(Stopwatch.wall() * 1e6) + 1_800_000_000_000_000) }
    func monotonicTime() -> TimeSpan { TimeSpan(microseconds: Int64(Stopwatch.wall() * 1e6)) }
}

private final class SeededSource: Randomness {
    private let state = Monitor(SplitMix(state: 1))

    func next() -> UInt64 {
        var bits: UInt64 = 0
        self.state.withLock { random in
            bits = random.next()
            return false
        }
        return bits
    }
}
