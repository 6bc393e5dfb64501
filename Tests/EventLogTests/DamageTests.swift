import Domain
import EventLog
import TestSupport
import Testing

/// Every byte of a small log is cut or changed, and the log opened again.
@Suite struct DamageTests {
    private static let name = SegmentName.name(of: 0)

    /// Segments as small as they may be, so that every byte of one can be tried.
    private func fixture(_ storage: FaultyStorage? = nil) -> LogFixture {
        var fixture = LogFixture(storage: storage)
        fixture.configuration.blockBytes = 512
        fixture.configuration.pendingBytes = 512
        fixture.configuration.segmentBytes = SegmentHeader.byteCount + BlockHeader.blockBytes(payload: 512) + 64
        return fixture
    }

    /// A log of six blocks in one segment, killed; and where its blocks begin, and where the last ends.
    private func sixBlocks() throws -> (storage: FaultyStorage, starts: [Int]) {
        let fixture = self.fixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<6, padding: 20)
        fixture.storage.restart()
        let block = BlockHeader.blockBytes(payload: TestRecords.event(0, padding: 20).count)
        return (fixture.storage, (0...6).map { SegmentHeader.byteCount + $0 * block })
    }

    private func numbers(in storage: FaultyStorage) throws -> [UInt64] {
        let log = try self.fixture(storage).open()
        defer { log.close() }
        return try TestRecords.numbers(TestRecords.readAll(log))
    }

    @Test func `a segment cut at any byte keeps the whole blocks in front of the cut`() throws {
        let (storage, starts) = try self.sixBlocks()
        let size = try #require(storage.contents(of: Self.name)).count
        for length in SegmentHeader.byteCount...size {
            let copy = storage.copy(seed: 1)
            copy.truncate(Self.name, to: length)
            let whole = UInt64(starts.dropFirst().count { $0 <= length })
            #expect(try self.numbers(in: copy) == Array(0..<whole), "cut at \(length)")
        }
    }

    @Test func `a segment cut within its header is refused`() throws {
        let (storage, _) = try self.sixBlocks()
        for length in 0..<SegmentHeader.byteCount {
            let copy = storage.copy(seed: 1)
            copy.truncate(Self.name, to: length)
            #expect(throws: LogOpenFailure.self, "cut at \(length)") { try self.numbers(in: copy) }
        }
    }

    @Test func `a changed byte is refused, except in the last block, which counts as torn, and behind it`() throws {
        let (storage, starts) = try self.sixBlocks()
        let size = try #require(storage.contents(of: Self.name)).count
        for position in 0..<size {
            let copy = storage.copy(seed: 1)
            copy.flipBit(of: Self.name, at: position, bit: position % 8)
            if position >= starts[6] {
                #expect(try self.numbers(in: copy) == Array(0..<6), "changed at \(position)")
                continue
            }
            if position >= starts[5] {
                #expect(try self.numbers(in: copy) == Array(0..<5), "changed at \(position)")
                continue
            }
            #expect(throws: LogOpenFailure.self, "changed at \(position)") { try self.numbers(in: copy) }
            #expect(copy.contents(of: Self.name) != nil, "a refusal changes nothing")
        }
    }

    @Test func `the refusal names the file, the byte and the intact block`() throws {
        let (storage, starts) = try self.sixBlocks()
        storage.flipBit(of: Self.name, at: starts[2] + 45, bit: 3)
        let text =
            "the log is damaged: \(Self.name), byte \(starts[2]): the block's checksum does not fit, "
            + "and an intact block follows at byte \(starts[3])"
        do {
            _ = try self.numbers(in: storage)
            Issue.record("the log was opened")
        } catch let failure as LogOpenFailure {
            #expect(failure.description == text)
        }
        let findings = try LogInspector(storage).verify()
        #expect(findings.map(\.isDamage) == [true])
        #expect(findings.first?.position == starts[2])
    }

    @Test func `after a clean stop the last block is missed as well`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<6, padding: 20)
        log.close()
        let end = SegmentHeader.byteCount + 6 * BlockHeader.blockBytes(payload: 35)
        fixture.storage.flipBit(of: Self.name, at: end - 3, bit: 1)
        #expect(throws: LogOpenFailure.missing(from: 5, to: 6)) { try fixture.open() }
    }

    @Test func `a damaged marker only makes the start slower`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<6)
        log.close()
        fixture.storage.flipBit(of: CleanMarker.fileName, at: 20, bit: 1)
        let again = try fixture.open()
        #expect(!again.opening.wasClean)
        #expect(again.end == 6)
        again.close()
    }

    @Test func `a changed byte in a full segment is noticed when it is read`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<200)
        #expect(fixture.storage.contents(of: Self.name) != nil)
        fixture.storage.flipBit(of: Self.name, at: 5_000, bit: 2)
        #expect(throws: LogReadFailure.self) { try TestRecords.readAll(log) }
        let start = try #require(
            try fixture.storage.list().compactMap(SegmentName.firstOffset).sorted().dropFirst().first
        )
        #expect(try TestRecords.numbers(TestRecords.readAll(log, from: start)) == Array(start..<200))
        log.close()
        #expect(throws: LogOpenFailure.self) { try fixture.open() }
    }

    @Test func `a missing segment is refused`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<300)
        log.close()
        let offsets = try fixture.storage.list().compactMap(SegmentName.firstOffset).sorted()
        #expect(offsets.count > 3)
        try fixture.storage.remove(SegmentName.name(of: offsets[1]))
        #expect(throws: LogOpenFailure.self) { try fixture.open() }
        let findings = try LogInspector(fixture.storage).verify()
        #expect(findings.contains { $0.isDamage && $0.text.contains("\(offsets[1])") })
    }

    @Test func `losing every segment after a clean stop is refused`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<3)
        log.close()
        try fixture.storage.remove(Self.name)
        #expect(throws: LogOpenFailure.missing(from: 0, to: 3)) { try fixture.open() }
    }
}
