import Domain
import GRDB
import Synchronization
import TestSupport

@testable import Catalog

/// What outlives the process: disks, the clock, the catalog's committed transactions, and the destinations' memory.
///
/// The catalog is a real SQLite in memory, which is what its file is after a crash: the transactions that returned.
/// Those that had not are made to fail (``CommitFaults``).
final class Machine {
    let log: FaultyStorage
    let checkpoints: FaultyStorage
    let clock = ManualClock(Workload.start)
    let randomness: SeededSource
    let catalog: CatalogDatabase
    let commits = CommitFaults()
    let network: SimulatedNetwork
    /// The checkpoint that was damaged last.
    private var damaged: String?

    init(seed: UInt64) throws {
        self.log = FaultyStorage(seed: seed)
        self.checkpoints = FaultyStorage(seed: seed ^ 0xc4ec)
        self.randomness = SeededSource(seed: seed ^ 0x5a17)
        self.catalog = try CatalogDatabase()
        self.network = SimulatedNetwork()
        try self.catalog.connections.write { $0.add(transactionObserver: self.commits, extent: .databaseLifetime) }
    }

    /// Whether a crash point was reached, on whichever disk: then nothing works until the machine starts again.
    var isDown: Bool { self.log.isDown || self.checkpoints.isDown || self.commits.isDown }

    /// Starts again, after a power cut or after the process alone died.
    func start(losingPower: Bool) {
        for storage in [self.log, self.checkpoints] {
            if losingPower { storage.crash() } else { storage.restart() }
        }
        self.commits.heal()
    }

    /// A bit of a checkpoint flips while nobody looks. Only one of them at a time is damaged, which is what two of them
    /// are kept for. Returns whether there was one to damage.
    func damageCheckpoint(_ random: inout SeededRandom) -> Bool {
        let names = ((try? self.checkpoints.list()) ?? []).filter { $0.hasSuffix(".ckpt") }
        guard names.count > 1, self.damaged.map({ !names.contains($0) }) ?? true else { return false }
        self.damaged = self.checkpoints.flipBit(among: names, using: &random)
        return self.damaged != nil
    }

    /// The disks have room and the catalog takes transactions.
    func heal() {
        for storage in [self.log, self.checkpoints] { storage.runOut(for: 0) }
        self.commits.heal()
    }
}

/// Makes transactions of the catalog fail instead of being committed.
final class CommitFaults: TransactionObserver {
    struct Refused: Error {}

    private struct State {
        var refusals = 0
        var untilDown: Int?
        var isDown = false
    }

    private let state = Mutex(State())

    var isDown: Bool { self.state.withLock { $0.isDown } }

    /// The next transactions fail, as when somebody holds the file's lock or the disk is full.
    func refuse(_ count: Int) { self.state.withLock { $0.refusals = count } }

    /// The machine stops in the middle of the `count`-th transaction from now.
    func crash(after count: Int) { self.state.withLock { $0.untilDown = count } }

    func heal() { self.state.withLock { $0 = State() } }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }

    func databaseDidChange(with event: DatabaseEvent) {}

    func databaseWillCommit() throws {
        let isRefused = self.state.withLock { state in
            if let left = state.untilDown {
                state.untilDown = left - 1
                if left <= 1 { state.isDown = true }
            }
            if state.refusals > 0 {
                state.refusals -= 1
                return true
            }
            return state.isDown
        }
        if isRefused { throw Refused() }
    }

    func databaseDidCommit(_ database: Database) {}

    func databaseDidRollback(_ database: Database) {}
}
