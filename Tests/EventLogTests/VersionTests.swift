import Domain
import ScoreStore
import TestSupport
import Testing

@testable import EventLog

/// What this version does with what another one wrote (docs/upgrading.md).
@Suite struct VersionTests {
    @Test func `a segment of a newer format is refused, and nothing is changed`() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        try fixture.fill(log, 0..<5)
        log.close()
        let name = SegmentName.name(of: 0)
        var bytes = try #require(fixture.storage.contents(of: name))
        bytes[8] = 3
        let checksum = bytes[..<4_092].withUnsafeBytes { CRC32C.extend(with: $0) }
        for index in 0..<4 { bytes[4_092 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
        fixture.storage.put(bytes, as: name)
        let names = try fixture.storage.list().sorted()
        #expect(throws: LogOpenFailure.newerVersion(file: name)) { try fixture.open() }
        #expect(try fixture.storage.list().sorted() == names)
        #expect(fixture.storage.contents(of: name) == bytes)
        #expect(throws: LogOpenFailure.newerVersion(file: name)) {
            try LogCopy(of: fixture.storage, to: FaultyStorage(seed: 2))
        }
    }

    private func head(slots: UInt16) -> CheckpointHead {
        var models = ByteWriter()
        ModelHistory().encode(to: &models)
        var causes = ByteWriter()
        CauseTable().encode(to: &causes)
        return CheckpointHead(
            stream: StreamID(1),
            low: 5,
            high: 9,
            models: models.bytes,
            causes: causes.bytes,
            causesOffset: 9,
            slots: slots
        )
    }

    private func saved(version: UInt8) throws -> FaultyStorage {
        let storage = FaultyStorage(seed: 1)
        var slot = ByteWriter()
        SlotState(slot: Slot(3)).encode(to: &slot)
        slot.bytes[0] = version
        var slots = [slot.bytes].makeIterator()
        try CheckpointStore(storage).save(self.head(slots: 1)) { slots.next() }
        return storage
    }

    @Test func `a checkpoint of this version is read`() throws {
        let store = CheckpointStore(try self.saved(version: SlotState.version))
        let loaded = try store.load(stream: StreamID(1), applied: 9) { name, why in Issue.record("\(name): \(why)") }
        #expect(loaded?.slots.map(\.slot) == [Slot(3)])
    }

    @Test func `a checkpoint with slots of a newer version is refused`() throws {
        let store = CheckpointStore(try self.saved(version: SlotState.version + 1))
        #expect(throws: CheckpointStore.NewerVersion(file: "slots-0000000000000009.ckpt")) {
            try store.load(stream: StreamID(1), applied: 9) { _, _ in }
        }
    }

    @Test func `a checkpoint with slots of an older version is passed over`() throws {
        let store = CheckpointStore(try self.saved(version: 0))
        var reasons: [String] = []
        #expect(try store.load(stream: StreamID(1), applied: 9) { reasons.append($1) } == nil)
        #expect(reasons == ["an older version of Vendange wrote it"])
    }

    @Test func `a checkpoint in a newer form is refused`() throws {
        let storage = try self.saved(version: SlotState.version)
        let name = "slots-0000000000000009.ckpt"
        var bytes = try #require(storage.contents(of: name))
        bytes[7] = UInt8(ascii: "2")
        storage.put(bytes, as: name)
        #expect(throws: CheckpointStore.NewerVersion(file: name)) {
            try CheckpointStore(storage).load(stream: nil, applied: .max) { _, _ in }
        }
    }

    @Test func `the older whole generation is copied, as another stream`() throws {
        let storage = try self.saved(version: SlotState.version)
        var newer = self.head(slots: 0)
        newer.high = 20
        try CheckpointStore(storage).save(newer) { nil }
        let target = FaultyStorage(seed: 2)
        let copy = try CheckpointStore(storage).copyOlder(to: target, stream: StreamID(4))
        #expect(copy == CheckpointStore.Copy(file: "slots-0000000000000009.ckpt", low: 5, high: 9))
        let loaded = try CheckpointStore(target).load(stream: StreamID(4), applied: 9) { _, _ in }
        #expect(loaded?.slots.map(\.slot) == [Slot(3)])

        storage.flipBit(of: "slots-0000000000000009.ckpt", at: 60, bit: 1)
        let next = try CheckpointStore(storage).copyOlder(to: FaultyStorage(seed: 3))
        #expect(next?.high == 20)
        #expect(try CheckpointStore(FaultyStorage(seed: 4)).copyOlder(to: target) == nil)
    }
}
