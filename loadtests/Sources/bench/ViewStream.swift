import Domain
import Measuring

/// What a store of scores keeps of a page view, read from records as the fold reads them.
struct StoredView {
    /// Half a balance is gone after so many seconds.
    static let halfLifeSeconds = 30.0 * 86_400
    /// What a balance is at most.
    static let largestBalance = 1_000.0

    var visitor: VisitorID
    var path: String
    var points: Double
    /// Seconds since 1970.
    var time: Double

    /// A balance after this view.
    func balance(after old: (value: Double, time: Double)?) -> Double {
        guard let old else { return self.points }
        let halfLives = (self.time - old.time) / Self.halfLifeSeconds
        return min(Self.largestBalance, old.value / Exp2.power(halfLives) + self.points)
    }
}

/// A log of page views, a second for every thousand, read batch by batch.
struct ViewStream {
    private static let blockRecords = 1_000

    private var views: PageViews
    private var frames = ByteWriter()
    private var time = PageViews.start

    init(_ views: PageViews) { self.views = views }

    /// Writes records of the next views: what their reading costs is no part of it.
    mutating func prepare(_ count: Int) -> [[UInt8]] {
        (0..<(count / Self.blockRecords)).map { _ in
            self.frames.bytes.removeAll(keepingCapacity: true)
            for _ in 0..<Self.blockRecords { self.views.append(to: &self.frames) }
            return self.frames.bytes
        }
    }

    /// Reads a block that was prepared; blocks are read in their order.
    mutating func read(_ block: [UInt8]) throws -> [StoredView] {
        self.time = self.time.adding(.seconds(1))
        let time = Double(self.time.seconds)
        var read: [StoredView] = []
        read.reserveCapacity(Self.blockRecords)
        try block.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            while reader.remaining > 0 {
                let frame = try RecordFrame.read(from: &reader)
                let payload = UnsafeRawBufferPointer(rebasing: bytes[frame.payload])
                let record = try EventRecord(decoding: payload)
                guard let visitor = record.visitor else { continue }
                let path = String(decoding: payload[record.path.bounds], as: UTF8.self)
                read.append(StoredView(visitor: visitor, path: path, points: Self.points(path), time: time))
            }
        }
        return read
    }

    /// The rules of the model the fold has (``FoldRun/model(rules:)``), without limits and topics.
    private static func points(_ path: String) -> Double {
        switch path {
        case "/tarifs": 15
        case _ where path.hasPrefix("/maintenance/"): 5
        case _ where path.hasPrefix("/energie/"): 4
        case "/carrieres": -10
        default: 1
        }
    }
}
