import Domain
import TestSupport
import Testing

@testable import ScoreStore

/// What of a block a worker folds.
@Suite struct BlockAgendaTests {
    private static let map = SlotMap(key: SipKey(1, 2))

    private static func frames(_ items: [LogItem]) -> [UInt8] {
        var writer = ByteWriter()
        for item in items {
            RecordFrame.append(to: &writer, kind: item.kind, slot: item.slot(in: Self.map)) {
                $0.bytes.append(contentsOf: item.payload)
            }
        }
        return writer.bytes
    }

    private static func view(_ number: UInt64) -> LogItem {
        var record = EventRecord()
        record.kind = .pageView
        record.visitor = VisitorID(high: number, low: 9)
        return .event(record, path: "/\(number)")
    }

    private static let items: [LogItem] =
        [.model(ScoringModel())] + (0..<40).map(view) + [.tick] + (40..<60).map(view) + [.known(ContactID(3))]

    @Test(arguments: [0, 17, 41, 62, 63] as [UInt64])
    func workersShareARecordEachAndHaveWhatConcernsAll(cursor: UInt64) throws {
        let bytes = Self.frames(Self.items)
        var seen: [UInt64: Int] = [:]
        for worker in 0..<3 {
            var agenda = BlockAgenda()
            let share = SlotShare(worker: worker, of: 3)
            try bytes.withUnsafeBytes { try agenda.read($0, firstOffset: 100, from: 100 + cursor, share) }
            #expect(agenda.items.map(\.offset) == agenda.items.map(\.offset).sorted())
            for item in agenda.items {
                seen[item.offset, default: 0] += 1
                let expected = Self.items[Int(item.offset) - 100]
                #expect(item.kind == expected.kind && Array(bytes[item.payload]) == expected.payload)
                #expect(item.kind.isControl || item.slot == expected.slot(in: Self.map) && share.contains(item.slot))
            }
        }
        for (number, item) in Self.items.enumerated() {
            let count = UInt64(number) < cursor ? 0 : item.kind.isControl ? 3 : 1
            #expect(seen[100 + UInt64(number), default: 0] == count, "record \(number)")
        }
    }

    @Test func aDamagedRecordIsNamedBeforeAnythingIsFolded() {
        var bytes = Self.frames(Array(Self.items[1...4]))
        // The kind of the third.
        var walk = bytes.withUnsafeBytes { bytes in
            var walk = BlockFrames(bytes)
            return [walk.next(), walk.next(), walk.next()].compactMap(\.self)
        }
        bytes[walk.removeLast().lowerBound + 4] = 255
        var agenda = BlockAgenda()
        let error = #expect(throws: ScorerFailure.self) {
            try bytes.withUnsafeBytes {
                try agenda.read($0, firstOffset: 7, from: 7, SlotShare(worker: 0, of: 1))
            }
        }
        guard case .record(offset: 9, _)? = error else {
            Issue.record("record 9 was expected, not \(String(describing: error))")
            return
        }
    }
}
