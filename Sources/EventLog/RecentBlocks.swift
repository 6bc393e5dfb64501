import Domain

/// The newest blocks, in memory, for those who read at the end of the log.
struct RecentBlocks: Sendable {
    /// What a block costs beside its frames.
    private static let overheadBytes = 128

    private let limit: Int
    private var blocks: [CommittedBlock] = []
    /// The blocks before this index were dropped.
    private var head = 0
    private var bytes = 0

    init(limit: Int) { self.limit = limit }

    mutating func append(_ block: CommittedBlock) {
        self.blocks.append(block)
        self.bytes += block.frames.count + Self.overheadBytes
        while self.bytes > self.limit, self.head < self.blocks.count {
            self.bytes -= self.blocks[self.head].frames.count + Self.overheadBytes
            self.blocks[self.head].frames = []
            self.head += 1
        }
        if self.head > 1_024, self.head > self.blocks.count / 2 {
            self.blocks.removeFirst(self.head)
            self.head = 0
        }
    }

    /// The blocks from the one that holds `offset` on; nil if it is not among these. At most
    /// ``Limits/blocksPerRead``: the caller holds a lock that the committer waits for.
    func read(from offset: UInt64, maximumBytes: Int) -> [CommittedBlock]? {
        guard self.head < self.blocks.count, self.blocks[self.head].firstOffset <= offset else { return nil }
        var low = self.head
        var high = self.blocks.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.blocks[middle].firstOffset <= offset { low = middle } else { high = middle }
        }
        var end = low
        var total = 0
        let last = min(self.blocks.count, low + Limits.blocksPerRead)
        while end < last, end == low || total + self.blocks[end].frames.count <= maximumBytes {
            total += self.blocks[end].frames.count
            end += 1
        }
        return Array(self.blocks[low..<end])
    }
}
