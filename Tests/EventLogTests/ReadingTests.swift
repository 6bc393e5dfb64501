import Domain
import EventLog
import TestSupport
import Testing

@Suite struct ReadingTests {
    /// Large segments, and almost nothing kept in memory: reading goes through the files and their indexes.
    private func largeLog() throws -> (LogFixture, SegmentLog) {
        var fixture = LogFixture()
        fixture.configuration.segmentBytes = 1_048_576
        fixture.configuration.blockBytes = 16_384
        fixture.configuration.pendingBytes = 16_384
        fixture.configuration.recentBytes = 1
        let log = try fixture.open()
        try fixture.fill(log, 0..<300, padding: 8_000)
        return (fixture, log)
    }

    private func check(_ log: SegmentLog, _ offset: UInt64, maximumBytes: Int) throws {
        let blocks = try log.read(from: offset, maximumBytes: maximumBytes)
        let numbers = try TestRecords.numbers(blocks)
        #expect(blocks.first?.firstOffset == offset)
        #expect(numbers == (0..<UInt64(numbers.count)).map { offset + $0 })
        #expect(numbers.count == 1 || blocks.reduce(0) { $0 + $1.frames.count } <= maximumBytes)
    }

    @Test func `any offset can be read in any order, before and after opening again`() throws {
        let (fixture, log) = try self.largeLog()
        var random = SeededRandom(seed: 5)
        for _ in 0..<200 {
            try self.check(log, UInt64.random(in: 0..<300, using: &random), maximumBytes: 40_000)
        }
        log.close()
        var again = try fixture.open()
        for _ in 0..<200 {
            try self.check(again, UInt64.random(in: 0..<300, using: &random), maximumBytes: 40_000)
        }
        again.close()
        again = try fixture.open()
        #expect(try TestRecords.numbers(TestRecords.readAll(again)) == Array(0..<300))
        again.close()
    }

    @Test func `one block is read, however little is asked for`() throws {
        let (_, log) = try self.largeLog()
        for offset in [0, 150, 299] as [UInt64] { try self.check(log, offset, maximumBytes: 0) }
        log.close()
    }

    @Test func `the index finds the nearest place in front of an offset`() {
        let header = SegmentHeader(
            stream: StreamID(1),
            slotKey: SipKey(1, 2),
            salt: SipKey(3, 4),
            firstOffset: 10,
            baseTime: .distantPast
        )
        let index = SegmentIndex(header)
        #expect(index.place(before: 10) == BlockChain(startOf: header))
        #expect(index.place(before: 99) == BlockChain(startOf: header))
    }
}
