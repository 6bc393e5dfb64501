/// Something the fold wants the catalog to hold. Written in log order, in one transaction with the position reached;
/// dropped when its offset is at or below what was applied before.
package struct Effect: Equatable, Sendable {
    /// The record it follows from.
    package var offset: UInt64
    /// The slot that folded it.
    package var slot: Slot
    /// Its number among the effects of that record in that slot.
    package var ordinal: UInt32
    /// When it holds from: the record's time, or the due time of what was noticed with it.
    package var time: Timestamp
    /// What it is.
    package var body: EffectBody

    /// An effect.
    package init(offset: UInt64, slot: Slot, ordinal: UInt32, time: Timestamp, body: EffectBody) {
        self.offset = offset
        self.slot = slot
        self.ordinal = ordinal
        self.time = time
        self.body = body
    }
}

/// The kinds of effect.
package enum EffectBody: Equatable, Sendable {
    /// A contact is (now) known as this.
    case contact(ContactRecord)
    /// What may be recorded of a contact from now on; the rest of what is known stays.
    case consents(ContactID, ContactConsents)
    /// A contact is gone: all their rows go.
    case contactErased(ContactID)
    /// A second key of a contact.
    case alias(ContactID, of: ContactID)
    /// A page's address and title.
    case page(PageKey, url: String, title: String)
    /// A new ledger entry.
    case entry(LedgerEntry)
    /// A provisional entry was settled, with what was granted then.
    case entrySettled(EntryID, contact: ContactID, granted: Double, capped: Double)
    /// A person is now known to stand behind what an entry rewards. What it counts stays as it is.
    case entryConfirmed(EntryID, contact: ContactID)
    /// A provisional entry was dropped; it never counted.
    case entryDropped(EntryID, contact: ContactID, reason: ReversalReason)
    /// A settled entry was taken back by the entry `by`.
    case entryReversed(EntryID, contact: ContactID, by: EntryID, reason: ReversalReason)
    /// One more match than the limit allows, counted on the window's last granted entry.
    case entryRepeated(EntryID, contact: ContactID)
    /// A timeline row: new, or more of the same page and visit.
    case timeline(TimelineEntry)
    /// Where the contact stands after this record.
    case standing(ContactStanding)
    /// A visitor was tied to a contact.
    case linked(VisitorID, contact: ContactID, trust: LinkTrust)
    /// A visitor was untied, and why: what they did is the contact's no more.
    case unlinked(VisitorID, contact: ContactID, reason: ReversalReason)
    /// Something to hand to the destinations.
    case notification(LeadNotification)
    /// Audience figures of a page and day without any person in them.
    case audience(site: SiteID, page: PageKey, day: Int32, views: UInt32)
    /// The day of a contact's last open, nothing else (deliverability).
    case lastOpenDay(ContactID, day: Int32)

    /// Whether it must reach the catalog at once: somebody is told of it.
    package var isUrgent: Bool { if case .notification = self { true } else { false } }
}

/// An entry's name within its contact: the record and the entry's number in it.
package struct EntryID: Hashable, Comparable, Sendable {
    /// The record's offset.
    package var offset: UInt64
    /// Its number among the contact's entries of that record.
    package var ordinal: UInt16

    /// An entry id.
    package init(offset: UInt64, ordinal: UInt16) {
        self.offset = offset
        self.ordinal = ordinal
    }

    package static func < (left: EntryID, right: EntryID) -> Bool {
        (left.offset, left.ordinal) < (right.offset, right.ordinal)
    }
}

/// A line of a contact's ledger. The score is the plain sum of `granted · 2^−(D(now) − decay)` over the settled ones.
package struct LedgerEntry: Equatable, Sendable {
    /// Where an entry stands.
    package enum State: UInt8, Sendable {
        /// Counts.
        case settled = 1
        /// Held; counts nothing until it is settled.
        case provisional = 2
    }

    /// What brought it about.
    package enum Origin: UInt8, Sendable {
        /// A page rule.
        case page = 1
        /// A rule.
        case rule = 2
        /// The balance a visitor had before they were known.
        case beforeIdentification = 3
        /// The rest of an unconfirmed click that was confirmed later.
        case confirmation = 4
        /// A person gave it.
        case manual = 5
        /// Takes another entry back.
        case reversal = 6
    }

    /// Its name.
    package var id: EntryID
    /// Whose.
    package var contact: ContactID
    /// What brought it about.
    package var origin: Origin
    /// The rule's name, the page pattern, the reason of a manual entry.
    package var rule: String
    /// The model that granted it.
    package var modelVersion: UInt32
    /// Its group's name.
    package var group: String
    /// Its topic's name; empty for none.
    package var topic: String
    /// What the rule gives.
    package var points: Double
    /// What it counts: `points` less what was capped, less what nobody confirmed. 0 while provisional.
    package var granted: Double
    /// What the group's maximum kept back.
    package var capped: Double
    /// D of its group at its date.
    package var decay: Double
    /// When what it rewards happened.
    package var date: Timestamp
    /// Where it stands.
    package var state: State
    /// When it is settled, if provisional.
    package var heldUntil: Timestamp
    /// What is known about who acted.
    package var verdict: Verdict
    /// How the act is tied to the contact.
    package var trust: LinkTrust
    /// The page, if any.
    package var page: PageKey
    /// The message, link and quote, if any (0: none).
    package var message: UInt32
    package var link: UInt32
    package var quote: UInt32
    /// The entry it takes back or completes, if any.
    package var refersTo: EntryID?
    /// Who gave it, for manual entries.
    package var author: String
    /// The tied visitor it came by, if any.
    package var through: VisitorID?

    /// An entry from its essential parts; the rest is set as far as it applies.
    package init(
        id: EntryID,
        contact: ContactID,
        origin: Origin,
        rule: String,
        modelVersion: UInt32,
        group: String,
        points: Double,
        granted: Double,
        decay: Double,
        date: Timestamp
    ) {
        self.id = id
        self.contact = contact
        self.origin = origin
        self.rule = rule
        self.modelVersion = modelVersion
        self.group = group
        self.topic = ""
        self.points = points
        self.granted = granted
        self.capped = 0
        self.decay = decay
        self.date = date
        self.state = .settled
        self.heldUntil = .never
        self.verdict = .confirmed
        self.trust = .token
        self.page = .none
        self.message = 0
        self.link = 0
        self.quote = 0
        self.refersTo = nil
        self.author = ""
        self.through = nil
    }
}

/// Why points were taken back, or a provisional entry dropped.
package enum ReversalReason: UInt8, Sendable, CaseIterable {
    /// Several links of one message within seconds, or too many provisional entries.
    case scannerBurst = 1
    /// The act was found to be a machine's.
    case machine = 2
    /// The tie to the contact was wrong.
    case wrongLink = 3
    /// A manual entry's time is over.
    case expired = 4
    /// The person objects.
    case objected = 5
    /// The visitor it came by was erased.
    case erased = 6

    /// The tag in ledger and API.
    package var tag: String {
        switch self {
        case .scannerBurst: "scanner_burst"
        case .machine: "machine"
        case .wrongLink: "wrong_link"
        case .expired: "expired"
        case .objected: "objected"
        case .erased: "erased"
        }
    }
}

/// One row per page (or act) and visit, with a count.
package struct TimelineEntry: Equatable, Sendable {
    /// Whose.
    package var contact: ContactID
    /// The contact's visit, from 1; 0 for acts outside visits (mail, quotes).
    package var visit: UInt32
    /// What happened.
    package var kind: EventKind
    /// The page, if any.
    package var page: PageKey
    /// `host/path?query`; empty if the page's own row names it.
    package var url: String
    /// The page's title.
    package var title: String
    /// Name of a custom event, form or file.
    package var name: String
    /// Where the visitor came from.
    package var referrer: String
    /// utm_campaign.
    package var campaign: String
    /// Message, link, quote (0: none).
    package var message: UInt32
    package var link: UInt32
    package var quote: UInt32
    /// When it happened.
    package var date: Timestamp
    /// How often: added to the row's count.
    package var count: UInt32
    /// Visible milliseconds: added to the row's.
    package var engagedMilliseconds: UInt32
    /// Scroll depth: the row keeps the largest.
    package var scrollPercent: UInt8
    /// What is known about who acted.
    package var verdict: Verdict
    /// How it is tied to the contact.
    package var trust: LinkTrust
    /// Whether it was remembered from before the contact was known.
    package var isFromBefore: Bool
    /// The visitor it came by, if any: rows of different ones are never summed up.
    package var visitor: VisitorID?

    /// A row of one happening.
    package init(contact: ContactID, visit: UInt32, kind: EventKind, page: PageKey, date: Timestamp) {
        self.contact = contact
        self.visit = visit
        self.kind = kind
        self.page = page
        self.url = ""
        self.title = ""
        self.name = ""
        self.referrer = ""
        self.campaign = ""
        self.message = 0
        self.link = 0
        self.quote = 0
        self.date = date
        self.count = 1
        self.engagedMilliseconds = 0
        self.scrollPercent = 0
        self.verdict = .confirmed
        self.trust = .token
        self.isFromBefore = false
        self.visitor = nil
    }
}

/// Where a contact stands: overwrites the one before.
package struct ContactStanding: Equatable, Sendable {
    /// Whose.
    package var contact: ContactID
    /// Sum of all balances at ``asOf``.
    package var score: Double
    /// The part under claims.
    package var limited: Double
    /// When.
    package var asOf: Timestamp
    /// One balance per group and topic.
    package var balances: [NamedBalance]
    /// How ripe.
    package var stage: Stage
    /// Hot on unconfirmed points alone: waits for a human act.
    package var awaitsConfirmation: Bool
    /// How well the account fits.
    package var grade: Grade
    /// First and last sign of them.
    package var firstSeen: Timestamp
    package var lastSeen: Timestamp
    /// Counts since the first contact.
    package var visits: UInt32
    package var pageViews: UInt32
    package var clicks: UInt32
    package var quoteViews: UInt32
    /// When they were last handed over; `.never` if never.
    package var handedOver: Timestamp

    /// A standing.
    package init(contact: ContactID, asOf: Timestamp) {
        self.contact = contact
        self.score = 0
        self.limited = 0
        self.asOf = asOf
        self.balances = []
        self.stage = .cold
        self.awaitsConfirmation = false
        self.grade = .b
        self.firstSeen = .never
        self.lastSeen = .distantPast
        self.visits = 0
        self.pageViews = 0
        self.clicks = 0
        self.quoteViews = 0
        self.handedOver = .never
    }
}

/// A balance of one group and topic, at a point of the group's decay clock.
package struct NamedBalance: Equatable, Sendable {
    /// The group's name.
    package var group: String
    /// The topic's name; empty for none.
    package var topic: String
    /// Its value when the group's clock stood at ``decay``.
    package var value: Double
    /// The clock's reading.
    package var decay: Double

    /// A balance.
    package init(group: String, topic: String, value: Double, decay: Double) {
        self.group = group
        self.topic = topic
        self.value = value
        self.decay = decay
    }
}

/// What destinations may be told (design, section 8).
package enum NotificationKind: UInt8, Sendable, CaseIterable {
    case leadQualified = 1
    case leadWithdrawn = 2
    case leadCooled = 3
    case leadAnswered = 4
    case contactNurture = 5
    case contactObjected = 6
    case consentChanged = 7
    case alert = 8
    case operatorNotice = 9

    /// The name in bodies and configuration.
    package var name: String {
        switch self {
        case .leadQualified: "lead.qualified"
        case .leadWithdrawn: "lead.withdrawn"
        case .leadCooled: "lead.cooled"
        case .leadAnswered: "lead.answered"
        case .contactNurture: "contact.nurture"
        case .contactObjected: "contact.objected"
        case .consentChanged: "consent.changed"
        case .alert: "alert"
        case .operatorNotice: "operator.notice"
        }
    }

    /// The kind of a name.
    package init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }
}

/// A notification as the fold decides it; the catalog adds what people want to read and freezes the body.
package struct LeadNotification: Equatable, Sendable {
    /// What it says.
    package var kind: NotificationKind
    /// Whom it is about.
    package var contact: ContactID
    /// For alerts: the rule. For answers: the answer.
    package var detail: String
    /// For answers: who gave it; empty if nobody is named.
    package var author: String
    /// Whether it belongs into the daily digest.
    package var isDigest: Bool
    /// Whether it says nothing of the contact but the id: they are being erased.
    package var isAnonymous = false

    /// A notification.
    package init(
        kind: NotificationKind,
        contact: ContactID,
        detail: String = "",
        author: String = "",
        isDigest: Bool = false
    ) {
        self.kind = kind
        self.contact = contact
        self.detail = detail
        self.author = author
        self.isDigest = isDigest
    }
}
