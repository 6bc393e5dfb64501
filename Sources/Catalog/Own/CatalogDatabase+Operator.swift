package import Domain
internal import GRDB

extension CatalogDatabase {
    /// The conditions that stand, as they were last kept.
    package func operatorWatch() async throws -> OperatorWatch {
        try await self.connections.read { database in
            var standings: [OperatorCondition: OperatorWatch.Standing] = [:]
            for row in try database.rows("SELECT * FROM operator_conditions") {
                guard let condition = OperatorCondition(name: row["name"], subject: row["subject"]) else { continue }
                let over: Int64? = row["over_since"]
                standings[condition] = OperatorWatch.Standing(
                    since: row.time("since"),
                    overSince: over.map(Timestamp.init(microseconds:)),
                    isTold: row["is_told"],
                    detail: row["detail"]
                )
            }
            return OperatorWatch(standings)
        }
    }

    /// Keeps what stands and what the operator is told of it, in one transaction: a notice for each destination that
    /// wants to hear it. `stream` makes the notices' keys this service's own.
    package func keep(
        _ watch: OperatorWatch,
        telling notices: [OperatorNotice],
        _ settings: EffectWriter.Settings,
        stream: StreamID
    ) async throws {
        try await self.connections.write { database in
            try database.run("DELETE FROM operator_conditions")
            for (condition, standing) in watch.standings {
                try database.run(
                    """
                    INSERT INTO operator_conditions (name, subject, since, over_since, is_told, detail)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                    [
                        condition.name, condition.subject, standing.since.microseconds,
                        standing.overSince?.microseconds, standing.isTold, standing.detail,
                    ]
                )
            }
            for notice in notices { try database.tell(notice, settings, stream: stream) }
        }
    }

    /// In which minutes something came from each site; under number 0, in which the service ran.
    package func siteActivity() async throws -> [SiteID: SiteActivity] {
        try await self.connections.read { database in
            var hours: [SiteID: [Int64: UInt64]] = [:]
            for row in try database.rows("SELECT site, hour, minutes FROM site_activity") {
                hours[SiteID(row.number("site")), default: [:]][row["hour"]] = row.bits("minutes")
            }
            return hours.mapValues { SiteActivity($0) }
        }
    }

    /// Keeps the activity in one hour, and forgets what is too old to be compared with.
    package func keepActivity(_ activity: [SiteID: SiteActivity], hour: Int64) async throws {
        try await self.connections.write { database in
            for (site, activity) in activity {
                guard let minutes = activity.hours[hour] else { continue }
                try database.run(
                    "INSERT OR REPLACE INTO site_activity (site, hour, minutes) VALUES (?, ?, ?)",
                    [Int64(site.rawValue), hour, minutes.stored]
                )
            }
            try database.run("DELETE FROM site_activity WHERE hour < ?", [hour - SiteActivity.keptHours])
        }
    }
}

extension Database {
    /// A notice is decided by no record of the log: it is keyed by what it says and since when.
    fileprivate func tell(_ notice: OperatorNotice, _ settings: EffectWriter.Settings, stream: StreamID) throws {
        let kind = NotificationKind.operatorNotice
        let state = notice.isOver ? "over" : "begun"
        let subject = notice.condition.subject.isEmpty ? "" : "-" + notice.condition.subject
        let key = "\(stream)-notice-\(notice.since.microseconds)-\(notice.condition.name)\(subject)-\(state)"
        var content = NotificationBody.Content()
        content.detail = notice.detail
        content.notice = NotificationBody.Notice(
            condition: notice.condition.name,
            subject: notice.condition.subject.isEmpty ? nil : notice.condition.subject,
            state: state,
            since: notice.since.text
        )
        let body = try NotificationBody(
            id: key,
            source: settings.source,
            type: kind.name,
            subject: nil,
            time: notice.time.text,
            data: content
        ).json()
        for destination in settings.destinations where destination.notifications.contains(kind) {
            try self.run(
                """
                INSERT INTO deliveries (destination, key, kind, contact, log_offset, body, created, due, state)
                VALUES (?, ?, ?, NULL, coalesce((SELECT log_offset FROM applied), 0), ?, ?, 0, 'pending')
                ON CONFLICT (destination, key) DO NOTHING
                """,
                [destination.name, key, kind.name, body, notice.time.microseconds]
            )
        }
    }
}
