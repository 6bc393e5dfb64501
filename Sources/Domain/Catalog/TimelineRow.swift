/// A timeline row as the catalog holds it: all happenings of one page (or act) in one visit.
package struct TimelineRow: Equatable, Sendable {
    /// Its number.
    package var id: Int64
    /// What happened, summed up: `date` is the last time, `count`, engagement and scroll depth are the row's. Address
    /// and title are those of the page's own row where the entry had none.
    package var entry: TimelineEntry
    /// The first time.
    package var firstDate: Timestamp
    /// The name of the message or the title of the quote; empty for neither.
    package var objectName: String

    /// A row.
    package init(id: Int64, entry: TimelineEntry, firstDate: Timestamp, objectName: String) {
        self.id = id
        self.entry = entry
        self.firstDate = firstDate
        self.objectName = objectName
    }
}

/// Where a page of the timeline goes on: behind a row, newest first.
package struct TimelineCursor: Equatable, Sendable {
    /// The row's last time.
    package var date: Timestamp
    /// Its number.
    package var id: Int64

    /// A cursor.
    package init(date: Timestamp, id: Int64) {
        self.date = date
        self.id = id
    }
}

/// Views of a page on a day, of nobody in particular.
package struct AudienceRow: Equatable, Sendable {
    /// The site.
    package var site: SiteID
    /// The page.
    package var page: PageKey
    /// Its address; empty if it was never named.
    package var url: String
    /// Days since 1970-01-01, in UTC.
    package var day: Int32
    /// The views.
    package var views: UInt64

    /// A row.
    package init(site: SiteID, page: PageKey, url: String, day: Int32, views: UInt64) {
        self.site = site
        self.page = page
        self.url = url
        self.day = day
        self.views = views
    }
}
