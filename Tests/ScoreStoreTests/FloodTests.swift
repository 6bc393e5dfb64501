import Domain
import ScoreStore
import TestSupport
import Testing

/// Promise 7: a slot stays bounded, and strangers displace only strangers.
@Suite struct FloodTests {
    private let time = Workload.start

    private func visitor(_ number: Int, lastSeen: Int64 = 0, isKept: Bool) -> Visitor {
        let id = VisitorID(high: UInt64(number) &* 0x9e37_79b9_7f4a_7c15, low: UInt64(number))
        var visitor = Visitor(id: id, at: self.time.adding(.seconds(lastSeen)))
        visitor.isKept = isKept
        return visitor
    }

    @Test func strangersDisplaceOnlyStrangersTheOldestFirst() {
        var table = VisitorTable()
        let kept = (0..<100).map { self.visitor($0, isKept: true) }
        for visitor in kept { table.put(visitor) }
        let strangers = (1_000..<3_000).map { self.visitor($0, isKept: false) }
        for visitor in strangers { table.put(visitor) }
        #expect(kept.allSatisfy { table[$0.id] != nil })
        #expect(table.count == 100 + Limits.onceSeenVisitorsPerSlot)
        #expect(strangers.suffix(Limits.onceSeenVisitorsPerSlot).allSatisfy { table[$0.id] != nil })
    }

    @Test func ofTheKeptVisitorsThoseSeenLongestAgoMakeWay() {
        var table = VisitorTable()
        let room = Limits.visitorsPerSlot - Limits.onceSeenVisitorsPerSlot
        // Three in four were seen long ago, in no order of arrival.
        let seen = (0..<room).map { Int64($0 % 4 == 0 ? 10 : 5) }
        for (number, lastSeen) in seen.enumerated() {
            table.put(self.visitor(number, lastSeen: lastSeen, isKept: true))
        }
        #expect(table.count == room)
        table.put(self.visitor(9_999, lastSeen: 20, isKept: true))
        #expect(table.count < room)
        #expect(table.count >= room - 32)
        let gone = seen.indices.filter { table[self.visitor($0, isKept: true).id] == nil }
        #expect(gone.count == room + 1 - table.count)
        #expect(gone.allSatisfy { seen[$0] == 5 })
        #expect(table[self.visitor(9_999, isKept: true).id] != nil)
    }

    @Test func aStrangerWhoseCookieComesBackLeavesTheStrangers() {
        var table = VisitorTable()
        table.put(self.visitor(1, isKept: false))
        table.put(self.visitor(1, isKept: true))
        for number in 100..<1_000 { table.put(self.visitor(number, isKept: false)) }
        #expect(table[self.visitor(1, isKept: true).id] != nil)
    }

    @Test func tiesByClaimsLeaveRoomForTiesSomebodyVouchesFor() {
        var table = VisitorTable()
        var made = 0
        while table.makeRoom(forTie: .claim, at: self.time), made < 5_000 {
            var visitor = self.visitor(made, isKept: false)
            visitor.contact = ContactID(1)
            visitor.trust = .claim
            table.put(visitor)
            made += 1
        }
        #expect(made == Limits.claimedVisitorsPerSlot)
        let afterClaims = table.makeRoom(forTie: .token, at: self.time)
        #expect(afterClaims)
    }

    @Test func aTiedVisitorMakesWayOnlyWhenTheirCookieIsOver() {
        var table = VisitorTable()
        for number in 0..<Limits.tiedVisitorsPerSlot {
            let isTaken = table.makeRoom(forTie: .token, at: self.time)
            #expect(isTaken)
            var visitor = self.visitor(number, lastSeen: Int64(number), isKept: true)
            visitor.contact = ContactID(1)
            table.put(visitor)
        }
        let room = Limits.visitorsPerSlot - Limits.onceSeenVisitorsPerSlot
        for number in 5_000..<7_000 { table.put(self.visitor(number, lastSeen: 9_000, isKept: true)) }
        // Those who make way go some at a time; filled up again, the next one is too many.
        var next = 7_000
        while table.count < Limits.tiedVisitorsPerSlot + room {
            table.put(self.visitor(next, lastSeen: 9_000, isKept: true))
            next += 1
        }
        let afterLess = table.makeRoom(forTie: .token, at: self.time.adding(.days(394)))
        #expect(!afterLess)
        #expect(table[self.visitor(0, isKept: true).id] != nil)
        let afterCookie = table.makeRoom(forTie: .token, at: self.time.adding(.days(395)))
        #expect(afterCookie)
        #expect(table[self.visitor(0, isKept: true).id] == nil)
        #expect(table[self.visitor(1, isKept: true).id] != nil)
        // Untied, they are like any other again.
        var untied = self.visitor(1, lastSeen: 1, isKept: true)
        untied.contact = nil
        table.put(untied)
        #expect(table[untied.id] == nil, "the kept are full, and this one was seen longest ago")
        let afterUntying = table.makeRoom(forTie: .token, at: self.time)
        #expect(afterUntying)
    }

    @Test func aFloodOfVisitorsPagesSitesAliasesAndClaimsLeavesASlotBounded() throws {
        var sink = FoldSink(slots: SlotMap(key: SipKey(1, 2)))
        var state = SlotState(slot: Slot(3))
        var sizes: [Int] = []
        for round in 0..<4 {
            for number in 0..<1_500 {
                let offset = state.offset
                let unique = UInt64(round * 1_500 + number)
                let item = self.item(unique)
                let context = FoldContext(offset: offset, time: self.time.adding(.seconds(Int64(offset))), model: nil)
                try item.payload.withUnsafeBytes {
                    try state.fold(item.kind, payload: $0, context, publishing: nil, into: &sink)
                }
                sink.clear()
            }
            var writer = ByteWriter()
            state.encode(to: &writer)
            sizes.append(writer.bytes.count)
        }
        #expect(state.counts.visitors <= Limits.visitorsPerSlot)
        #expect(state.counts.contacts <= Limits.contactsPerSlot)
        // Once full it does not grow any more, up to the width of counters.
        #expect(sizes[3] <= sizes[2] + sizes[2] / 50, "\(sizes)")
    }

    private func item(_ unique: UInt64) -> LogItem {
        switch unique % 3 {
        case 0:
            var record = EventRecord()
            record.visitor = VisitorID(high: unique, low: ~unique)
            record.site = SiteID(UInt32(unique))
            record.nonce = unique | 1
            record.cookieReturned = (unique / 3) % 4 != 0
            return .event(record, path: "/page/\(unique)")
        case 1:
            var record = EventRecord()
            record.kind = .formSubmit
            record.trust = .claim
            record.contact = ContactID(unique &* 0x9e37_79b9_7f4a_7c15)
            return .event(record, email: "a\(unique)@example.com")
        default:
            return .alias(ContactID(unique), of: ContactID(unique + 1))
        }
    }
}
