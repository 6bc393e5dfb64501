/// What a chunk of a sealed segment holds when it is expanded: blocks, one behind the other.
package enum SealedContent {
    /// Appends a block that follows one of `time`.
    package static func append(_ block: CommittedBlock, after time: Timestamp, to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(block.count))
        writer.writeVarint(UInt64(block.time.since(time).microseconds))
        writer.writeCounted(block.frames)
    }

    /// The blocks of a chunk, from its expanded content.
    package static func blocks(
        of chunk: SealedChunk,
        in content: UnsafeRawBufferPointer
    ) throws(SealFault) -> [CommittedBlock] {
        var reader = ByteReader(content)
        var blocks: [CommittedBlock] = []
        var offset = chunk.firstOffset
        var time = chunk.baseTime
        do throws(DecodingFailure) {
            while reader.remaining > 0 {
                let count = try reader.readVarint()
                let step = Int64(bitPattern: try reader.readVarint())
                let frames = try reader.readCountedRange()
                guard count > 0, count <= UInt64(frames.count) else { throw .invalid("records") }
                time = Timestamp(microseconds: time.microseconds &+ step)
                blocks.append(
                    CommittedBlock(firstOffset: offset, count: Int(count), time: time, frames: Array(content[frames]))
                )
                offset += count
            }
        } catch {
            throw .content
        }
        guard offset == chunk.endOffset else { throw .content }
        return blocks
    }
}
