/// What a segment's bytes hold: the recovery rule.
///
/// Blocks count as far as each continues the one before. The committer writes one block, syncs, and only then writes
/// the next; so whatever lies behind the first bytes that are no block decides what these are. An intact header
/// further on proves that they had been synced once: corruption. No such header: they are blank, or the torn rest of
/// a write that was never acknowledged.
package struct Recovery: Equatable, Sendable {
    /// What lies behind the last block.
    package enum Tail: Equatable, Sendable {
        /// Only zeros.
        case blank
        /// A write that was cut short. Also what is left of the very last synced block when it rots: the two cannot
        /// be told apart.
        case torn(BlockFault)
        /// Stored bytes are not what was written: a later block's header, at `laterBlock`, is intact.
        case corrupt(BlockFault, laterBlock: Int)
    }

    /// Where the blocks end.
    package private(set) var chain: BlockChain
    /// How many blocks there are.
    package private(set) var blocks = 0
    /// What lies behind them.
    package private(set) var tail = Tail.blank

    /// Reads a whole segment file, `bytes`, whose header was decoded as `header`; hands each good block to `visit`,
    /// with its payload.
    package init(
        of bytes: UnsafeRawBufferPointer,
        header: SegmentHeader,
        visit: (BlockHeader, UnsafeRawBufferPointer) -> Void = { _, _ in }
    ) {
        self.chain = BlockChain(startOf: header)
        var fault = BlockFault.end
        do throws(BlockFault) {
            while true {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[min(self.chain.position, bytes.count)...])
                let block = try self.chain.nextBlock(rest, salt: header.salt)
                visit(block, UnsafeRawBufferPointer(rebasing: rest[block.payload]))
                self.chain.advance(past: block)
                self.blocks += 1
            }
        } catch {
            fault = error
        }
        self.tail = Self.judge(bytes, behind: self.chain, fault: fault, salt: header.salt)
    }

    private static func judge(
        _ bytes: UnsafeRawBufferPointer,
        behind chain: BlockChain,
        fault: BlockFault,
        salt: SipKey
    ) -> Tail {
        var position = chain.position
        var isBlank = true
        // A header of the broken block itself proves nothing; one at any later place does.
        while position + 8 <= bytes.count {
            if bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) != 0 {
                isBlank = false
                let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
                if position > chain.position, BlockHeader(sealed: rest, at: position, salt: salt) != nil {
                    return .corrupt(fault, laterBlock: position)
                }
            }
            position += 8
        }
        while position < bytes.count {
            isBlank = isBlank && bytes[position] == 0
            position += 1
        }
        return isBlank ? .blank : .torn(fault)
    }
}
