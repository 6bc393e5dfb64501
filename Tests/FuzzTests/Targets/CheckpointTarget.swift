import Domain
import ScoreStore

enum CheckpointTarget {
    static func run(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        guard let part = bytes.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[1...])
        switch part % 3 {
        case 0: try Self.readFile(rest)
        case 1:
            _ = try decodesAgain(
                rest,
                decode: { reader throws(DecodingFailure) in
                    try SlotState(decoding: &reader, models: ModelHistory())
                },
                encode: { $0.encode(to: &$1) }
            )
        default: _ = try decodesAgain(rest, decode: ModelHistory.init) { $0.encode(to: &$1) }
        }
    }

    private static func readFile(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        var reader = ByteReader(bytes)
        guard let head = try? CheckpointHead(decoding: &reader) else { return }
        try BrokenPromise.unless(bytes.starts(with: head.bytes), "a head reads back as it was")
        while let range = try? CheckpointHead.readSlot(from: &reader) {
            var slot = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[range]))
            _ = try? SlotState(decoding: &slot, models: ModelHistory())
        }
    }
}
