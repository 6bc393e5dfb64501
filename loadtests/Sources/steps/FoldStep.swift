import Domain
import Measuring
import ScoreStore

/// Folding a page view.
enum FoldStep {
    /// Visitors who come again and again, one after the other.
    static func fold(_ given: Steps.Preparation) throws -> Step {
        var history = ModelHistory()
        history.publish(ScoringModel.ofPageViews(rules: 10), offset: 0, at: PageViews.start)
        let profiles = 100
        var views = PageViews(profiles: profiles, key: SipKey(11, 13))
        let map = views.map
        let store = ScoreStore(slots: map)
        var sink = FoldSink(slots: map)
        var frames: [[UInt8]] = []
        for round in 0..<(2 * given.count + 1) {
            var writer = ByteWriter()
            views.append(of: round % profiles, to: &writer)
            frames.append(writer.bytes)
        }
        var offset: UInt64 = 0
        return Step(bytes: frames[0].count) {
            offset += 1
            let context = FoldContext(
                offset: offset,
                time: PageViews.start.adding(.seconds(Int64(offset))),
                model: history.models.last
            )
            frames[Int(offset)].withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                guard let frame = try? RecordFrame.read(from: &reader) else { fatalError("frames are whole") }
                let payload = UnsafeRawBufferPointer(rebasing: bytes[frame.payload])
                let isFolded: Void? = try? store.withSlot(frame.slot) { (state) throws(DecodingFailure) in
                    try state.fold(.event, payload: payload, context, publishing: nil, into: &sink)
                }
                precondition(isFolded != nil, "the record is right")
            }
            sink.clear()
        }
    }
}
