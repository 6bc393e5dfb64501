import Domain
import EventLog
import TestSupport
import Testing

/// The machine stops in the middle of every single storage operation of a run that fills, rolls, seals, trims and
/// recycles segments. After each: everything acknowledged is there once, in order, and nothing else but what was appended.
@Suite struct CrashTests {
    private struct Outcome {
        var appended: UInt64 = 0
        var acknowledged: UInt64 = 0
        var trimmed: UInt64 = 0
    }

    /// Appends records numbered like their offsets, one or several a block, until it is done or something fails.
    private func run(_ fixture: LogFixture, into outcome: inout Outcome, records: UInt64) throws {
        let log: SegmentLog
        do { log = try fixture.open() } catch is LogOpenFailure {
            guard fixture.storage.isDown else { throw ContractViolation("refused without a fault") }
            return
        }
        outcome.appended = log.end
        let record = ProgressRecord()
        let first = log.end
        let writer = log.makeWriter(.events) { record.note($0) }
        while outcome.appended < first + records {
            do {
                for _ in 0...(outcome.appended % 3) {
                    try writer.append(TestRecords.event(outcome.appended, padding: Int(outcome.appended % 5) * 60))
                    outcome.appended += 1
                }
            } catch is AppendRefusal { break }
            fixture.clock.advance(.milliseconds(10))
            while log.step() {}
            if outcome.appended > 60 {
                outcome.trimmed = outcome.appended - 60
                log.trim(below: outcome.trimmed)
            }
            log.seal(below: outcome.appended - min(outcome.appended, 25))
        }
        log.close()
        outcome.acknowledged = max(outcome.acknowledged, first + record.ticket)
    }

    private func check(_ fixture: LogFixture, _ outcome: Outcome, _ note: String) throws {
        let log = try fixture.open()
        let numbers = try TestRecords.numbers(TestRecords.readAll(log))
        #expect(numbers == Array(log.start..<log.end), "in order, once: \(note)")
        #expect(log.end >= outcome.acknowledged, "everything acknowledged: \(note)")
        #expect(log.end <= outcome.appended, "nothing invented: \(note)")
        #expect(log.start <= outcome.trimmed, "nothing trimmed too far: \(note)")
        log.close()
    }

    @Test func `a power cut in any operation loses nothing acknowledged`() throws {
        var probe = Outcome()
        let dry = LogFixture()
        try self.run(dry, into: &probe, records: 130)
        let operations = dry.storage.operations
        #expect(probe.acknowledged == probe.appended)
        #expect(operations > 200)
        #expect(try LogInspector(dry.storage).statistics().sealedSegments > 0)
        for point in 1...operations {
            let fixture = LogFixture(seed: UInt64(point))
            fixture.storage.crash(after: point)
            var outcome = Outcome()
            try self.run(fixture, into: &outcome, records: 130)
            fixture.storage.crash()
            try self.check(fixture, outcome, "operation \(point)")
        }
    }

    @Test func `a power cut in any operation of a recovery loses nothing either`() throws {
        for point in 1...40 {
            let fixture = LogFixture(seed: UInt64(point))
            var outcome = Outcome()
            fixture.storage.crash(after: 150 + point)
            try self.run(fixture, into: &outcome, records: 130)
            fixture.storage.crash()
            fixture.storage.crash(after: point)
            var second = outcome
            try self.run(fixture, into: &second, records: 10)
            second.appended = max(second.appended, outcome.appended)
            fixture.storage.crash()
            try self.check(fixture, second, "operation \(point)")
        }
    }

    @Test func `a killed process loses nothing it had acknowledged`() throws {
        for point in stride(from: 1, to: 200, by: 3) {
            let fixture = LogFixture(seed: UInt64(point))
            var outcome = Outcome()
            fixture.storage.crash(after: point)
            try self.run(fixture, into: &outcome, records: 130)
            fixture.storage.restart()
            try self.check(fixture, outcome, "operation \(point)")
        }
    }

    @Test func `what is read after a failed sync survives the next power cut`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<3)
        let record = ProgressRecord()
        let writer = log.makeWriter(.events) { record.note($0) }
        try writer.append(TestRecords.event(3))
        fixture.storage.failSync()
        while log.step() {}
        #expect(record.all == [.failed])
        #expect(log.end == 3)
        #expect(throws: AppendRefusal.failed) { try writer.append(TestRecords.event(4)) }
        #expect(throws: AppendRefusal.failed) { try log.makeWriter(.control) { _ in }.append(TestRecords.event(4)) }
        log.close()

        // The cache shows the record although the disk does not have it, so the next process reads and folds it.
        fixture.storage.restart()
        let second = try fixture.open()
        #expect(try TestRecords.numbers(TestRecords.readAll(second)) == [0, 1, 2, 3])
        fixture.storage.crash()
        let third = try fixture.open()
        #expect(try TestRecords.numbers(TestRecords.readAll(third)) == [0, 1, 2, 3])
        third.close()
    }

    @Test func `a failed log is not marked as cleanly closed`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        let writer = log.makeWriter(.events) { _ in }
        try writer.append(TestRecords.event(0))
        fixture.storage.failSync()
        while log.step() {}
        log.close()
        #expect(try !fixture.storage.list().contains(CleanMarker.fileName))
    }

    @Test func `derived records are stored once across crashes and replays`() throws {
        for point in stride(from: 1, to: 120, by: 2) {
            let fixture = LogFixture(seed: UInt64(point))
            fixture.storage.crash(after: point)
            for attempt in 0..<3 {
                guard let log = try? fixture.open() else {
                    fixture.storage.crash()
                    continue
                }
                let writer = log.makeWriter(.derived) { _ in }
                // Each attempt derives everything again from the beginning, as a replay does.
                for offset in 0..<40 as Range<UInt64> {
                    _ = try? writer.append(TestRecords.derived(source: UInt16(offset % 3), offset: offset))
                    if offset % 4 == 3 { while log.step() {} }
                }
                log.close()
                if attempt < 2 { fixture.storage.crash() }
            }
            let log = try fixture.open()
            #expect(try TestRecords.numbers(TestRecords.readAll(log)) == Array(0..<40), "operation \(point)")
            log.close()
        }
    }
}
