import Domain
import TestSupport

/// A log's worth of effects of every kind, drawn from a seed.
struct EffectSequence {
    private(set) var effects: [Effect] = []
    private var numbers: SeededRandom
    private var entries: [(EntryID, ContactID)] = []

    init(seed: UInt64, records: Int) {
        self.numbers = SeededRandom(seed: seed)
        var offset: UInt64 = 0
        for _ in 0..<records {
            offset += UInt64.random(in: 1...3, using: &self.numbers)
            for ordinal in 0..<UInt32.random(in: 1...4, using: &self.numbers) {
                let body = self.body(offset: offset, ordinal: UInt16(ordinal))
                let time = Timestamp(seconds: 1_000 + Int64(offset))
                self.effects.append(
                    Effect(offset: offset, slot: Slot(3), ordinal: ordinal, time: time, body: body)
                )
            }
        }
    }

    private mutating func pick(_ count: UInt64) -> UInt64 { UInt64.random(in: 0..<count, using: &self.numbers) }

    private mutating func body(offset: UInt64, ordinal: UInt16) -> EffectBody {
        let contact = ContactID(self.pick(4) + 1)
        let (id, owner) = self.entries.randomElement(using: &self.numbers) ?? (EntryID(offset: 0, ordinal: 0), contact)
        switch self.pick(20) {
        case 0: return .contact(self.record(of: contact))
        case 1: return self.pick(4) == 0 ? .contactErased(contact) : .lastOpenDay(contact, day: Int32(self.pick(9)))
        case 2: return .alias(ContactID(self.pick(3) + 100), of: contact)
        case 3: return .page(PageKey(self.pick(3) + 1), url: "a.example/\(self.pick(3))", title: "T\(self.pick(2))")
        case 4, 5, 6, 7:
            var made = entry(offset, ordinal, of: contact, granted: Double(self.pick(20)))
            made.state = self.pick(3) == 0 ? .provisional : .settled
            made.verdict = self.pick(2) == 0 ? .likely : .confirmed
            made.page = PageKey(self.pick(4))
            self.entries.append((made.id, contact))
            return .entry(made)
        case 8: return .entrySettled(id, contact: owner, granted: Double(self.pick(9)), capped: Double(self.pick(3)))
        case 9:
            return self.pick(2) == 0
                ? .entryDropped(id, contact: owner, reason: .scannerBurst) : .entryConfirmed(id, contact: owner)
        case 10:
            let by = EntryID(offset: offset, ordinal: ordinal)
            return .entryReversed(id, contact: owner, by: by, reason: .machine)
        case 11: return .entryRepeated(id, contact: owner)
        case 12, 13:
            var row = TimelineEntry(
                contact: contact,
                visit: UInt32(self.pick(2)),
                kind: self.pick(2) == 0 ? .pageView : .emailClick,
                page: PageKey(self.pick(2)),
                date: Timestamp(seconds: Int64(offset))
            )
            row.verdict = Verdict.allCases[Int(self.pick(3))]
            row.visitor = self.pick(2) == 0 ? nil : VisitorID(high: 1, low: self.pick(5))
            return .timeline(row)
        case 14, 15: return .standing(standing(of: contact, score: Double(self.pick(90))))
        case 16: return .linked(VisitorID(high: 1, low: self.pick(5)), contact: contact, trust: .token)
        case 17:
            let reason: ReversalReason = self.pick(2) == 0 ? .erased : .wrongLink
            return .unlinked(VisitorID(high: 1, low: self.pick(5)), contact: contact, reason: reason)
        case 18: return .audience(site: SiteID(1), page: PageKey(self.pick(2)), day: 1, views: 2)
        default:
            let kind = NotificationKind.allCases[Int(self.pick(9))]
            let isDigest = kind == .alert && self.pick(2) == 0
            return .notification(LeadNotification(kind: kind, contact: contact, detail: "good", isDigest: isDigest))
        }
    }

    private mutating func record(of contact: ContactID) -> ContactRecord {
        var record = ContactRecord(contact: contact)
        record.keys = [ExternalKey(.email, "p\(self.pick(3))@a.example")]
        record.email = record.keys[0].value
        record.lastName = "N\(self.pick(3))"
        if self.pick(2) == 0 { record.account = .init(id: self.pick(2), key: "domain:a.example", name: "A") }
        if self.pick(2) == 0 { record.owner = .init(key: "o\(self.pick(2))") }
        record.fields = [.init(name: "f", value: "\(self.pick(5))")]
        return record
    }
}
