import Domain
import TestSupport
import Testing

@testable import EventLog

/// Old segments are written anew in their sealed form; whoever reads the log notices nothing.
@Suite struct SealingTests {
    /// A log of several segments, with all but the last sealed, and what it held before.
    private func sealed(_ records: UInt64 = 200) throws -> (fixture: LogFixture, log: SegmentLog, before: [Block]) {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<records)
        let before = try self.blocks(log)
        log.seal(below: log.end)
        while log.step() {}
        return (fixture, log, before)
    }

    private struct Block: Equatable {
        var offset: UInt64
        var time: Timestamp
        var frames: [UInt8]
    }

    private func blocks(_ stream: some EventStream, from offset: UInt64? = nil) throws -> [Block] {
        try TestRecords.readAll(stream, from: offset).map {
            Block(offset: $0.firstOffset, time: $0.time, frames: $0.frames)
        }
    }

    private func forms(_ storage: FaultyStorage) throws -> [Bool] {
        try storage.list().compactMap(SegmentName.firstOffset).sorted().map { offset in
            try SegmentReader.open(SegmentName.name(of: offset), in: storage).header.seal != nil
        }
    }

    @Test func `a sealed log reads as before, block by block, from any offset`() throws {
        let (fixture, log, before) = try self.sealed()
        let forms = try self.forms(fixture.storage)
        #expect(forms.count > 3)
        #expect(forms == Array(repeating: true, count: forms.count - 1) + [false])
        #expect(try self.blocks(log) == before)
        for offset in stride(from: 0, to: log.end, by: 7) {
            #expect(try self.blocks(log, from: offset) == before.filter { $0.offset >= offset })
        }
        #expect(try self.blocks(FrozenLog(fixture.storage)) == before)
        #expect(try self.blocks(FrozenLog(fixture.storage, end: 50)) == before.filter { $0.offset < 50 })
        #expect(try !fixture.storage.list().contains(SegmentSealer.temporaryName))
        log.close()
        let again = try fixture.open()
        #expect(again.opening.wasClean)
        #expect(try self.blocks(again) == before)
        again.close()
    }

    @Test func `a sealed log is found whole, counted alike and smaller`() throws {
        let plain = LogFixture()
        try plain.fill(try plain.open(), 0..<200)
        let (fixture, log, _) = try self.sealed()
        let (before, after) = (
            try LogInspector(plain.storage).statistics(), try LogInspector(fixture.storage).statistics()
        )
        #expect(try LogInspector(fixture.storage).verify() == [])
        #expect(after.sealedSegments == after.segments - 1 && before.sealedSegments == 0)
        #expect(after.records == before.records && after.blocks == before.blocks && after.end == before.end)
        #expect(after.payloadBytes == before.payloadBytes)
        #expect(after.fileBytes < before.fileBytes)
        var lines: [String] = []
        try LogInspector(fixture.storage).dump(from: 3, limit: 1) { lines.append($0.description) }
        #expect(lines.count == 1 && lines[0].hasPrefix("3 "))
        log.close()
    }

    @Test func `a copy of a sealed log is a log of its own`() throws {
        let (fixture, log, before) = try self.sealed()
        let target = LogFixture(seed: 9)
        let copy = try LogCopy(of: fixture.storage, to: target.storage, stream: StreamID(7))
        #expect(copy.end == log.end)
        let opened = try target.open()
        #expect(opened.id == StreamID(7))
        #expect(try self.blocks(opened) == before)
        opened.close()
        log.close()
    }

    @Test func `nothing that reaches over the limit is sealed`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<200)
        let offsets = try fixture.storage.list().compactMap(SegmentName.firstOffset).sorted()
        log.seal(below: offsets[2] - 1)
        while log.step() {}
        #expect(try self.forms(fixture.storage).count { $0 } == 1)
        log.seal(below: offsets[2])
        while log.step() {}
        #expect(try self.forms(fixture.storage).prefix(3) == [true, true, false])
        log.close()
    }

    @Test func `a segment of many chunks and blocks of every size reads as before`() throws {
        var fixture = LogFixture(seed: 4)
        fixture.configuration.segmentBytes = 1_500_000
        fixture.configuration.blockBytes = 400_000
        fixture.configuration.pendingBytes = 400_000
        fixture.configuration.freeSpaceFloorBytes = 0
        let log = try fixture.open()
        var random = SeededRandom(seed: 4)
        let writer = log.makeWriter(.events) { _ in }
        for number in 0..<400 as Range<UInt64> {
            try writer.append(TestRecords.event(number, padding: Int.random(in: 0..<200, using: &random)))
            let noise = Int.random(in: 0..<20_000, using: &random)
            try writer.append(TestRecords.event(number, padding: number % 40 == 0 ? 200_000 : noise))
            if Bool.random(using: &random) { while log.step() {} }
            fixture.clock.advance(.milliseconds(7))
        }
        while log.step() {}
        let before = try self.blocks(log)
        log.seal(below: log.end)
        while log.step() {}
        #expect(try self.forms(fixture.storage).count { $0 } > 1)
        #expect(try self.blocks(log) == before)
        log.close()
        let again = try fixture.open()
        #expect(try self.blocks(again) == before)
        again.close()
    }

    // MARK: Damage

    @Test func `every changed byte of a sealed file is noticed`() throws {
        let (fixture, log, before) = try self.sealed(90)
        log.close()
        let name = SegmentName.name(of: 0)
        let size = try #require(fixture.storage.contents(of: name)).count
        for position in 0..<size {
            let copy = fixture.storage.copy(seed: 1)
            copy.flipBit(of: name, at: position, bit: position % 8)
            #expect(try LogInspector(copy).verify().contains { $0.isDamage && $0.file == name }, "byte \(position)")
            if position >= SegmentHeader.byteCount {
                let frozen = try FrozenLog(copy)
                #expect(throws: LogReadFailure.corrupt(offset: 0)) { try frozen.read(from: 0, maximumBytes: 1) }
                let next = try #require(before.first { $0.offset > 40 }?.offset)
                #expect(try self.blocks(frozen, from: next + 20) == before.filter { $0.offset >= next + 20 })
            }
        }
    }

    @Test func `a sealed file of another length is noticed`() throws {
        let (fixture, log, _) = try self.sealed(90)
        log.close()
        let name = SegmentName.name(of: 0)
        let bytes = try #require(fixture.storage.contents(of: name))
        for length in 0..<bytes.count {
            let copy = fixture.storage.copy(seed: 1)
            copy.truncate(name, to: length)
            #expect(try LogInspector(copy).verify().contains { $0.isDamage && $0.file == name }, "cut at \(length)")
            #expect(throws: LogOpenFailure.self, "cut at \(length)") {
                try LogCopy(of: copy, to: FaultyStorage(seed: 2))
            }
        }
        fixture.storage.put(bytes + [0], as: name)
        #expect(try LogInspector(fixture.storage).verify().contains { $0.isDamage })
    }

    @Test func `a log whose last segment is missing behind a sealed one is refused`() throws {
        let (fixture, log, _) = try self.sealed()
        let last = try #require(try fixture.storage.list().compactMap(SegmentName.firstOffset).max())
        fixture.storage.restart()
        try fixture.storage.remove(SegmentName.name(of: last))
        #expect(throws: LogOpenFailure.missing(from: last, to: last + 1)) { try fixture.open() }
        withExtendedLifetime(log) {}
    }

    // MARK: Failures

    @Test func `a damaged segment stays as it is, is told once, and the others are sealed`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<200)
        fixture.storage.flipBit(of: SegmentName.name(of: 0), at: 5_000, bit: 2)
        let damaged = fixture.storage.contents(of: SegmentName.name(of: 0))
        log.seal(below: log.end)
        while log.step() {}
        let failure = try #require(log.takeSealingFailure())
        #expect(failure.contains(SegmentName.name(of: 0)) && failure.contains("checksum"))
        #expect(log.takeSealingFailure() == nil)
        #expect(fixture.storage.contents(of: SegmentName.name(of: 0)) == damaged)
        let forms = try self.forms(fixture.storage)
        #expect(forms == [false] + Array(repeating: true, count: forms.count - 2) + [false])
        #expect(log.failure == nil)
        log.close()
    }

    @Test func `a failed sync of a sealed file leaves the segment and fails nothing`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<200)
        let before = try self.blocks(log)
        let contents = fixture.storage.contents(of: SegmentName.name(of: 0))
        fixture.storage.failSync()
        log.seal(below: log.end)
        while log.step() {}
        #expect(log.takeSealingFailure()?.contains("sync") == true)
        #expect(log.failure == nil)
        #expect(fixture.storage.contents(of: SegmentName.name(of: 0)) == contents)
        #expect(try self.blocks(log) == before)
        try fixture.fill(log, 200..<210)
        log.close()
    }

    @Test func `sealing waits for space, and takes none from events`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<200)
        fixture.storage.freeSpace = fixture.configuration.freeSpaceFloorBytes
        log.seal(below: log.end)
        while log.step() {}
        #expect(try !self.forms(fixture.storage).contains(true))
        fixture.storage.freeSpace = 1 << 30
        while log.step() {}
        #expect(try self.forms(fixture.storage).contains(true))
        log.close()
    }

    @Test func `a segment that is trimmed while it is sealed does not come back`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<200)
        log.seal(below: log.end)
        #expect(log.step(), "one chunk is written")
        #expect(try fixture.storage.list().contains(SegmentSealer.temporaryName))
        log.trim(below: log.end)
        while log.step() {}
        #expect(try fixture.storage.list().compactMap(SegmentName.firstOffset) == [log.start])
        #expect(try !fixture.storage.list().contains(SegmentSealer.temporaryName))
        log.close()
    }

    @Test func `a trimmed sealed segment is removed, and makes no spare that would need space`() throws {
        let (fixture, log, _) = try self.sealed()
        fixture.storage.freeSpace = 0
        log.trim(below: log.end)
        while log.step() {}
        #expect(log.failure == nil)
        #expect(try fixture.storage.list().compactMap(SegmentName.firstOffset) == [log.start])
        log.close()
    }

    @Test func `causes of sealed derived records are found again`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        let writer = log.makeWriter(.derived) { _ in }
        for offset in 0..<300 as Range<UInt64> {
            try writer.append(TestRecords.derived(source: UInt16(offset % 5), offset: offset))
            while log.step() {}
        }
        log.seal(below: log.end)
        while log.step() {}
        #expect(try self.forms(fixture.storage).contains(true))
        let causes = log.causes()
        log.close()
        let again = try fixture.open()
        #expect(again.causes() == causes)
        again.close()
    }
}
