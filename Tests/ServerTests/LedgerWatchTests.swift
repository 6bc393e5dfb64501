import Domain
import TestSupport
import Testing

@testable import Server

@Suite struct LedgerWatchTests {
    typealias Harness = AdministrationHarness

    private static func entry(_ offset: UInt64) -> Effect {
        let entry = LedgerEntry(
            id: EntryID(offset: offset, ordinal: 0),
            contact: ContactID(7),
            origin: .rule,
            rule: "r",
            modelVersion: 1,
            group: "web",
            points: 5,
            granted: 5,
            decay: 0,
            date: Timestamp(seconds: 1)
        )
        return Effect(offset: offset, slot: Slot(1), ordinal: 0, time: Timestamp(seconds: 1), body: .entry(entry))
    }

    @Test func nothingIsKeptWhileNobodyWatches() {
        let watch = LedgerWatch()
        watch.note([Self.entry(1)])
        watch.begin()
        #expect(watch.take(below: .max).isEmpty)
        watch.note([Self.entry(2)])
        watch.begin()
        watch.end()
        #expect(watch.take(below: .max).map(\.offset) == [2], "one of two is still there")
        watch.note([Self.entry(3)])
        watch.end()
        watch.begin()
        #expect(watch.take(below: .max).isEmpty)
    }

    @Test func theOldestMakeWayAndWhatIsToComeWaits() {
        let watch = LedgerWatch()
        watch.begin()
        let last = UInt64(Limits.liveBacklog + 10)
        for offset in 1...last { watch.note([Self.entry(offset)]) }
        #expect(watch.take(below: last).map(\.offset) == Array(11..<last))
        #expect(watch.take(below: last).isEmpty)
        watch.note((1...last).map { Self.entry($0 + last) })
        #expect(watch.take(below: .max).map(\.offset) == Array((last + 11)...(2 * last)))
    }

    @Test func onlyChangesOfLedgersAreKept() {
        let watch = LedgerWatch()
        watch.begin()
        var other = Self.entry(1)
        other.body = .contactErased(ContactID(7))
        watch.note([other, Self.entry(2)])
        #expect(watch.take(below: .max).map(\.offset) == [2])
    }

    @Test func aReaderHearsOfAnEventAndThenOfItsPoints() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.publishModel(
                Harness.modelSource.replacing(
                    "stages:",
                    with: "  - { name: replied, when: { event: reply }, points: 5, group: sales }\nstages:"
                )
            )
            let put = try await harness.administration.putContact(Harness.input(crmID: "1"))
            var events = harness.administration.liveEvents().makeAsyncIterator()
            _ = try await harness.administration.recordEvent(.key(.crm("1")), EventInput(kind: .reply, id: "a"))
            let event = try #require(await events.next())
            #expect((event.kind, event.outcome) == ("reply", "accepted"))
            let entry = try #require(await events.next())
            #expect((entry.kind, entry.outcome, entry.points) == ("entry", "scored", 5))
            #expect((entry.rule, entry.contact) == ("replied", put.contact.id))
            #expect(entry.entry == "\(event.offset)-0")
        }
    }

    @Test func everyChangeOfALedgerHasItsWord() {
        var entry = Self.entry(3)
        let id = EntryID(offset: 3, ordinal: 0)
        let said = { (body: EffectBody) -> [String?]? in
            entry.body = body
            return LiveEvent(entry).map { [$0.outcome, $0.points.map { "\($0)" }, $0.rule, $0.reason] }
        }
        guard case .entry(var line) = entry.body else { return }
        #expect(said(.entry(line)) == ["scored", "5.0", "r", nil])
        line.state = .provisional
        line.granted = 0
        #expect(said(.entry(line)) == ["held", "5.0", "r", nil])
        line.state = .settled
        line.origin = .reversal
        line.rule = "scanner_burst"
        line.granted = -5
        #expect(said(.entry(line)) == ["reversed", "-5.0", nil, "scanner_burst"])
        #expect(said(.entrySettled(id, contact: ContactID(7), granted: 1.5, capped: 0)) == ["scored", "1.5", nil, nil])
        #expect(
            said(.entryDropped(id, contact: ContactID(7), reason: .scannerBurst))
                == ["dropped", nil, nil, "scanner_burst"]
        )
        #expect(said(.contactErased(ContactID(7))) == nil)
    }
}
