import Domain
import EventLog
import TestSupport
import Testing

@Suite struct LogCopyTests {
    private func log(_ count: UInt64 = 100) throws -> (LogFixture, SegmentLog) {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<count)
        return (fixture, log)
    }

    @Test func `a copy of a log in use opens as another stream of the same records`() throws {
        let (fixture, log) = try self.log()
        let target = LogFixture(seed: 2)
        let copy = try LogCopy(of: fixture.storage, to: target.storage, stream: StreamID(7))
        #expect(copy.stream == StreamID(7))
        #expect(copy.start == 0 && copy.end == 100)
        #expect(copy.files.count > 1)
        #expect(try LogInspector(target.storage).verify().isEmpty)
        let again = try target.open()
        #expect(again.id == StreamID(7))
        #expect(again.slotKey == log.slotKey)
        #expect(again.end == log.end)
        let (old, new) = (try log.read(from: 0, maximumBytes: .max), try again.read(from: 0, maximumBytes: .max))
        #expect(old.map(\.frames) == new.map(\.frames))
        #expect(old.map(\.time) == new.map(\.time))
        try target.fill(again, 100..<110)
        #expect(again.end == 110)
        again.close()
        log.close()
    }

    @Test func `without another stream it stays the same`() throws {
        let (fixture, log) = try self.log()
        let target = FaultyStorage(seed: 2)
        #expect(try LogCopy(of: fixture.storage, to: target).stream == log.id)
        log.close()
    }

    @Test func `a write under way at the end is not copied`() throws {
        let (fixture, log) = try self.log()
        let last = try #require(try fixture.storage.list().filter { SegmentName.firstOffset(of: $0) != nil }.max())
        let bytes = try #require(fixture.storage.contents(of: last))
        let end = try #require(bytes.lastIndex { $0 != 0 })
        log.close()
        fixture.storage.flipBit(of: last, at: end - 2, bit: 0)
        let copy = try LogCopy(of: fixture.storage, to: FaultyStorage(seed: 2))
        #expect(copy.end == 99)
    }

    @Test func `damage in front of the end is refused, and so is a gap`() throws {
        let (fixture, log) = try self.log()
        log.close()
        let names = try fixture.storage.list().filter { SegmentName.firstOffset(of: $0) != nil }.sorted()
        let damaged = fixture.storage.copy(seed: 3)
        damaged.flipBit(of: names[0], at: 4_096 + 60, bit: 3)
        #expect(throws: LogOpenFailure.self) { try LogCopy(of: damaged, to: FaultyStorage(seed: 4)) }
        let gap = fixture.storage.copy(seed: 5)
        try gap.remove(names[1])
        #expect(throws: LogOpenFailure.self) { try LogCopy(of: gap, to: FaultyStorage(seed: 6)) }
        #expect(throws: LogOpenFailure.missing(from: 0, to: 0)) {
            try LogCopy(of: FaultyStorage(seed: 7), to: FaultyStorage(seed: 8))
        }
    }

    @Test func `a frozen log ends at any record, and keeps nothing`() throws {
        let (fixture, log) = try self.log(40)
        let writer = log.makeWriter(.events) { _ in }
        // One block of three records: the end may lie within it.
        let three = (40..<43).flatMap { TestRecords.event($0) }
        _ = try three.withUnsafeBytes { try writer.append($0, records: 3) }
        while log.step() {}
        for end in 0...log.end {
            let frozen = try FrozenLog(fixture.storage, end: end)
            var offset: UInt64 = 0
            while case let blocks = try frozen.read(from: offset, maximumBytes: 1_000), let last = blocks.last {
                for block in blocks { #expect(block.frames.withUnsafeBytes(BlockFrames.count) == block.count) }
                offset = last.endOffset
            }
            #expect(offset == end)
        }
        #expect(throws: LogOpenFailure.missing(from: 43, to: 44)) { try FrozenLog(fixture.storage, end: 44) }
        log.close()
    }
}
