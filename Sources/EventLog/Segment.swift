import Domain
import Synchronization

/// A segment file of the log, full or being written.
final class Segment: Sendable {
    let header: SegmentHeader
    let index: Mutex<SegmentIndex>

    init(_ header: SegmentHeader) {
        self.header = header
        self.index = Mutex(SegmentIndex(header))
    }

    var firstOffset: UInt64 { self.header.firstOffset }
    var name: String { SegmentName.name(of: self.header.firstOffset) }
}

/// A zero-filled, synced file that waits to become a segment.
struct Spare: Sendable {
    let name: String
    let file: any StorageFile
}

/// A spare that is being filled.
struct UnfinishedSpare: Sendable {
    let spare: Spare
    /// Bytes that are zeros, and synced.
    var filled = 0

    init(_ spare: Spare) { self.spare = spare }
}

/// Names spares, and knows the one that is on its way. One at a time.
struct SpareMaker: Sendable {
    private var count = 0
    var unfinished: UnfinishedSpare?

    mutating func nextName() -> String {
        self.count += 1
        return "spare-\(self.count).tmp"
    }
}
