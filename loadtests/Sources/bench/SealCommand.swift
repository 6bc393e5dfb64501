import ArgumentParser
import Domain
import EventLog
import Measuring

/// What sealed segments cost and save: zlib at some of its levels beside a table of texts per segment, over the same
/// records.
struct SealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Compresses a log's records as sealed segments hold them, and in other ways."
    )

    @Option(help: "A log to read, of a stopped service. Else page views are made up.")
    var log: String?
    @Option(help: "How many page views are made up.")
    var events = 400_000
    @Option(help: "Bytes compressed together.")
    var chunk = Limits.chunkBytes

    func run() throws {
        let (frames, records) = try self.log.map(Self.read) ?? self.madeUp()
        let pieces = self.split(frames)
        report("mix", ["records": Double(records), "bytes_per_record": Double(frames.count) / Double(records)])
        for level in [1, 3, 6, 9] as [Int32] {
            try Self.measure("zlib-\(level)", pieces, records) { Compression.compress($0, level: level) }
        }
        // A table lives as long as a segment, which is what is measured here, or less.
        var table = TextTable()
        let tabled = try Self.measure("texts", pieces, records) { table.replace(in: $0) }
        let size = Double(tabled + table.bytes) / Double(records)
        report("texts with their table", ["bytes_per_record": size, "texts": Double(table.count)])
    }

    @discardableResult
    private static func measure(
        _ name: String,
        _ pieces: [[UInt8]],
        _ records: Int,
        _ compress: ([UInt8]) -> [UInt8]?
    ) throws -> Int {
        let start = Stopwatch.thread()
        let results = try pieces.map { piece in
            guard let result = compress(piece) else { throw ValidationError("\(name) found no memory") }
            return result
        }
        let spent = Stopwatch.thread() - start
        let total = results.reduce(0) { $0 + $1.count }
        let again = Stopwatch.thread()
        if name.hasPrefix("zlib") {
            for (piece, result) in zip(pieces, results) {
                let isSame = result.withUnsafeBytes { Compression.expand($0, to: piece.count) } == piece
                guard isSame else { throw ValidationError("\(name) does not expand") }
            }
        }
        let count = Double(records)
        report(
            name,
            [
                "bytes_per_record": Double(total) / count, "nanoseconds_per_record": spent / count * 1e9,
                "expanding_nanoseconds_per_record": (Stopwatch.thread() - again) / count * 1e9,
            ]
        )
        return total
    }

    private static func read(_ directory: String) throws -> (frames: [UInt8], records: Int) {
        let log = try FrozenLog(try PosixStorage(directory, createsDirectory: false))
        var frames: [UInt8] = []
        var offset = log.start
        while offset < log.end {
            for block in try log.read(from: offset, maximumBytes: 1 << 20) {
                frames += block.frames
                offset = block.endOffset
            }
        }
        return (frames, Int(log.end - log.start))
    }

    private func madeUp() -> (frames: [UInt8], records: Int) {
        var views = PageViews(profiles: 50_000, spread: .zipf, key: FoldRun.key)
        var writer = ByteWriter()
        for _ in 0..<self.events { views.append(to: &writer) }
        return (writer.bytes, self.events)
    }

    /// Pieces of whole records of about the size of a chunk.
    private func split(_ frames: [UInt8]) -> [[UInt8]] {
        frames.withUnsafeBytes { bytes in
            var pieces: [[UInt8]] = []
            var start = 0
            var end = 0
            var walk = BlockFrames(bytes)
            while let range = walk.next() {
                end = range.upperBound
                guard end - start >= self.chunk else { continue }
                pieces.append(Array(bytes[start..<end]))
                start = end
            }
            if end > start { pieces.append(Array(bytes[start..<end])) }
            return pieces
        }
    }
}

/// Each text once, and its number wherever it stands in an event: what zlib is compared with.
private struct TextTable {
    private var numbers: [[UInt8]: UInt64] = [:]
    /// Bytes that the texts would take in the file.
    private(set) var bytes = 0

    var count: Int { self.numbers.count }

    mutating func replace(in frames: [UInt8]) -> [UInt8] {
        var result = ByteWriter()
        frames.withUnsafeBytes { bytes in
            var walk = BlockFrames(bytes)
            while let range = walk.next() {
                let frame = UnsafeRawBufferPointer(rebasing: bytes[range])
                guard frame[4] == RecordKind.event.rawValue, self.replace(in: frame, to: &result) else {
                    result.bytes.append(contentsOf: frame)
                    continue
                }
            }
        }
        return result.bytes
    }

    private mutating func replace(in frame: UnsafeRawBufferPointer, to result: inout ByteWriter) -> Bool {
        let payload = UnsafeRawBufferPointer(rebasing: frame[RecordFrame.plainHeaderBytes...])
        guard let event = try? EventRecord(decoding: payload) else { return false }
        let texts = [
            event.url, event.title, event.referrer, event.campaignSource, event.campaignMedium, event.campaignName,
            event.name, event.target, event.fields, event.campaignContent, event.campaignTerm, event.clickIDName,
        ]
        // One byte says how long the frame is, if it is short; four did. Numbers stand where lengths stood.
        result.bytes.append(contentsOf: frame[3..<RecordFrame.plainHeaderBytes])
        var end = 0
        for text in texts.filter({ !$0.isEmpty }).map(\.bounds).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            result.bytes.append(contentsOf: payload[end..<(text.lowerBound - (text.count < 128 ? 1 : 2))])
            result.writeVarint(self.number(of: Array(payload[text])))
            end = text.upperBound
        }
        result.bytes.append(contentsOf: payload[end...])
        return true
    }

    private mutating func number(of text: [UInt8]) -> UInt64 {
        if let number = self.numbers[text] { return number }
        let number = UInt64(self.numbers.count)
        self.numbers[text] = number
        self.bytes += text.count + (text.count < 128 ? 1 : 2)
        return number
    }
}
