import ArgumentParser
import Domain
import ScoreStore

/// One step of an event's path, again and again, in functions whose names callgrind and the allocation counter know:
/// what is counted is what lies within ``measured(_:)``.
struct StepsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps",
        abstract: "Repeats one step, for counting its instructions and allocations."
    )

    enum Step: String, CaseIterable, ExpressibleByArgument {
        case query
        case json
        case record
        case fold
    }

    @Argument(help: "query, json, record or fold.")
    var step: Step
    @Option(help: "How often it is counted, after as many times to warm up.")
    var count = 2_000

    func run() throws {
        let body = try self.prepare()
        for _ in 0..<self.count { body() }
        let before = Allocations.count
        let cpu = Stopwatch.thread()
        measured { for _ in 0..<self.count { body() } }
        let spent = Stopwatch.thread() - cpu
        report(
            "step \(self.step.rawValue)",
            [
                "count": Double(self.count), "nanoseconds": spent / Double(self.count) * 1e9,
                "allocations": Allocations.isCounting ? Double(Allocations.count - before) / Double(self.count) : -1,
            ]
        )
    }

    private func prepare() throws -> () -> Void {
        switch self.step {
        case .query: Self.query()
        case .json: Self.json()
        case .record: Self.record()
        case .fold: try Self.fold(self.count)
        }
    }

    private static func query() -> () -> Void {
        var decoder = WireDecoder(nonceKey: FoldRun.key)
        let query = Array(
            ("site=www&url=https%3A%2F%2Fwww.example.com%2Fmaintenance%2Fcontrats%3Futm_source%3Dnewsletter"
                + "%26utm_campaign%3Dnovembre&title=Maintenance%20industrielle%20-%20Ardoine&consent=granted"
                + "&id=AAAABBBBCCCC.1").utf8
        )
        return {
            decoder.reset()
            query.withUnsafeBytes { bytes in
                _ = decoder.decodeQuery(bytes, fallbackURL: UnsafeRawBufferPointer(start: nil, count: 0))
            }
        }
    }

    private static func json() -> () -> Void {
        var decoder = WireDecoder(nonceKey: FoldRun.key)
        let event = """
            {"type":"page_view","site":"www","url":"https://www.example.com/maintenance/contrats?utm_source=newsletter\
            &utm_campaign=novembre","id":"AAAABBBBCCCCDDDD.1","time":1800000000000,"consent":"granted",\
            "title":"Maintenance industrielle - Ardoine","referrer":"https://www.google.com/","sent":1800000000100}
            """
        let body = Array("[\(Array(repeating: event, count: 50).joined(separator: ","))]".utf8)
        return {
            decoder.reset()
            try? body.withUnsafeBytes { try decoder.decodeBody($0) }
        }
    }

    private static func record() -> () -> Void {
        var views = PageViews(profiles: 1_000, key: FoldRun.key)
        var writer = ByteWriter()
        return {
            writer.bytes.removeAll(keepingCapacity: true)
            views.append(to: &writer)
            writer.bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                guard let frame = try? RecordFrame.read(from: &reader) else { return }
                _ = try? EventRecord(decoding: UnsafeRawBufferPointer(rebasing: bytes[frame.payload]))
            }
        }
    }

    /// Visitors who come again and again, one after the other.
    private static func fold(_ count: Int) throws -> () -> Void {
        var history = ModelHistory()
        history.publish(FoldRun.model(rules: 10), offset: 0, at: PageViews.start)
        let profiles = 100
        var views = PageViews(profiles: profiles, key: FoldRun.key)
        let map = views.map
        let store = ScoreStore(slots: map)
        var sink = FoldSink(slots: map)
        var frames: [[UInt8]] = []
        for round in 0..<(3 * count) {
            var writer = ByteWriter()
            views.append(of: round % profiles, to: &writer)
            frames.append(writer.bytes)
        }
        var offset: UInt64 = 0
        return {
            offset += 1
            let context = FoldContext(
                offset: offset,
                time: PageViews.start.adding(.seconds(Int64(offset))),
                model: history.models.last
            )
            frames[Int(offset)].withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                guard let frame = try? RecordFrame.read(from: &reader) else { return }
                let payload = UnsafeRawBufferPointer(rebasing: bytes[frame.payload])
                try? store.withSlot(frame.slot) { (state) throws(DecodingFailure) in
                    try state.fold(.event, payload: payload, context, publishing: nil, into: &sink)
                }
            }
            sink.clear()
        }
    }
}

/// What is counted. A function of its own under a name that `--toggle-collect` can be told.
@inline(never)
@_silgen_name("vendange_measured")
private func measured(_ body: () -> Void) { body() }
