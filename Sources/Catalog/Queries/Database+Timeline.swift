internal import Domain
internal import GRDB

extension Database {
    /// A contact's timeline, newest first, behind `after`.
    internal func timeline(of contact: ContactID, after: TimelineCursor?, limit: Int) throws -> [TimelineRow] {
        let start = after ?? TimelineCursor(date: .never, id: .max)
        return try self.rows(
            """
            SELECT t.*, coalesce(p.url, '') AS page_url, coalesce(p.title, '') AS page_title,
                coalesce(m.name, q.title, '') AS object_name
            FROM timeline t
            LEFT JOIN pages p ON p.key = t.page
            LEFT JOIN messages m ON m.id = t.message
            LEFT JOIN quotes q ON q.id = t.quote
            WHERE t.contact = ? AND (t.last_date, t.id) < (?, ?)
            ORDER BY t.last_date DESC, t.id DESC LIMIT ?
            """,
            [contact.rawValue.stored, start.date.microseconds, start.id, Int64(max(0, limit))]
        ).map(self.timelineRow(from:))
    }

    private func timelineRow(from row: Row) throws -> TimelineRow {
        var entry = TimelineEntry(
            contact: ContactID(row.bits("contact")),
            visit: row.number("visit"),
            kind: try row.value("kind", EventKind.init(name:)),
            page: PageKey(row.bits("page")),
            date: row.time("last_date")
        )
        let url: String = row["url"]
        let title: String = row["title"]
        entry.url = url.isEmpty ? row["page_url"] : url
        entry.title = title.isEmpty ? row["page_title"] : title
        entry.name = row["name"]
        entry.referrer = row["referrer"]
        entry.campaign = row["campaign"]
        entry.message = row.number("message")
        entry.link = row.number("link")
        entry.quote = row.number("quote")
        entry.count = row.number("count")
        entry.engagedMilliseconds = row.number("engaged_ms")
        entry.scrollPercent = UInt8(clamping: row["max_scroll"] as Int64)
        entry.verdict = try row.value("verdict", Verdict.init(named:))
        entry.trust = try row.value("trust", LinkTrust.init(named:))
        entry.isFromBefore = row["from_before"]
        return TimelineRow(
            id: row["id"],
            entry: entry,
            firstDate: row.time("first_date"),
            objectName: row["object_name"]
        )
    }
}
