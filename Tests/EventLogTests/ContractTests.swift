import Domain
import EventLog
import TestSupport
import Testing

@Suite struct ContractTests {
    @Test(arguments: StorageContract.allCases)
    func `a directory of the file system keeps the storage contract`(_ promise: StorageContract) throws {
        let directory = try TemporaryDirectory()
        try promise.check(try PosixStorage(directory.path), other: try PosixStorage(directory.path))
    }

    @Test(arguments: StorageContract.allCases, [false, true])
    func `simulated storage keeps the storage contract`(_ promise: StorageContract, writesShort: Bool) throws {
        let storage = FaultyStorage(seed: 1)
        storage.writesShort = writesShort
        try promise.check(storage, other: storage)
    }

    @Test(arguments: EventStreamContract.allCases)
    func `the simulated stream keeps the stream contract`(_ promise: EventStreamContract) throws {
        try promise.check(MemoryEventStream(seed: 1, clock: ManualClock()))
    }

    @Test(arguments: EventStreamContract.allCases, [false, true])
    func `the log on simulated storage keeps the stream contract`(
        _ promise: EventStreamContract,
        runsThreads: Bool
    ) throws {
        var fixture = LogFixture()
        fixture.configuration.runsThreads = runsThreads
        fixture.storage.writesShort = true
        let log = try fixture.open()
        defer { log.close() }
        try promise.check(log)
    }

    @Test(arguments: EventStreamContract.allCases)
    func `the log on real files keeps the stream contract`(_ promise: EventStreamContract) throws {
        let directory = try TemporaryDirectory()
        var configuration = LogFixture.small
        configuration.runsThreads = true
        let log = try SegmentLog(
            storage: try PosixStorage(directory.path),
            configuration: configuration,
            clock: ManualClock(),
            randomness: SeededSource(seed: 1)
        )
        defer { log.close() }
        try promise.check(log)
    }
}
