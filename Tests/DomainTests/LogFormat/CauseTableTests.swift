import Domain
import TestSupport
import Testing

@Suite struct CauseTableTests {
    @Test func `a cause is new only beyond the last of its source`() {
        var table = CauseTable()
        let cause = { (source: UInt16, offset: UInt64, ordinal: UInt16) in
            Cause(source: Slot(source), offset: offset, ordinal: ordinal)
        }
        var results: [Bool] = []
        results.append(table.store(cause(1, 0, 0)))
        results.append(!table.store(cause(1, 0, 0)))
        results.append(table.store(cause(1, 0, 1)))
        results.append(table.store(cause(1, 7, 0)))
        results.append(!table.store(cause(1, 6, 9)))
        results.append(table.store(cause(2, 6, 9)))
        #expect(results.allSatisfy { $0 }, "\(results)")
        #expect(table.last(of: Slot(1)) == cause(1, 7, 0))
        #expect(table.last(of: Slot(3)) == nil)
    }

    @Test func `a slot that does not exist traps nowhere`() {
        var table = CauseTable()
        let cause = Cause(source: .every, offset: 1, ordinal: 0)
        let isNew = [table.store(cause), table.store(cause)]
        #expect(isNew == [true, true])
        #expect(table == CauseTable())
    }

    @Test func `a table reads from a checkpoint as it was written`() throws {
        var random = SeededRandom(seed: 3)
        var table = CauseTable()
        for _ in 0..<500 {
            let source = UInt16.random(in: 0..<Limits.slotCount, using: &random)
            _ = table.store(Cause(source: Slot(source), offset: random.next() >> 8, ordinal: 3))
        }
        var writer = ByteWriter()
        table.encode(to: &writer)
        let read = try writer.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let table = try CauseTable(from: &reader)
            try reader.expectEnd()
            return table
        }
        #expect(read == table)
    }

    @Test func `frames are counted only when they are whole`() {
        let frames = TestRecords.event(1) + TestRecords.derived(source: 1, offset: 2)
        #expect(frames.withUnsafeBytes { BlockFrames.count($0) } == 2)
        for length in 1..<frames.count where length != TestRecords.event(1).count {
            #expect(frames[..<length].withUnsafeBytes { BlockFrames.count($0) } == nil, "\(length) bytes")
        }
    }
}
