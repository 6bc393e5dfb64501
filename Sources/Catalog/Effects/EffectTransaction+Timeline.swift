internal import Domain
internal import GRDB

extension EffectTransaction {
    // One confirmed act makes a row a person's; otherwise the latest finding holds. What is no further act (a count of
    // 0) says nothing of how the row's acts are tied to the contact.
    mutating func write(_ entry: TimelineEntry) throws {
        try self.ensure(entry.contact)
        try self.database.run(
            """
            INSERT INTO timeline (contact, visit, kind, page, name, message, link, quote, url, title, referrer,
                campaign, first_date, last_date, count, engaged_ms, max_scroll, verdict, trust, from_before, visitor)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
            ON CONFLICT (contact, visit, kind, page, name, message, link, quote, visitor) DO UPDATE SET
                url = coalesce(nullif(url, ''), excluded.url),
                title = coalesce(nullif(title, ''), excluded.title),
                referrer = coalesce(nullif(referrer, ''), excluded.referrer),
                campaign = coalesce(nullif(campaign, ''), excluded.campaign),
                first_date = min(first_date, excluded.first_date),
                last_date = max(last_date, excluded.last_date),
                count = count + excluded.count,
                engaged_ms = engaged_ms + excluded.engaged_ms,
                max_scroll = max(max_scroll, excluded.max_scroll),
                verdict = CASE WHEN verdict = 'confirmed' THEN verdict ELSE excluded.verdict END,
                trust = CASE WHEN excluded.count = 0 THEN trust ELSE excluded.trust END,
                from_before = min(from_before, excluded.from_before)
            """,
            [
                entry.contact.rawValue.stored, Int64(entry.visit), entry.kind.name, entry.page.rawValue.stored,
                entry.name, Int64(entry.message), Int64(entry.link), Int64(entry.quote), entry.url, entry.title,
                entry.referrer, entry.campaign, entry.date.microseconds, Int64(entry.count),
                Int64(entry.engagedMilliseconds), Int64(entry.scrollPercent), entry.verdict.name, entry.trust.name,
                entry.isFromBefore, entry.visitor?.stored ?? "",
            ]
        )
    }

    func write(page key: PageKey, url: String, title: String) throws {
        try self.database.run(
            """
            INSERT INTO pages (key, url, title) VALUES (?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET
                url = coalesce(nullif(excluded.url, ''), url),
                title = coalesce(nullif(excluded.title, ''), title)
            """,
            [key.rawValue.stored, url, title]
        )
    }

    func count(_ key: AudienceSums.Key, views: UInt64) throws {
        try self.database.run(
            """
            INSERT INTO audience (site, page, day, views) VALUES (?, ?, ?, ?)
            ON CONFLICT (site, page, day) DO UPDATE SET views = views + excluded.views
            """,
            [Int64(key.site.rawValue), key.page.rawValue.stored, Int64(key.day), Int64(views)]
        )
    }
}
