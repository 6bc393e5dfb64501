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
