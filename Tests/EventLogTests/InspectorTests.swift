import Domain
import EventLog
import TestSupport
import Testing

@Suite struct InspectorTests {
    private func log() throws -> (LogFixture, SegmentLog) {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<100)
        let writer = log.makeWriter(.derived) { _ in }
        try writer.append(TestRecords.derived(source: 9, offset: 50, ordinal: 1))
        while log.step() {}
        return (fixture, log)
    }

    @Test func `figures cover all segments, while the log is in use`() throws {
        let (fixture, log) = try self.log()
        let figures = try LogInspector(fixture.storage).statistics()
        #expect(figures.stream == log.id)
        #expect(figures.segments > 1)
        #expect(figures.blocks == 101)
        #expect(figures.records == 101)
        #expect(figures.start == 0)
        #expect(figures.end == 101)
        #expect(figures.kinds.map(\.kind) == [RecordKind.event.rawValue, RecordKind.touch.rawValue])
        #expect(figures.kinds.map(\.records) == [100, 1])
        log.close()
    }

    @Test func `a dump names each record, from an offset, up to a limit`() throws {
        let (fixture, log) = try self.log()
        var lines: [String] = []
        try LogInspector(fixture.storage).dump(from: 99, limit: 2) { lines.append($0.description) }
        #expect(
            lines == [
                "99 1800000000.000000 event, slot 1, 48 bytes",
                "100 1800000000.000000 touch, slot 2, from slot 9 at 50.1, 8 bytes",
            ]
        )
        log.close()
    }

    @Test func `looking changes nothing`() throws {
        let (fixture, log) = try self.log()
        let before = fixture.storage.operations
        let inspector = LogInspector(fixture.storage)
        #expect(try inspector.verify().isEmpty)
        _ = try inspector.statistics()
        try inspector.dump(from: 0, limit: 1_000) { _ in }
        #expect(fixture.storage.operations == before)
        log.close()
    }

    @Test func `a torn end is a note, not damage`() throws {
        let (fixture, log) = try self.log()
        let last = try #require(try fixture.storage.list().filter { SegmentName.firstOffset(of: $0) != nil }.last)
        let bytes = try #require(fixture.storage.contents(of: last))
        let end = try #require(bytes.lastIndex { $0 != 0 })
        log.close()
        fixture.storage.flipBit(of: last, at: end - 2, bit: 0)
        let findings = try LogInspector(fixture.storage).verify()
        #expect(findings.map(\.isDamage) == [false])
        #expect(findings.first?.file == last)
    }
}
