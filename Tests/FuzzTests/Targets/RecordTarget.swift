import Domain

enum RecordTarget {
    static func run(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        Self.walk(bytes)
        guard let kind = bytes.first.flatMap(RecordKind.init(rawValue:)) else { return }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[1...])
        switch kind {
        case .event: try Self.readEvent(payload)
        case .contact: _ = try decodesAgain(payload, decode: ContactRecord.init) { $0.encode(to: &$1) }
        case .link: _ = try decodesAgain(payload, decode: LinkRecord.init) { $0.encode(to: &$1) }
        case .manualEntry: _ = try decodesAgain(payload, decode: ManualEntryRecord.init) { $0.encode(to: &$1) }
        case .erasure: _ = try decodesAgain(payload, decode: ErasureRecord.init) { $0.encode(to: &$1) }
        case .leadAnswer: _ = try decodesAgain(payload, decode: LeadAnswerRecord.init) { $0.encode(to: &$1) }
        case .alias: _ = try decodesAgain(payload, decode: AliasRecord.init) { $0.encode(to: &$1) }
        case .withdrawal, .withdrawn:
            _ = try decodesAgain(payload, decode: WithdrawalRecord.init) { $0.encode(to: &$1) }
        case .reinstatement: _ = try decodesAgain(payload, decode: ReinstatementRecord.init) { $0.encode(to: &$1) }
        case .linked: _ = try decodesAgain(payload, decode: LinkedRecord.init) { $0.encode(to: &$1) }
        case .unlinked: _ = try decodesAgain(payload, decode: UnlinkedRecord.init) { $0.encode(to: &$1) }
        case .sighting: _ = try decodesAgain(payload, decode: SightingRecord.init) { $0.encode(to: &$1) }
        case .verdict: _ = try decodesAgain(payload, decode: VerdictRecord.init) { $0.encode(to: &$1) }
        case .touch:
            var reader = ByteReader(payload)
            _ = try? TouchRecord(decoding: &reader)
        case .model, .tick, .canary, .erased, .erasedDerived: break
        }
    }

    /// Frames, as a block holds them.
    private static func walk(_ bytes: UnsafeRawBufferPointer) {
        var frames = BlockFrames(bytes)
        while let range = frames.next() {
            _ = BlockFrames.cause(of: UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
        var reader = ByteReader(bytes)
        while (try? RecordFrame.read(from: &reader)) != nil {}
    }

    private static func readEvent(_ payload: UnsafeRawBufferPointer) throws(BrokenPromise) {
        guard let record = try? EventRecord(decoding: payload) else { return }
        let again = encoded { record.encode(to: &$0, text: payload) }
        let isSame = again.withUnsafeBytes { bytes in
            guard let second = try? EventRecord(decoding: bytes) else { return false }
            return encoded { second.encode(to: &$0, text: bytes) } == again
        }
        try BrokenPromise.unless(isSame, "an event reads back as it was")
    }
}
