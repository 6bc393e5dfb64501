import Domain

/// A segment file in either form, read whole from its beginning: for those who check, count or copy all of it.
struct SegmentScan {
    /// What lies behind the good blocks.
    enum Tail: Equatable {
        /// Nothing.
        case blank
        /// A write that was cut short, or a damaged last block; never of a sealed segment.
        case torn(String)
        /// Stored bytes are not what was written.
        case corrupt(String)
    }

    let header: SegmentHeader
    let bytes: [UInt8]
    /// Where the good blocks end, in the file and in the log.
    let position: Int
    let endOffset: UInt64
    let tail: Tail

    /// Reads a file and hands each good block to `visit`.
    /// - Throws: `.header` where there is not even a header.
    init(
        _ name: String,
        in storage: any LogStorage,
        visit: (CommittedBlock) -> Void = { _ in }
    ) throws(SegmentReadFailure) {
        let (file, header) = try SegmentReader.open(name, in: storage)
        self.header = header
        do throws(StorageFailure) {
            self.bytes = try file.bytes(at: 0, count: try file.size())
        } catch {
            throw .storage(error)
        }
        if let seal = header.seal {
            (self.position, self.endOffset, self.tail) = try Self.scan(file, header, seal, visit)
        } else {
            let recovery = self.bytes.withUnsafeBytes { bytes in
                Recovery(of: bytes, header: header) { block, payload in
                    visit(
                        CommittedBlock(
                            firstOffset: block.firstOffset,
                            count: block.records,
                            time: block.time,
                            frames: Array(payload)
                        )
                    )
                }
            }
            self.position = recovery.chain.position
            self.endOffset = recovery.chain.offset
            switch recovery.tail {
            case .blank: self.tail = .blank
            case .torn(let fault): self.tail = .torn(fault.description)
            case .corrupt(let fault, let laterBlock):
                self.tail = .corrupt("\(fault), and an intact block follows at byte \(laterBlock)")
            }
        }
    }

    private static func scan(
        _ file: any StorageFile,
        _ header: SegmentHeader,
        _ seal: SegmentSeal,
        _ visit: (CommittedBlock) -> Void
    ) throws(SegmentReadFailure) -> (Int, UInt64, Tail) {
        var chain = SealedChain(startOf: header)
        do throws(SegmentReadFailure) {
            var reader = try SealedReader(file, header: header, seal: seal, endOffset: seal.endOffset)
            while let chunk = try reader.nextChunk() {
                for block in chunk.blocks { visit(block) }
                chain = reader.chain
            }
            return (seal.fileBytes, seal.endOffset, .blank)
        } catch {
            guard case .damaged(let text, _) = error else { throw error }
            return (chain.position, chain.offset, .corrupt(text))
        }
    }
}
