package import Domain

/// Page views per site, page and day (UTC) that wait to be added up in the catalog: no person in them.
///
/// Each slot counts what it folds; the catalog adds the slots. Handed over a minute after the first, or when full.
package struct Audience: Equatable, Sendable {
    private struct Key: Hashable, Comparable {
        var site: SiteID
        var page: PageKey
        var day: Int32

        static func < (left: Key, right: Key) -> Bool {
            (left.site, left.page, left.day) < (right.site, right.page, right.day)
        }
    }

    private var views: [Key: UInt32] = [:]
    /// When the counts are handed over; `.never` if there are none.
    package private(set) var due = Timestamp.never

    /// How long a count may wait.
    static let patience = TimeSpan.seconds(60)

    /// No counts.
    package init() {}

    /// Counts a view. Returns whether the counters are full and must be handed over.
    mutating func count(site: SiteID, page: PageKey, at time: Timestamp) -> Bool {
        let day = Int32(truncatingIfNeeded: time.seconds / 86_400)
        if self.views.isEmpty { self.due = time.adding(Self.patience) }
        self.views[Key(site: site, page: page, day: day), default: 0] += 1
        return self.views.count >= Limits.audienceCountersPerSlot
    }

    /// Hands all counts over, in order of site, page and day.
    mutating func drain() -> [EffectBody] {
        let bodies = self.views.sorted { $0.key < $1.key }.map { key, count in
            EffectBody.audience(site: key.site, page: key.page, day: key.day, views: count)
        }
        self.views.removeAll(keepingCapacity: true)
        self.due = .never
        return bodies
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(self.due.microseconds)
        writer.writeVarint(UInt64(self.views.count))
        for (key, count) in self.views.sorted(by: { $0.key < $1.key }) {
            writer.write(key.site.rawValue)
            writer.write(key.page.rawValue)
            writer.write(UInt32(bitPattern: key.day))
            writer.write(count)
        }
    }

    init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.due = Timestamp(microseconds: try reader.readWord())
        for _ in 0..<(try reader.readVarint()) {
            let site = SiteID(try reader.readWord())
            let page = PageKey(try reader.readWord())
            let day = Int32(bitPattern: try reader.readWord())
            self.views[Key(site: site, page: page, day: day)] = try reader.readWord()
        }
    }
}
