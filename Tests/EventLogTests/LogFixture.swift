import Domain
import EventLog
import Foundation
import Synchronization
import TestSupport
import Testing

/// A log on simulated storage, without threads: what happens next is decided by the test alone.
struct LogFixture {
    let storage: FaultyStorage
    var configuration: SegmentLogConfiguration
    let clock = ManualClock()
    let randomness: SeededSource

    init(seed: UInt64 = 1, storage: FaultyStorage? = nil) {
        self.storage = storage ?? FaultyStorage(seed: seed)
        self.randomness = SeededSource(seed: seed)
        self.configuration = Self.small
    }

    /// Segments that hold a handful of blocks.
    static var small: SegmentLogConfiguration {
        var configuration = SegmentLogConfiguration()
        configuration.segmentBytes = 8_192
        configuration.spareStepBytes = 3_000
        configuration.blockBytes = 2_048
        configuration.pendingBytes = 2_048
        configuration.freeSpaceFloorBytes = 16_384
        configuration.recentBytes = 4_096
        configuration.runsThreads = false
        return configuration
    }

    func open(causes: CauseCheckpoint? = nil) throws -> SegmentLog {
        try SegmentLog(
            storage: self.storage,
            configuration: self.configuration,
            clock: self.clock,
            randomness: self.randomness,
            initialCauses: causes
        )
    }

    /// Appends records one by one, a block each.
    func fill(_ log: SegmentLog, _ numbers: Range<UInt64>, padding: Int = 40) throws {
        let writer = log.makeWriter(.events) { _ in }
        for number in numbers {
            try writer.append(TestRecords.event(number, padding: padding))
            while log.step() {}
        }
    }
}

/// What a writer was told.
final class ProgressRecord: Sendable {
    private let seen = Mutex<[LogProgress]>([])

    var all: [LogProgress] { self.seen.withLock { $0 } }
    var hasFailed: Bool { self.all.contains(.failed) }

    /// The highest ticket that was reported durable.
    var ticket: UInt64 {
        self.all.reduce(0) { highest, progress in
            if case .durable(let ticket, _) = progress { max(highest, ticket) } else { highest }
        }
    }

    func note(_ progress: LogProgress) { self.seen.withLock { $0.append(progress) } }
}

/// A directory of the file system that is removed when it is released.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let name = "vendange-" + UUID().uuidString
        self.path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}
