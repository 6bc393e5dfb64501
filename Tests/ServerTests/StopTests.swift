import Catalog
import Domain
import EventLog
import GRDB
import Glibc
import ScoreStore
import Synchronization
import TestSupport
import Testing

@testable import Catalog
@testable import Server

/// A stop waits for nothing that will not come.
@Suite struct StopTests {
    typealias Harness = AdministrationHarness

    /// Commits fail while it is closed, as with a full disk or a lock that somebody else holds.
    private final class Lock: TransactionObserver, Sendable {
        private let state = Mutex((isClosed: false, refusals: 0))

        var refusals: Int { self.state.withLock { $0.refusals } }

        func close(_ isClosed: Bool) { self.state.withLock { $0.isClosed = isClosed } }

        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseWillCommit() throws {
            let isClosed = self.state.withLock { state in
                if state.isClosed { state.refusals += 1 }
                return state.isClosed
            }
            if isClosed { throw DatabaseError(resultCode: .SQLITE_FULL) }
        }
        func databaseDidCommit(_ database: Database) {}
        func databaseDidRollback(_ database: Database) {}
    }

    /// Commits wait while it is closed, as with a disk that is slow.
    private final class Gate: TransactionObserver, Sendable {
        let isOpen = Mutex(true)

        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseWillCommit() throws { while !self.isOpen.withLock({ $0 }) { sched_yield() } }
        func databaseDidCommit(_ database: Database) {}
        func databaseDidRollback(_ database: Database) {}
    }

    private func lock(_ core: Core) throws -> Lock {
        let lock = Lock()
        try self.add(lock, to: core)
        return lock
    }

    private func add(_ observer: any TransactionObserver & Sendable, to core: Core) throws {
        try core.catalog.connections.write { $0.add(transactionObserver: observer, extent: .databaseLifetime) }
    }

    /// More effects than a worker's lane holds, in several batches.
    private func fill(_ core: Core) async throws {
        let slots = core.store.slots
        for batch in 0..<6 {
            var frames = ByteWriter()
            for number in 1...4_000 {
                let contact = ContactID(UInt64(batch * 4_000 + number) &* 0x9e37_79b9_7f4a_7c15)
                RecordFrame.append(to: &frames, kind: .contact, slot: slots.slot(of: contact)) { writer in
                    ContactRecord(contact: contact).encode(to: &writer)
                }
            }
            _ = try await core.commands.append(frames.bytes, records: 4_000)
        }
    }

    @Test func withALockedCatalogAndAFullLaneItStillStops() async throws {
        try await Harness.run { harness in
            let lock = try self.lock(harness.core)
            lock.close(true)
            try await self.fill(harness.core)
            while lock.refusals == 0 { await Task.yield() }
            // Closed by the harness, too: a stop may be asked for twice.
            await harness.core.stop()
            #expect(harness.core.pump.applied < harness.core.log.end)
        }
    }

    @Test func aCatalogFarBehindIsNotWaitedForLongerThanAStopMayTake() async throws {
        try await Harness.run { harness in
            let gate = Gate()
            try self.add(gate, to: harness.core)
            gate.isOpen.withLock { $0 = false }
            try await self.fill(harness.core)
            let stopping = Task { await harness.core.stop() }
            let isTold = Atomic(false)
            harness.core.pump.whenApplied(.max) { isTold.store(true, ordering: .relaxed) }
            var seconds: Int64 = 0
            while !isTold.load(ordering: .relaxed) {
                harness.clock.advance(.seconds(1))
                seconds += 1
                await Task.yield()
            }
            #expect(.seconds(seconds) >= Limits.stopPatience)
            gate.isOpen.withLock { $0 = true }
            await stopping.value
            #expect(harness.core.pump.applied < harness.core.log.end, "the transaction under way was the last")
        }
    }

    @Test func aWaitForTheFoldEndsWithItsTask() async throws {
        try await Harness.run { harness in
            let core = harness.core
            let waiting = Task { await core.reached(core.log.end + 1) }
            waiting.cancel()
            #expect(await waiting.value == false)
            #expect(await core.reached(core.log.end))
        }
    }

    @Test func aCommitThatFailsIsTriedAgainUntilItSucceeds() async throws {
        try await Harness.run { harness in
            let lock = try self.lock(harness.core)
            lock.close(true)
            var frames = ByteWriter()
            let contact = ContactID(5)
            RecordFrame.append(to: &frames, kind: .contact, slot: harness.core.store.slots.slot(of: contact)) {
                ContactRecord(contact: contact).encode(to: &$0)
            }
            _ = try await harness.core.commands.append(frames.bytes, records: 1)
            while harness.core.pump.failure == nil { await Task.yield() }
            #expect(harness.core.pump.applied == 0)
            lock.close(false)
            #expect(await harness.core.reached(1))
            #expect(harness.core.pump.failure == nil)
            #expect(try await harness.core.catalog.contact(contact) != nil)
        }
    }
}
