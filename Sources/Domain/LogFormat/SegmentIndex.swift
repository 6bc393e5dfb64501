/// Some of a segment's blocks and where they lie, so that reading from an offset need not start at the front.
package struct SegmentIndex: Sendable {
    /// Bytes between two entries: 256 entries for a segment of ``Limits/segmentBytes``.
    private static let spacing = 262_144

    private var entries: [BlockChain]
    /// Where the last reader stopped, which is where it goes on.
    private var resumption: BlockChain

    /// The index of a segment of which nothing is known but its header.
    package init(_ header: SegmentHeader) {
        self.resumption = BlockChain(startOf: header)
        self.entries = [self.resumption]
    }

    /// The nearest known place at or before the block that holds `offset`.
    package func place(before offset: UInt64) -> BlockChain {
        var low = 0
        var high = self.entries.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.entries[middle].offset <= offset { low = middle } else { high = middle }
        }
        let entry = self.entries[low]
        return self.resumption.offset <= offset && self.resumption.offset > entry.offset ? self.resumption : entry
    }

    /// Notes a block boundary that was reached; kept if it is far enough beyond the last.
    package mutating func note(_ chain: BlockChain) {
        guard let last = self.entries.last, chain.position >= last.position + Self.spacing else { return }
        self.entries.append(chain)
    }

    /// Notes where a reader stopped.
    package mutating func noteResumption(_ chain: BlockChain) { self.resumption = chain }
}
