import Domain
import EventLog
import TestSupport
import Testing

@Suite struct LifecycleTests {
    @Test func `a closed log opens again as it was, without recovery`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        #expect(log.opening.wasClean)
        try fixture.fill(log, 0..<150)
        log.close()
        let again = try fixture.open()
        #expect(again.opening.wasClean)
        #expect(again.id == log.id)
        #expect(again.slotKey == log.slotKey)
        try fixture.fill(again, 150..<160)
        #expect(try TestRecords.numbers(TestRecords.readAll(again)) == Array(0..<160))
        again.close()
    }

    @Test func `the marker of a clean stop is gone while the log is open`() throws {
        let fixture = LogFixture()
        try fixture.open().close()
        #expect(try fixture.storage.list().contains(CleanMarker.fileName))
        _ = try fixture.open()
        fixture.storage.crash()
        #expect(try !fixture.storage.list().contains(CleanMarker.fileName))
        let again = try fixture.open()
        #expect(!again.opening.wasClean)
        again.close()
    }

    @Test func `a killed log says that it was recovered`() throws {
        let fixture = LogFixture()
        try fixture.fill(try fixture.open(), 0..<3)
        fixture.storage.restart()
        let again = try fixture.open()
        #expect(!again.opening.wasClean)
        #expect(again.opening.records == 3)
        again.close()
    }

    @Test func `a second opener is refused with the path`() throws {
        let directory = try TemporaryDirectory()
        var configuration = LogFixture.small
        configuration.runsThreads = false
        let open = {
            try SegmentLog(
                storage: try PosixStorage(directory.path),
                configuration: configuration,
                clock: ManualClock(),
                randomness: SeededSource(seed: 1)
            )
        }
        let log = try open()
        #expect(throws: LogOpenFailure.inUse(directory.path)) { try open() }
        #expect(LogOpenFailure.inUse(directory.path).description.contains(directory.path))
        log.close()
        try open().close()
    }

    @Test func `closing commits what is pending and refuses the rest`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        let record = ProgressRecord()
        let writer = log.makeWriter(.events) { record.note($0) }
        try writer.append(TestRecords.event(0))
        log.close()
        #expect(record.all == [.durable(ticket: 1, end: 1)])
        #expect(throws: AppendRefusal.closed) { try writer.append(TestRecords.event(1)) }
        #expect(log.wait(beyond: 9, timeout: .seconds(60)) == 1)
        log.close()
    }

    @Test func `a recycled file never shows what it held before`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        for round in 0..<12 as Range<UInt64> {
            try fixture.fill(log, round * 60..<round * 60 + 60)
            log.trim(below: log.end)
            while log.step() {}
            #expect(try fixture.storage.list().count { $0.hasSuffix(".tmp") } == 2, "trimmed files are used again")
            // Nothing of what was trimmed is left anywhere, not even behind the end of the segment in use.
            for name in try fixture.storage.list() where name.hasSuffix(".tmp") {
                let bytes = try #require(fixture.storage.contents(of: name))
                #expect(bytes.allSatisfy { $0 == 0 }, "\(name) is blank")
            }
        }
        let (start, end) = (log.start, log.end)
        fixture.storage.crash()
        let again = try fixture.open()
        #expect(again.start == start && again.end == end)
        #expect(try TestRecords.numbers(TestRecords.readAll(again)) == Array(start..<end))
        #expect(try LogInspector(fixture.storage).verify().isEmpty)
        again.close()
    }

    @Test func `blocks of an earlier use of the file are not taken for live ones`() throws {
        // The file was recycled without being blanked: only the header, with its new salt, is of the new use.
        let fixture = LogFixture()
        try fixture.fill(try fixture.open(), 0..<20)
        fixture.storage.restart()
        let name = SegmentName.name(of: 0)
        var bytes = try #require(fixture.storage.contents(of: name))
        var header = try bytes.withUnsafeBytes { try SegmentHeader(decoding: $0) }
        header.salt.second ^= 1
        bytes.replaceSubrange(0..<SegmentHeader.byteCount, with: header.encoded())
        fixture.storage.put(bytes, as: name)
        let log = try fixture.open()
        #expect(log.end == 0)
        #expect(try LogInspector(fixture.storage).verify().isEmpty, "the rest was blanked")
        log.close()
    }

    @Test func `time never goes back, whatever the wall clock does`() throws {
        let fixture = LogFixture()
        var log = try fixture.open()
        for (index, step) in ([0, 5, -30, 3_600, -7_200, 0, -86_400, 40] as [Int64]).enumerated() {
            fixture.clock.stepWall(.seconds(step))
            fixture.clock.advance(.milliseconds(3))
            try fixture.fill(log, UInt64(index)..<UInt64(index) + 1)
            if index == 6 {
                log.close()
                log = try fixture.open()
            }
        }
        // Reading everything checks that the times do not decrease.
        let blocks = try TestRecords.readAll(log)
        #expect(blocks.count == 8)
        log.close()
    }

    @Test func `a step of the wall clock over a minute is reported, not followed`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<1)
        fixture.clock.stepWall(.hours(2))
        try fixture.fill(log, 1..<2)
        #expect(log.isClockAdrift)
        let times = try TestRecords.readAll(log).map(\.time)
        #expect(times[1].since(times[0]) < .seconds(1))
        log.close()
    }

    @Test func `the log's own time goes on as if the wall clock had not been stepped`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<1)
        let before = log.now
        fixture.clock.stepWall(.days(365))
        fixture.clock.advance(.seconds(5))
        #expect(log.isClockAdrift, "noticed without a commit")
        #expect(log.now.since(before) == .seconds(5))
        fixture.clock.stepWall(.days(-800))
        #expect(log.now.since(before) == .seconds(5))
        try fixture.fill(log, 1..<2)
        #expect(try TestRecords.readAll(log).map(\.time) == [before, before.adding(.seconds(5))])
        fixture.clock.stepWall(.days(435))
        #expect(!log.isClockAdrift)
        log.close()
    }

    private func segments(_ fixture: LogFixture) throws -> [UInt64] {
        try fixture.storage.list().compactMap(SegmentName.firstOffset).sorted()
    }

    @Test func `a segment ends a day after its first block, full or not, also over a restart`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<1)
        fixture.clock.advance(.hours(23))
        try fixture.fill(log, 1..<2)
        log.close()
        let again = try fixture.open()
        try fixture.fill(again, 2..<3)
        #expect(try self.segments(fixture) == [0])
        fixture.clock.advance(.hours(1))
        try fixture.fill(again, 3..<5)
        #expect(try self.segments(fixture) == [0, 3])
        #expect(try TestRecords.numbers(TestRecords.readAll(again)) == Array(0..<5))
        again.close()
    }

    @Test func `a segment that is merely old goes on while there is no other`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<1)
        fixture.storage.freeSpace = 0
        let writer = log.makeWriter(.control) { _ in }
        for number in 1..<4 as Range<UInt64> {
            fixture.clock.advance(.days(1))
            try writer.append(TestRecords.event(number))
            while log.step() {}
        }
        // The spare was there for the first day; the days behind it share a segment.
        #expect(try self.segments(fixture) == [0, 1])
        #expect(log.end == 4)
        log.close()
    }

    @Test func `a cancelled wait for a commit ends, whatever becomes of the record`() async throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        let appender = AwaitableAppender(log)
        let waiting = Task { try await appender.append(TestRecords.event(1), records: 1) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        log.close()
    }

    @Test func `causes can be handed to the next opening`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        let writer = log.makeWriter(.derived) { _ in }
        try writer.append(TestRecords.derived(source: 7, offset: 3))
        while log.step() {}
        let checkpoint = log.causes()
        try writer.append(TestRecords.derived(source: 8, offset: 4, ordinal: 2))
        while log.step() {}
        let last = log.causes()
        #expect(checkpoint.offset == 1 && last.offset == 2)
        log.close()
        let again = try fixture.open(causes: checkpoint)
        #expect(again.causes() == last)
        again.close()
        #expect(throws: LogOpenFailure.endsBeforeCheckpoint(end: 2, checkpoint: 3)) {
            try fixture.open(causes: CauseCheckpoint(table: checkpoint.table, offset: 3))
        }
        try fixture.open().close()
    }

    @Test func `retention gives up whole segments, at most a day at once`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        for number in 0..<300 as Range<UInt64> {
            fixture.clock.advance(.hours(1))
            try fixture.fill(log, number..<number + 1)
        }
        let now = fixture.clock.wallTime()
        #expect(log.retain(newerThan: now.adding(.days(-30)), below: 300) == 0, "nothing is that old")
        #expect(log.retain(newerThan: now, below: 0) == 0, "nothing at or behind the limit")
        var starts = [log.start]
        while true {
            let start = log.retain(newerThan: now.adding(.days(-2)), below: 300)
            if start == starts[starts.count - 1] { break }
            #expect(start - starts[starts.count - 1] <= 24 + 60, "a day, and one segment in any case")
            starts.append(start)
        }
        #expect(starts.count > 2)
        let oldest = try #require(try TestRecords.readAll(log).last { $0.endOffset <= 300 - 48 })
        #expect(oldest.time < now)
        log.close()
    }

    @Test func `an awaited append returns behind its records, or throws`() async throws {
        var fixture = LogFixture()
        fixture.configuration.runsThreads = true
        let log = try fixture.open()
        let appender = AwaitableAppender(log)
        #expect(try await appender.append(TestRecords.event(1) + TestRecords.event(2), records: 2) == 2)
        #expect(try await appender.append(TestRecords.event(3), records: 1) == 3)
        fixture.storage.failSync()
        await #expect(throws: AppendRefusal.failed) { try await appender.append(TestRecords.event(4), records: 1) }
        await #expect(throws: AppendRefusal.failed) { try await appender.append(TestRecords.event(5), records: 1) }
        log.close()
    }
}
