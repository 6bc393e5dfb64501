import Domain
import ScoreStore
import Synchronization

/// A log in memory that was written before, block by block: what the fold costs, without the disk.
final class RecordedStream: EventStream {
    let id = StreamID(1)
    let slotKey: SipKey
    let start: UInt64
    private let startTime: Timestamp
    private let blocks = Mutex<[CommittedBlock]>([])

    /// A log that goes on where another ended.
    init(key: SipKey, start: UInt64, startTime: Timestamp) {
        self.slotKey = key
        self.start = start
        self.startTime = startTime
    }

    var end: UInt64 { self.blocks.withLock { $0.last?.endOffset ?? self.start } }

    /// When the next block is received.
    var endTime: Timestamp { self.blocks.withLock { self.startTime.adding(.seconds(Int64($0.count))) } }

    /// Appends a block, a second after the one before it.
    func append(_ frames: ByteWriter, records: Int) {
        self.blocks.withLock { blocks in
            let first = blocks.last?.endOffset ?? self.start
            let time = self.startTime.adding(.seconds(Int64(blocks.count)))
            blocks.append(CommittedBlock(firstOffset: first, count: records, time: time, frames: frames.bytes))
        }
    }

    /// Derived records go nowhere: page views of unknown visitors make none.
    func makeWriter(_ role: LogWriterRole, onProgress: @escaping @Sendable (LogProgress) -> Void) -> any LogWriter {
        Sink()
    }

    func read(from offset: UInt64, maximumBytes: Int) throws(LogReadFailure) -> [CommittedBlock] {
        self.blocks.withLock { blocks in
            // Blocks have one size but the first, which holds the model.
            var low = 0
            var high = blocks.count
            while low < high {
                let middle = (low + high) / 2
                if blocks[middle].endOffset <= offset { low = middle + 1 } else { high = middle }
            }
            return low < blocks.count ? [blocks[low]] : []
        }
    }

    func wait(beyond offset: UInt64, timeout: TimeSpan) -> UInt64 { self.end }

    func trim(below offset: UInt64) {}

    private final class Sink: LogWriter {
        func append(_ frames: UnsafeRawBufferPointer, records: Int) throws(AppendRefusal) -> UInt64 { 1 }
        func flush() {}
    }
}
