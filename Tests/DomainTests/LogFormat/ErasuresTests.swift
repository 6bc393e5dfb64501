import Domain
import TestSupport
import Testing

/// Which records an erasure covers.
@Suite struct ErasuresTests {
    private static let map = SlotMap(key: SipKey(1, 2))
    private static let visitor = VisitorID(high: 7, low: 8)
    private static let other = VisitorID(high: 7, low: 9)
    private static let contact = ContactID(70)
    private static let stranger = ContactID(71)

    private static func frame(_ item: LogItem) -> [UInt8] {
        var writer = ByteWriter()
        RecordFrame.append(to: &writer, kind: item.kind, slot: item.slot(in: Self.map)) {
            $0.bytes.append(contentsOf: item.payload)
        }
        return writer.bytes
    }

    private static func derived(
        _ kind: RecordKind,
        from offset: UInt64,
        _ body: (inout ByteWriter) -> Void
    ) -> [UInt8] {
        var writer = ByteWriter()
        let cause = Cause(source: Slot(3), offset: offset, ordinal: 1)
        RecordFrame.append(to: &writer, kind: kind, slot: Slot(4), cause: cause, body)
        return writer.bytes
    }

    private static func event(_ kind: EventKind, _ visitor: VisitorID?, _ contact: ContactID?) -> LogItem {
        var record = EventRecord()
        record.kind = kind
        record.visitor = visitor
        record.contact = contact
        return .event(record, path: "/tarifs")
    }

    /// Erasures that a record at offset 100 tells of.
    private static func erasures(_ item: LogItem) -> Erasures {
        var erasures = Erasures()
        let notice = Self.frame(item)
        notice.withUnsafeBytes { erasures.note($0, at: 100) }
        return erasures
    }

    private static func replacement(_ erasures: Erasures, _ frame: [UInt8], at offset: UInt64) -> [UInt8]? {
        frame.withUnsafeBytes { erasures.replacement(for: $0, at: offset) }
    }

    private static func covers(_ erasures: Erasures, _ frame: [UInt8], at offset: UInt64) -> Bool {
        Self.replacement(erasures, frame, at: offset) != nil
    }

    /// A record, and whether it goes with the contact and with the visitor.
    private static let records: [(LogItem, contact: Bool, visitor: Bool)] = [
        (event(.pageView, visitor, nil), false, true),
        (event(.pageView, visitor, contact), false, true),
        (event(.pageView, other, contact), false, false),
        (event(.emailClick, nil, contact), true, false),
        (event(.emailClick, visitor, contact), true, false),
        (event(.emailClick, nil, stranger), false, false),
        (event(.pageView, nil, nil), false, false),
        (.contact(ContactRecord(contact: contact)), true, false),
        (.contact(ContactRecord(contact: stranger)), false, false),
        (.alias(ContactID(5), of: contact), true, false),
        (.alias(contact, of: contact), true, false),
        (.alias(ContactID(5), of: stranger), false, false),
        (.link(visitor, contact), false, true),
        (.link(other, contact), false, false),
        (.manual(ManualEntryRecord(contact: contact, points: 1, group: "web", reason: "r", author: "a")), true, false),
        (.answer(contact, .good), true, false),
        (.human(contact), true, false),
        (.withdrawal(WithdrawalRecord(contact: contact, withdrawn: [], objects: true)), true, false),
        (.tick, false, false), (.canary, false, false),
    ]

    @Test func `what came before the erasure goes, what came after stays`() {
        let contacts = Self.erasures(.erase(Self.contact))
        let visitors = Self.erasures(.erase(Self.visitor))
        for (item, isContacts, isVisitors) in Self.records {
            let frame = Self.frame(item)
            #expect(Self.covers(contacts, frame, at: 99) == isContacts, "\(item)")
            #expect(Self.covers(visitors, frame, at: 99) == isVisitors, "\(item)")
            #expect(!Self.covers(contacts, frame, at: 101) && !Self.covers(visitors, frame, at: 101))
            #expect(!Self.covers(Erasures(), frame, at: 0))
        }
    }

    @Test func `the record that says so goes too, and a later one of somebody else stays`() {
        for item in [LogItem.erase(Self.contact), .erase(Self.visitor)] {
            #expect(Self.covers(Self.erasures(item), Self.frame(item), at: 100))
            #expect(!Self.covers(Self.erasures(item), Self.frame(item), at: 101))
        }
        #expect(!Self.covers(Self.erasures(.erase(Self.contact)), Self.frame(.erase(Self.visitor)), at: 1))
        Self.frame(.erase(Self.contact)).withUnsafeBytes { #expect(Erasures.isNotice($0)) }
        Self.frame(.canary).withUnsafeBytes { #expect(!Erasures.isNotice($0)) }
    }

    @Test func `derived records are as old as their cause`() {
        let contacts = Self.erasures(.erase(Self.contact))
        let visitors = Self.erasures(.erase(Self.visitor))
        let makers: [(UInt64) -> [UInt8]] = [
            { offset in
                Self.derived(.touch, from: offset) {
                    let event = UnsafeRawBufferPointer(start: nil, count: 0)
                    TouchRecord.encode(
                        contact: Self.contact,
                        visitor: Self.visitor,
                        trust: .token,
                        event: event,
                        to: &$0
                    )
                }
            },
            { offset in
                Self.derived(.linked, from: offset) {
                    LinkedRecord(visitor: Self.visitor, contact: Self.contact, trust: .token, mark: .none)
                        .encode(to: &$0)
                }
            },
            { offset in
                Self.derived(.unlinked, from: offset) {
                    UnlinkedRecord(contact: Self.contact, visitor: Self.visitor, reason: .wrongLink).encode(to: &$0)
                }
            },
        ]
        for make in makers {
            for erasures in [contacts, visitors] {
                #expect(Self.covers(erasures, make(100), at: 5_000))
                #expect(!Self.covers(erasures, make(101), at: 5_000))
            }
        }
        let sighting = Self.derived(.sighting, from: 9) {
            SightingRecord(network: 1, contact: Self.contact, click: 2).encode(to: &$0)
        }
        let verdict = Self.derived(.verdict, from: 9) { VerdictRecord(contact: Self.contact, click: 2).encode(to: &$0) }
        for frame in [sighting, verdict] {
            #expect(Self.covers(contacts, frame, at: 10) && !Self.covers(visitors, frame, at: 10))
        }
        // Passed on under a second key, it follows from a record behind the erasure.
        let aftermath = Self.derived(.unlinked, from: 150) {
            UnlinkedRecord(contact: Self.stranger, visitor: Self.visitor, reason: .erased).encode(to: &$0)
        }
        #expect(Self.covers(visitors, aftermath, at: 160))
    }

    @Test func `a marker keeps slot and cause and nothing else`() throws {
        let plain = Self.frame(.erase(Self.contact))
        let derived = Self.derived(.sighting, from: 9) {
            SightingRecord(network: 1, contact: Self.contact, click: 2).encode(to: &$0)
        }
        for (frame, kind) in [(plain, RecordKind.erased), (derived, .erasedDerived)] {
            let marker = try #require(Self.replacement(Self.erasures(.erase(Self.contact)), frame, at: 100))
            let (before, after) = try (Self.read(frame), Self.read(marker))
            #expect(after.kind == kind && after.payload.isEmpty)
            #expect(after.slot == before.slot && after.cause == before.cause)
            #expect(marker.withUnsafeBytes { BlockFrames.cause(of: $0) } == before.cause)
            #expect(!Self.covers(Self.erasures(.erase(Self.contact)), marker, at: 1))
        }
    }

    @Test func `another browser's form forgets what it said of the person, and stays`() throws {
        let record = Self.form
        let form = Self.frame(.event(record, path: "/contact", name: "demo", campaign: "x", email: "marie@example.com"))
        let contacts = Self.erasures(.erase(Self.contact))
        #expect(!Self.covers(contacts, form, at: 101))
        #expect(!Self.covers(Self.erasures(.erase(Self.stranger)), form, at: 99))
        let left = try #require(Self.replacement(contacts, form, at: 99))
        let (before, after) = try (Self.read(form), Self.read(left))
        #expect(after.kind == .event && after.slot == before.slot && after.cause == nil)
        #expect(left == Self.frame(.event(record, path: "/contact", name: "demo", campaign: "x")))
        #expect(!Self.covers(contacts, left, at: 99), "once is enough")

        // What the browser's own contact learns of it, too.
        let payload = Array(form[before.payload])
        let touch = Self.touch(of: Self.stranger, from: 99, event: payload)
        let touched = try #require(Self.replacement(contacts, touch, at: 120))
        let (told, kept) = try (Self.read(touch), Self.read(touched))
        #expect(kept.kind == .touch && kept.slot == told.slot && kept.cause == told.cause)
        let expected = Array(touch[told.payload].prefix(26)) + Array(left[after.payload])
        #expect(Array(touched[kept.payload]) == expected)
        #expect(!Self.covers(contacts, touched, at: 120), "once is enough")
        // Whoever comes again after the erasure is made of what the form says.
        for contact in [Self.stranger, Self.contact] {
            #expect(!Self.covers(contacts, Self.touch(of: contact, from: 101, event: payload), at: 120))
        }
    }

    private static func touch(of contact: ContactID, from offset: UInt64, event: [UInt8]) -> [UInt8] {
        Self.derived(.touch, from: offset) { writer in
            event.withUnsafeBytes {
                TouchRecord.encode(
                    contact: contact,
                    visitor: Self.other,
                    trust: .claim,
                    isPassedOn: true,
                    event: $0,
                    to: &writer
                )
            }
        }
    }

    /// Another visitor's form that names the contact.
    private static var form: EventRecord {
        var record = EventRecord()
        record.kind = .formSubmit
        record.verdict = .confirmed
        record.consent = .granted
        record.trust = .claim
        record.site = SiteID(3)
        record.visitor = Self.other
        record.contact = Self.contact
        record.nonce = 11
        record.counter = 12
        record.latenessSeconds = 13
        record.network = 14
        record.agent = 15
        record.engagedMilliseconds = 16
        record.scrollPercent = 17
        record.listVersion = 18
        record.cookieReturned = true
        record.isUpgrade = true
        return record
    }

    private static func read(_ bytes: [UInt8]) throws -> RecordFrame {
        try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            return try RecordFrame.read(from: &reader)
        }
    }

    @Test func `who does not fit into one pass keeps their notice`() {
        var erasures = Erasures()
        for number in 0...UInt64(Limits.erasuresPerPass) {
            Self.frame(.erase(ContactID(number))).withUnsafeBytes { erasures.note($0, at: number) }
        }
        #expect(erasures.count == Limits.erasuresPerPass)
        let last = Self.frame(.erase(ContactID(UInt64(Limits.erasuresPerPass))))
        #expect(!Self.covers(erasures, last, at: UInt64(Limits.erasuresPerPass)))
        #expect(Self.covers(erasures, Self.frame(.erase(ContactID(5))), at: 5))
    }
}
