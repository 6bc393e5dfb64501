package import Domain

/// The sizes of a ``SegmentLog``. The defaults are ``Limits``; tests take smaller ones.
package struct SegmentLogConfiguration: Sendable {
    /// Bytes of a segment file.
    package var segmentBytes = Limits.segmentBytes
    /// Bytes of a spare that are filled and synced at once.
    package var spareStepBytes = Limits.syncBytes
    /// Bytes of one block's payload.
    package var blockBytes = Limits.blockBytes
    /// Bytes a writer may have pending.
    package var pendingBytes = Limits.pendingBytes
    /// Free space below which events are refused.
    package var freeSpaceFloorBytes = Limits.freeSpaceFloorBytes
    /// How old the first block of a segment becomes before the next segment begins.
    package var segmentAge = Limits.segmentAge
    /// Time between the beginnings of two walks over the sealed log for what was erased.
    package var erasurePause = Limits.erasurePause
    /// Bytes of recent blocks kept in memory for those who read at the end.
    package var recentBytes = Limits.recentLogBytes
    /// Whether the log starts its own threads; without them, ``SegmentLog/step()`` does the work, in a fixed order.
    package var runsThreads = true

    /// The defaults.
    package init() {}

    /// Traps on sizes that cannot work together: a block must fit into an empty segment, and a writer's pending
    /// records into a block.
    func check() {
        precondition(self.blockBytes > 0 && self.blockBytes <= Limits.blockBytes, "blockBytes is out of range")
        precondition(self.pendingBytes <= self.blockBytes, "pendingBytes is at most blockBytes")
        precondition(self.spareStepBytes > 0, "spareStepBytes is positive")
        let least = SegmentHeader.byteCount + BlockHeader.blockBytes(payload: self.blockBytes)
        precondition(self.segmentBytes >= least, "segmentBytes holds a header and one full block")
    }
}
