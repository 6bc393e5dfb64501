import Domain
import EventLog
import ScoreStore
import TestSupport
import Testing

/// Two generations on storage that fails: one is whole at any time.
@Suite struct CheckpointStoreTests {
    private static let stream = StreamID(7)

    private static func head(
        high: UInt64,
        low: UInt64? = nil,
        stream: StreamID = Self.stream,
        slots: UInt16 = 3,
        models: [UInt8]? = nil
    ) -> CheckpointHead {
        var history = ByteWriter()
        ModelHistory().encode(to: &history)
        var causes = ByteWriter()
        CauseTable().encode(to: &causes)
        return CheckpointHead(
            stream: stream,
            low: low ?? high / 2,
            high: high,
            models: models ?? history.bytes,
            causes: causes.bytes,
            causesOffset: high,
            slots: slots
        )
    }

    private static func slots(_ count: UInt16 = 3) -> [[UInt8]] {
        (0..<count).map { number in
            var writer = ByteWriter()
            SlotState(slot: Slot(number)).encode(to: &writer)
            return writer.bytes
        }
    }

    private static func save(_ store: CheckpointStore, _ head: CheckpointHead) throws {
        var next = Self.slots(head.slots).makeIterator()
        try store.save(head) { next.next() }
    }

    private static func files(_ storage: FaultyStorage) throws -> [String] {
        try storage.list().filter { $0.hasSuffix(".ckpt") }.sorted()
    }

    private static func load(
        _ storage: FaultyStorage,
        stream: StreamID? = Self.stream,
        applied: UInt64 = .max
    ) throws -> (high: UInt64?, reasons: [String]) {
        var reasons: [String] = []
        let loaded = try CheckpointStore(storage).load(stream: stream, applied: applied) { reasons.append($1) }
        if let loaded { #expect(loaded.slots.map(\.slot.rawValue) == [0, 1, 2]) }
        return (loaded?.head.high, reasons)
    }

    @Test func `two generations are kept, and the log is needed from the older one's lowest slot`() throws {
        let storage = FaultyStorage(seed: 1)
        let store = CheckpointStore(storage)
        #expect(try store.newestLow() == nil)
        try Self.save(store, Self.head(high: 10))
        #expect(try store.newestLow() == 5)
        #expect(try store.oldestLow() == nil, "a single generation has none to fall back to")
        try Self.save(store, Self.head(high: 20))
        try Self.save(store, Self.head(high: 300))
        #expect(try Self.files(storage).count == 2)
        #expect(try store.oldestLow() == 10)
        #expect(try store.newestLow() == 150)
        #expect(try Self.load(storage).high == 300)
    }

    @Test func `the log is needed from the lowest slot of any generation, not of the older one`() throws {
        let storage = FaultyStorage(seed: 1)
        let store = CheckpointStore(storage)
        try Self.save(store, Self.head(high: 13, low: 10))
        try Self.save(store, Self.head(high: 22, low: 22))
        // A slot of the newer one rots. A start goes on from the other, and one worker is ahead at the next checkpoint.
        let newer = try #require(try Self.files(storage).last)
        storage.flipBit(of: newer, at: try #require(storage.contents(of: newer)).count - 1, bit: 0)
        #expect(try Self.load(storage).high == 13)
        try Self.save(store, Self.head(high: 28, low: 15))
        #expect(try Self.load(storage).high == 28)
        #expect(try store.oldestLow() == 15)
    }

    @Test func `a damaged, foreign or too new checkpoint is passed over for the one before it`() throws {
        let storage = FaultyStorage(seed: 1)
        let store = CheckpointStore(storage)
        try Self.save(store, Self.head(high: 10))
        try Self.save(store, Self.head(high: 20))
        #expect(try Self.load(storage, applied: 19) == (10, ["it is ahead of the catalog"]))
        #expect(try Self.load(storage, applied: 9).high == nil)
        #expect(try Self.load(storage, stream: StreamID(8)).high == nil)
        #expect(try Self.load(storage, stream: nil).high == 20)
        let newest = try #require(try Self.files(storage).last)
        let count = try #require(storage.contents(of: newest)).count
        for position in stride(from: 0, to: count, by: 7) {
            let copy = storage.copy(seed: 1)
            copy.flipBit(of: newest, at: position, bit: position % 8)
            #expect(try Self.load(copy) == (10, ["it is damaged"]), "byte \(position)")
        }
        for length in stride(from: 0, to: count, by: 11) {
            let copy = storage.copy(seed: 1)
            copy.truncate(newest, to: length)
            #expect(try Self.load(copy) == (10, ["it is damaged"]), "cut at \(length)")
        }
    }

    @Test func `a power cut in any operation of a save leaves a whole generation`() throws {
        let dry = FaultyStorage(seed: 0)
        try Self.save(CheckpointStore(dry), Self.head(high: 10))
        try Self.save(CheckpointStore(dry), Self.head(high: 20))
        let before = dry.operations
        try Self.save(CheckpointStore(dry), Self.head(high: 30))
        for point in 1...(dry.operations - before) {
            for seed in 1...6 as ClosedRange<UInt64> {
                let storage = FaultyStorage(seed: seed &* 1_000 + UInt64(point))
                let store = CheckpointStore(storage)
                try Self.save(store, Self.head(high: 10))
                try Self.save(store, Self.head(high: 20))
                storage.crash(after: point)
                #expect(throws: CheckpointFailure.self) { try Self.save(store, Self.head(high: 30)) }
                storage.crash()
                let found = try Self.load(storage)
                #expect(found.high == 20 || found.high == 30, "operation \(point)")
                try Self.save(CheckpointStore(storage), Self.head(high: 40))
                #expect(try Self.load(storage).high == 40)
            }
        }
    }

    @Test func `what does not read back is not adopted, and no generation goes`() throws {
        let storage = FaultyStorage(seed: 1)
        let store = CheckpointStore(storage)
        try Self.save(store, Self.head(high: 10))
        try Self.save(store, Self.head(high: 20))
        let files = try Self.files(storage)
        // The first slot is long enough to be written before the second is asked for.
        var slots = [[UInt8](repeating: 1, count: 1_200_000), [2], [3]].makeIterator()
        #expect(throws: CheckpointFailure.unreadable) {
            try store.save(Self.head(high: 30)) {
                if (storage.contents(of: "slots.tmp")?.count ?? 0) > 5_000 {
                    storage.flipBit(of: "slots.tmp", at: 4_321, bit: 2)
                    storage.flipBit(of: "slots.tmp", at: 9_876, bit: 2)
                }
                return slots.next()
            }
        }
        #expect(try Self.files(storage) == files)
        #expect(try Self.load(storage).high == 20)
    }

    @Test func `a full disk keeps the generations there are`() throws {
        let storage = FaultyStorage(seed: 1)
        let store = CheckpointStore(storage)
        try Self.save(store, Self.head(high: 10))
        storage.freeSpace = 100
        #expect(throws: CheckpointFailure.self) { try Self.save(store, Self.head(high: 20)) }
        #expect(try Self.load(storage).high == 10)
        storage.freeSpace = 10_000_000
        try Self.save(store, Self.head(high: 30))
        #expect(try Self.load(storage).high == 30)
    }

    @Test func `saves at the same time wait for each other`() throws {
        let storage = FaultyStorage(seed: 1)
        let store = CheckpointStore(storage)
        let threads = (1...4).map { number in
            SystemThread.start("test") {
                for round in 0..<8 as Range<UInt64> {
                    try? Self.save(store, Self.head(high: round * 4 + UInt64(number)))
                }
            }
        }
        for thread in threads { try #require(thread).join() }
        let names = try Self.files(storage)
        #expect(names.count == 2)
        let found = try Self.load(storage)
        #expect(found.reasons.isEmpty)
        #expect(found.high == 32)
    }

    @Test func `a head of many models is read whatever its length`() throws {
        let storage = FaultyStorage(seed: 1)
        let store = CheckpointStore(storage)
        let models = [UInt8](repeating: 1, count: 17 << 20)
        try Self.save(store, Self.head(high: 10, low: 4, models: models))
        try Self.save(store, Self.head(high: 20, low: 6))
        #expect(try store.oldestLow() == 4)
    }
}
