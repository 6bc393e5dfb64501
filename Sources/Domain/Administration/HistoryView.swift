/// A row of a contact's timeline: all happenings of one page (or act) in one visit.
package struct TimelineView: Equatable, Sendable, Encodable {
    package var visit: UInt32
    /// The name of an ``EventKind``.
    package var kind: String
    package var url: String
    package var title: String
    /// The name of a custom event, form or file.
    package var name: String
    package var referrer: String
    package var campaign: String
    /// The name of the message or the title of the quote; nil for neither.
    package var objectName: String?
    package var firstDate: String
    package var lastDate: String
    package var count: UInt32
    package var engagedSeconds: Double
    package var scrollPercent: UInt8
    /// The name of a ``Verdict``.
    package var verdict: String
    /// The name of a ``LinkTrust``.
    package var trust: String
    /// Whether it was remembered from before the contact was known.
    package var isFromBefore: Bool

    /// A view of a row: `entry` with the row's sums, its last time as `date`.
    package init(_ entry: TimelineEntry, firstDate: Timestamp, objectName: String) {
        self.visit = entry.visit
        self.kind = entry.kind.name
        self.url = entry.url
        self.title = entry.title
        self.name = entry.name
        self.referrer = entry.referrer
        self.campaign = entry.campaign
        self.objectName = objectName.isEmpty ? nil : objectName
        self.firstDate = firstDate.rfc3339
        self.lastDate = entry.date.rfc3339
        self.count = entry.count
        self.engagedSeconds = Double(entry.engagedMilliseconds) / 1_000
        self.scrollPercent = entry.scrollPercent
        self.verdict = entry.verdict.name
        self.trust = entry.trust.name
        self.isFromBefore = entry.isFromBefore
    }
}

/// A line of a contact's ledger.
package struct LedgerView: Equatable, Sendable, Encodable {
    /// `<offset>-<ordinal>`: unique within the contact.
    package var id: String
    package var date: String
    /// What brought it about: page, rule, before_identification, confirmation, manual or reversal.
    package var origin: String
    /// The rule's name, the page pattern, the reason of a manual entry.
    package var rule: String
    package var modelVersion: UInt32
    package var group: String
    /// Nil for none.
    package var topic: String?
    /// What the rule gives.
    package var points: Double
    /// What it counted when it was granted.
    package var granted: Double
    /// What the group's maximum kept back.
    package var capped: Double
    /// What is left of it now; nil where no moment is given. 0 for an entry that does not count.
    package var worth: Double?
    /// settled, provisional or dropped.
    package var state: String
    /// When it is settled, if provisional.
    package var heldUntil: String?
    /// Why it was dropped or taken back.
    package var reason: String?
    /// The entry that took it back.
    package var reversedBy: String?
    /// The entry it takes back or completes.
    package var refersTo: String?
    /// Further matches over the limit.
    package var repeats: UInt32
    package var verdict: String
    package var trust: String
    package var url: String?
    package var title: String?
    package var objectName: String?
    /// Who gave it, for manual entries.
    package var author: String?

    /// A view of an entry; what became of it is set as far as it applies.
    package init(_ entry: LedgerEntry, origin: String, state: String) {
        self.id = Self.text(of: entry.id)
        self.date = entry.date.rfc3339
        self.origin = origin
        self.rule = entry.rule
        self.modelVersion = entry.modelVersion
        self.group = entry.group
        self.topic = entry.topic.isEmpty ? nil : entry.topic
        self.points = entry.points
        self.granted = entry.granted
        self.capped = entry.capped
        self.worth = nil
        self.state = state
        self.heldUntil = entry.state == .provisional ? entry.heldUntil.rfc3339IfAny : nil
        self.refersTo = entry.refersTo.map(Self.text(of:))
        self.repeats = 0
        self.verdict = entry.verdict.name
        self.trust = entry.trust.name
        self.author = entry.author.isEmpty ? nil : entry.author
    }

    /// The text of an entry's name.
    package static func text(of id: EntryID) -> String { "\(id.offset)-\(id.ordinal)" }
}
