import Domain
import EventLog
import Measuring

/// Records, and the log that holds them.
enum LogSteps {
    private static let key = SipKey(11, 13)
    private static let batch = 50

    /// A record written and read.
    static func record(_ given: Steps.Preparation) -> Step {
        var views = PageViews(profiles: 1_000, key: Self.key)
        var writer = ByteWriter()
        views.append(to: &writer)
        return Step(bytes: writer.bytes.count) {
            writer.bytes.removeAll(keepingCapacity: true)
            views.append(to: &writer)
            writer.bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                guard let frame = try? RecordFrame.read(from: &reader),
                    (try? EventRecord(decoding: UnsafeRawBufferPointer(rebasing: bytes[frame.payload]))) != nil
                else { fatalError("what was written is read") }
            }
        }
    }

    /// 50 records appended, each as a request of its own, and committed as a block.
    static func append(_ given: Steps.Preparation) throws -> Step {
        var configuration = SegmentLogConfiguration()
        configuration.runsThreads = false
        let log = try SegmentLog(
            storage: try PosixStorage(given.directory),
            configuration: configuration,
            clock: StandingClock(),
            randomness: ConstantBits()
        )
        let writer = log.makeWriter(.events) { _ in }
        var views = PageViews(profiles: 1_000, key: Self.key)
        var frames = ByteWriter()
        for _ in 0..<Self.batch { views.append(to: &frames) }
        return Step(bytes: frames.bytes.count) {
            frames.bytes.withUnsafeBytes { bytes in
                var walk = BlockFrames(bytes)
                while let range = walk.next() {
                    let frame = UnsafeRawBufferPointer(rebasing: bytes[range])
                    guard (try? writer.append(frame, records: 1)) != nil else { fatalError("there is room") }
                }
            }
            writer.flush()
            precondition(log.step(), "a block was committed")
        }
    }
}

private struct StandingClock: Clock {
    func wallTime() -> Timestamp { PageViews.start }
    func monotonicTime() -> TimeSpan { .seconds(1) }
}

private struct ConstantBits: Randomness {
    func next() -> UInt64 { 0x9e37_79b9_7f4a_7c15 }
}
