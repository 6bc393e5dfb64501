import Domain
import EventLog
import TestSupport
import Testing

@Suite struct SpaceTests {
    @Test func `events are refused before space ends, control records use the reserve`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        let events = log.makeWriter(.events) { _ in }
        let control = log.makeWriter(.control) { _ in }
        try events.append(TestRecords.event(0))
        while log.step() {}
        fixture.storage.freeSpace = 100
        while log.step() {}
        #expect(log.refusesEvents)
        #expect(throws: AppendRefusal.diskFull) { try events.append(TestRecords.event(1)) }
        // The rest of this segment and all of the prepared one.
        var number: UInt64 = 1
        while number < 1_000 {
            do { try control.append(TestRecords.event(number, padding: 200)) } catch AppendRefusal.diskFull { break }
            number += 1
            while log.step() {}
        }
        #expect(number > 30, "the reserve was used")
        #expect(number < 100, "and it ended")
        #expect(log.end == number - 1, "the last one waits")
        #expect(log.failure == nil)

        fixture.storage.freeSpace = 1_000_000
        while log.step() {}
        #expect(log.end == number)
        try events.append(TestRecords.event(number))
        while log.step() {}
        #expect(try TestRecords.numbers(TestRecords.readAll(log)) == Array(0...number))
        log.close()
    }

    @Test func `the next segment's file grows by and by, and a roll that comes too early finishes it`() throws {
        var fixture = LogFixture()
        fixture.configuration.spareStepBytes = 256
        let log = try fixture.open()
        let events = log.makeWriter(.events) { _ in }
        var spares: [Int] = []
        for number in 0..<20 as Range<UInt64> {
            try events.append(TestRecords.event(number, padding: 1_500))
            _ = log.step()
            for name in try fixture.storage.list() where name.hasPrefix("spare-") {
                spares.append(try #require(fixture.storage.contents(of: name)).count)
            }
        }
        #expect(spares.contains { $0 > 0 && $0 < fixture.configuration.segmentBytes / 2 })
        #expect(!spares.contains(fixture.configuration.segmentBytes), "each roll came before the spare was ready")
        #expect(log.end == 20, "nobody waited for it")
        while log.step() {}
        #expect(try TestRecords.numbers(TestRecords.readAll(log)) == Array(0..<20))
        log.close()
    }

    @Test func `space that ends while the next segment's file grows ends the events, not what was begun`() throws {
        var fixture = LogFixture()
        fixture.configuration.spareStepBytes = 256
        let log = try fixture.open()
        let events = log.makeWriter(.events) { _ in }
        try events.append(TestRecords.event(0))
        _ = log.step()
        #expect(!log.refusesEvents)
        fixture.storage.runOut(for: 1)
        _ = log.step()
        #expect(try !fixture.storage.list().contains("spare-1.tmp"), "what cannot be finished is given back")
        #expect(log.failure == nil)
        while log.step() {}
        #expect(!log.refusesEvents, "and begun again")
        #expect(try fixture.storage.list().contains("spare-2.tmp"))
        log.close()
    }

    @Test func `a prepared segment holds the reserve`() {
        #expect(Limits.freeSpaceFloorBytes > Limits.segmentBytes)
    }

    @Test func `a log that opens on a full disk refuses events from the start`() throws {
        let fixture = LogFixture()
        try fixture.open().close()
        fixture.storage.freeSpace = 100
        let log = try fixture.open()
        #expect(throws: AppendRefusal.diskFull) { try log.makeWriter(.events) { _ in }.append(TestRecords.event(0)) }
        try log.makeWriter(.control) { _ in }.append(TestRecords.event(0))
        while log.step() {}
        #expect(log.end == 1)
        log.close()
    }

    @Test func `records that found no space are reported as lost when the log is closed`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        while log.step() {}
        fixture.storage.freeSpace = 0
        let record = ProgressRecord()
        let control = log.makeWriter(.control) { record.note($0) }
        var ticket: UInt64 = 0
        while let next = try? control.append(TestRecords.event(ticket, padding: 500)) {
            ticket = next
            while log.step() {}
        }
        log.close()
        #expect(record.hasFailed)
        #expect(record.ticket == ticket - 1)
        fixture.storage.freeSpace = 1_000_000
        let again = try fixture.open()
        #expect(again.end == record.ticket)
        again.close()
    }
}
