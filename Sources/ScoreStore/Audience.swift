package import Domain

/// Page views per site, page and day (UTC) that wait to be added up in the catalog: no person in them.
///
/// Each slot counts what it folds; the catalog adds the slots. Handed over a minute after the first, or when full.
package struct Audience: Equatable, Sendable {
    private struct Counter: Equatable {
        var page: PageKey
        var site: SiteID
        var day: Int32
        var views: UInt32

        var order: (SiteID, PageKey, Int32) { (self.site, self.page, self.day) }
    }

    /// In order of site, page and day. So few are found faster by looking at all than by hashing.
    private var counters: [Counter] = []
    /// When the counts are handed over; `.never` if there are none.
    package private(set) var due = Timestamp.never

    /// How long a count may wait.
    static let patience = TimeSpan.seconds(60)

    /// No counts.
    package init() {}

    /// Counts a view. Returns whether the counters are full and must be handed over.
    mutating func count(site: SiteID, page: PageKey, at time: Timestamp) -> Bool {
        let day = Int32(truncatingIfNeeded: time.seconds / 86_400)
        if self.counters.isEmpty { self.due = time.adding(Self.patience) }
        for index in self.counters.indices where self.counters[index].page.rawValue == page.rawValue {
            guard self.counters[index].site == site, self.counters[index].day == day else { continue }
            self.counters[index].views += 1
            return false
        }
        self.insert(Counter(page: page, site: site, day: day, views: 1))
        return self.counters.count >= Limits.audienceCountersPerSlot
    }

    /// Has brought into the caches how many counters there are.
    func prefetchHead() { bringHeadNearer(of: self.counters) }

    /// Has the counters brought into the caches.
    func prefetch() { self.counters.withUnsafeBytes { bringNearer($0.baseAddress, count: $0.count) } }

    private mutating func insert(_ counter: Counter) {
        let place = self.counters.firstIndex { $0.order > counter.order } ?? self.counters.count
        self.counters.insert(counter, at: place)
    }

    /// Hands all counts over, in order of site, page and day.
    mutating func drain() -> [EffectBody] {
        let bodies = self.counters.map { counter in
            EffectBody.audience(site: counter.site, page: counter.page, day: counter.day, views: counter.views)
        }
        self.counters.removeAll(keepingCapacity: true)
        self.due = .never
        return bodies
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(self.due.microseconds)
        writer.writeVarint(UInt64(self.counters.count))
        for counter in self.counters {
            writer.write(counter.site.rawValue)
            writer.write(counter.page.rawValue)
            writer.write(UInt32(bitPattern: counter.day))
            writer.write(counter.views)
        }
    }

    init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.due = Timestamp(microseconds: try reader.readWord())
        for _ in 0..<(try reader.readVarint()) {
            let site = SiteID(try reader.readWord())
            let page = PageKey(try reader.readWord())
            let day = Int32(bitPattern: try reader.readWord())
            self.insert(Counter(page: page, site: site, day: day, views: try reader.readWord()))
        }
    }
}
