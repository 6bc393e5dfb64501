internal import Domain
internal import Foundation
internal import GRDB

extension NotificationBody.Content {
    /// The newest entries a lead shows.
    private static let shownEntries = 50
    /// Keys of a contact a body carries.
    private static let shownKeys = 16

    /// What is known of the notification's contact now, in the notification's own transaction.
    init(_ notification: LeadNotification, in database: Database, consoleAddress: String) throws {
        self.detail = Self.orNil(notification.detail)
        self.author = Self.orNil(notification.author)
        guard notification.contact.rawValue != 0 else { return }
        // Of somebody who is being erased nothing is said that would have to be erased again, here and there.
        let id = notification.contact.rawValue.hexadecimal
        if !notification.isAnonymous { self.links = ["contact": consoleAddress + "/contacts/" + id] }
        guard !notification.isAnonymous, let row = try database.contactRow(notification.contact) else {
            self.contact = Self.contact(ContactRecord(contact: notification.contact))
            return
        }
        self.contact = Self.contact(row.record)
        self.account = row.record.account.map {
            .init(id: $0.id.hexadecimal, key: $0.key, name: Self.clipped($0.name), domain: $0.domain)
        }
        self.owner = row.record.owner.map { .init(key: $0.key, name: Self.clipped($0.name)) }
        self.score = Self.score(row.standing)
        self.stage = row.standing.stage.name
        guard notification.kind == .leadQualified else { return }
        self.grade = row.standing.grade.name
        self.awaitsConfirmation = row.standing.awaitsConfirmation
        self.counts = Self.counts(row.standing)
        let contact = row.record.contact
        let shares = try database.shares(of: contact, balances: row.standing.balances)
        self.shareClaimed = shares.claimed
        self.shareUnconfirmed = shares.unconfirmed
        self.entries = try database.reasons(of: contact, limit: Self.shownEntries).map(Self.entry)
        self.timeline = try database.timeline(of: contact, after: nil, limit: Limits.leadTimelineRows)
            .map(Self.timelineItem)
    }

    private static func contact(_ record: ContactRecord) -> NotificationBody.Contact {
        NotificationBody.Contact(
            id: record.contact.rawValue.hexadecimal,
            firstName: clipped(record.firstName),
            lastName: clipped(record.lastName),
            email: clipped(record.email),
            phone: clipped(record.phone),
            language: clipped(record.language),
            status: clipped(record.status),
            role: clipped(record.role),
            isClaimed: record.isClaimed,
            keys: record.keys.prefix(Self.shownKeys).map { .init(kind: $0.kind.name, value: clipped($0.value)) }
        )
    }

    private static func score(_ standing: ContactStanding) -> NotificationBody.Score {
        var groups: [String: Double] = [:]
        var topics: [String: Double] = [:]
        for balance in standing.balances {
            groups[balance.group, default: 0] += balance.value
            if !balance.topic.isEmpty { topics[balance.topic, default: 0] += balance.value }
        }
        return NotificationBody.Score(
            total: rounded(standing.score),
            asOf: standing.asOf.text,
            groups: groups.mapValues(rounded),
            topics: topics.mapValues(rounded)
        )
    }

    private static func counts(_ standing: ContactStanding) -> NotificationBody.Counts {
        NotificationBody.Counts(
            firstSeen: standing.firstSeen == .never ? nil : standing.firstSeen.text,
            lastSeen: standing.lastSeen == .distantPast ? nil : standing.lastSeen.text,
            visits: standing.visits,
            pageViews: standing.pageViews,
            clicks: standing.clicks,
            quoteViews: standing.quoteViews
        )
    }

    private static func entry(_ row: LedgerRow) -> NotificationBody.Entry {
        NotificationBody.Entry(
            date: row.entry.date.text,
            rule: row.entry.rule,
            origin: row.entry.origin.name,
            group: row.entry.group,
            topic: orNil(row.entry.topic),
            points: rounded(row.entry.points),
            granted: rounded(row.entry.granted),
            url: orNil(row.url),
            title: orNil(row.title),
            name: orNil(row.objectName),
            verdict: row.entry.verdict.name,
            trust: row.entry.trust.name
        )
    }

    private static func timelineItem(_ row: TimelineRow) -> NotificationBody.TimelineItem {
        NotificationBody.TimelineItem(
            date: row.entry.date.text,
            kind: row.entry.kind.name,
            url: orNil(row.entry.url),
            title: orNil(row.entry.title),
            name: orNil(row.entry.name.isEmpty ? row.objectName : row.entry.name),
            referrer: orNil(row.entry.referrer),
            campaign: orNil(row.entry.campaign),
            count: row.entry.count,
            engagedSeconds: row.entry.engagedMilliseconds / 1_000,
            scrollPercent: row.entry.scrollPercent,
            verdict: row.entry.verdict.name,
            isFromBefore: row.entry.isFromBefore
        )
    }

    private static func orNil(_ text: String) -> String? { text.isEmpty ? nil : text }

    // A contact's own texts come from outside; none may make the body too large to send.
    fileprivate static func clipped(_ text: String) -> String { String(text.prefix(Limits.titleBytes)) }

    // Four decimals: people read it, and the ledger holds the exact value.
    fileprivate static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}

extension NotificationBody.Alert {
    /// An alert about a contact as they stand now.
    init(_ row: ContactRow, rule: String, date: Timestamp, consoleAddress: String) {
        let record = row.record
        let id = record.contact.rawValue.hexadecimal
        self.rule = rule
        self.date = date.text
        self.contact = NotificationBody.AlertContact(
            id: id,
            firstName: NotificationBody.Content.clipped(record.firstName),
            lastName: NotificationBody.Content.clipped(record.lastName),
            email: NotificationBody.Content.clipped(record.email)
        )
        let account = record.account.map { $0.name.isEmpty ? $0.domain : $0.name }
        self.account = account.map(NotificationBody.Content.clipped)
        self.owner = record.owner.map { .init(key: $0.key, name: NotificationBody.Content.clipped($0.name)) }
        self.score = NotificationBody.Content.rounded(row.standing.score)
        self.stage = row.standing.stage.name
        self.grade = row.standing.grade.name
        self.link = consoleAddress + "/contacts/" + id
    }
}

extension Database {
    /// Which parts of a contact's score, 0…1, are under claims and which nobody confirmed: of its settled entries,
    /// each decayed to the reading that its group's balances carry.
    fileprivate func shares(
        of contact: ContactID,
        balances: [NamedBalance]
    ) throws -> (claimed: Double, unconfirmed: Double) {
        var clocks: [String: Double] = [:]
        for balance in balances { clocks[balance.group] = max(clocks[balance.group] ?? 0, balance.decay) }
        var total = 0.0
        var claimed = 0.0
        var unconfirmed = 0.0
        let cursor = try Row.fetchCursor(
            self.cachedStatement(
                sql: """
                    SELECT group_name, granted, decay, verdict, trust IN ('claim', 'forwarded') AS is_limited
                    FROM ledger WHERE contact = ? AND state = 'settled'
                    """
            ),
            arguments: [contact.rawValue.stored]
        )
        while let row = try cursor.next() {
            let decay: Double = row["decay"]
            let granted: Double = row["granted"]
            let value = granted * exp2(decay - (clocks[row["group_name"]] ?? decay))
            total += value
            if row["is_limited"] { claimed += value }
            if (row["verdict"] as String) == Verdict.likely.name { unconfirmed += value }
        }
        guard total > 0 else { return (0, 0) }
        return (min(1, max(0, claimed / total)), min(1, max(0, unconfirmed / total)))
    }
}
