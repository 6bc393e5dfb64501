import Catalog
import Domain
import EventLog
import ScoreStore

/// Notes in which minutes something came from which site, by a look at the end of the log: all of it on a quiet
/// service, a sample of what came last on a busy one. Either way a site that says nothing is not among it.
actor SiteActivityLog {
    private let log: SegmentLog
    private var cursor: UInt64
    private var activity: [SiteID: SiteActivity]?

    /// Records looked at in one run at most.
    private static let sampleRecords: UInt64 = 10_000
    private static let batchBytes = 1 << 20
    /// Stands for the service itself in the catalog.
    private static let service = SiteID(0)

    init(log: SegmentLog) {
        self.log = log
        self.cursor = log.end
    }

    /// Takes in what came since the last run; returns those of `sites` that are silent where they never were.
    func silent(of sites: [Site], in catalog: CatalogDatabase, at now: Timestamp) async throws -> [Site] {
        var activity: [SiteID: SiteActivity]
        if let known = self.activity { activity = known } else { activity = try await catalog.siteActivity() }
        for site in self.heard() + [Self.service] { activity[site, default: SiteActivity()].note(now) }
        let changed = activity.filter { $0.value != self.activity?[$0.key] }
        if !changed.isEmpty { try await catalog.keepActivity(changed, hour: SiteActivity.place(of: now).hour) }
        self.activity = activity
        let service = activity[Self.service] ?? SiteActivity()
        return sites.filter { site in
            site.mode != .none && (activity[site.id] ?? SiteActivity()).isSilent(at: now, service: service)
        }
    }

    private func heard() -> [SiteID] {
        let end = self.log.end
        if end - self.cursor > Self.sampleRecords { self.cursor = end - Self.sampleRecords }
        var sites: Set<SiteID> = []
        if let blocks = try? self.log.read(from: self.cursor, maximumBytes: Self.batchBytes) {
            for block in blocks {
                LogFrames.forEach(in: block, from: self.cursor) { frame, _, payload in
                    guard frame.kind == .event, let event = try? EventRecord(decoding: payload) else { return }
                    // Robots come to a page without a snippet as well.
                    if event.filter == .none { sites.insert(event.site) }
                }
            }
        }
        self.cursor = end
        return sites.sorted()
    }
}
