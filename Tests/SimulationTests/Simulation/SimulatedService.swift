import Domain
import EventLog
import GRDB
import ScoreStore
import Server
import TestSupport

@testable import Catalog
@testable import Collector

/// One life of the service's process: the parts of ``Server/Pipeline``, the collector without sockets, the writer of
/// effects and the dispatchers, each doing one step when the seed says so.
///
/// The service's threads are these steps, in an order that threads could have had; what is not here are the threads
/// themselves (ConcurrencyTests, ScorerTests and the end-to-end tests have them), HTTP's listeners and the private
/// port.
final class SimulatedService {
    let pipeline: Pipeline
    let port: SimulatedPort
    private let machine: Machine
    private let stream: StreamID

    // The effects on their way into the catalog.
    private(set) var applied: UInt64
    private var taken: UInt64
    private var batch: EffectBatch?
    private var transaction: (effects: [Effect], through: UInt64)?

    private var workers: [Scorer.Worker]
    private var lanes: [SimulatedLane]

    // Commands, and what became of them.
    private let control: any LogWriter
    private let commands = CommandBook()

    // A checkpoint that waits until the catalog and the log have what follows from it.
    private var images: SlotImages?
    private(set) var savedCheckpoints = 0

    /// Small files and buffers, so that a short run fills, rolls, seals and trims them.
    static var logConfiguration: SegmentLogConfiguration {
        var configuration = SegmentLogConfiguration()
        configuration.segmentBytes = 12_288
        configuration.spareStepBytes = 5_000
        configuration.blockBytes = 6_144
        configuration.pendingBytes = 6_144
        configuration.freeSpaceFloorBytes = 32_768
        configuration.recentBytes = 4_096
        configuration.segmentAge = .minutes(10)
        configuration.runsThreads = false
        return configuration
    }

    static let destinations = ["crm", "mail"].map { name in
        Destination(
            name: name,
            kind: .webhook,
            url: "https://\(name).example/hook",
            notifications: name == "crm" ? NotificationKind.allCases : [.contactNurture, .leadQualified, .alert]
        )
    }

    static let effectSettings = EffectWriter.Settings(
        destinations: SimulatedService.destinations,
        source: "https://t.example",
        consoleAddress: "http://console.example"
    )

    /// Starts on what the machine holds, like ``Server/Core``.
    init(_ machine: Machine, workers: Int, browsers: BrowserMemory) throws {
        self.machine = machine
        self.pipeline = try Pipeline(
            Pipeline.Storage(catalog: machine.catalog, log: machine.log, checkpoints: machine.checkpoints),
            options: Pipeline.Options(workers: workers, log: Self.logConfiguration, effects: Self.effectSettings),
            clock: machine.clock,
            randomness: machine.randomness,
            passedOver: { _, _ in },
            onCommit: {}
        )
        self.stream = self.pipeline.log.id
        self.applied = self.pipeline.applied
        self.taken = self.pipeline.scorer.folded
        self.workers = (0..<workers).map(self.pipeline.scorer.makeWorker)
        self.lanes = Self.destinations.map { SimulatedLane($0, catalog: machine.catalog) }
        let commands = self.commands
        self.control = self.pipeline.log.makeWriter(.control) { commands.note($0) }
        self.port = SimulatedPort(
            self.pipeline,
            memory: browsers,
            clock: machine.clock,
            randomness: machine.randomness
        )
        for index in self.lanes.indices { try self.lanes[index].start(at: machine.clock.wallTime()) }
    }

    // MARK: Steps

    /// One round of the log's two threads, and what the loops answer after it.
    func commit() throws {
        _ = self.pipeline.log.step()
        self.port.turn()
    }

    /// Logs a step of the workload, unless the log refuses it.
    func log(_ step: LogStep) {
        var frames = ByteWriter()
        for item in step.items {
            RecordFrame.append(to: &frames, kind: item.kind, slot: item.slot(in: self.pipeline.store.slots)) {
                $0.bytes.append(contentsOf: item.payload)
            }
        }
        guard let ticket = try? frames.bytes.withUnsafeBytes({ try self.control.append($0, records: step.items.count) })
        else { return }
        self.commands.add(frames.bytes, ticket: ticket)
    }

    /// The frames of commands that were reported durable since the last call.
    func takeAcknowledgedCommands() -> [[UInt8]] { self.commands.takeAcknowledged() }

    /// A worker folds what the log holds. Returns whether there was anything.
    func fold(_ worker: Int) throws(ScorerFailure) -> Bool {
        try self.pipeline.scorer.step(&self.workers[worker % self.workers.count])
    }

    var workerCount: Int { self.workers.count }

    /// The next transaction of effects; one that fails is tried again with the next call. Returns whether one was
    /// committed.
    func apply() -> Bool {
        if self.transaction == nil {
            if self.batch == nil, self.pipeline.scorer.folded > self.taken,
                let next = self.pipeline.effects.take(gathering: .seconds(0))
            {
                self.taken = next.through
                // Small transactions, so that a crash falls between those of one batch.
                self.batch = EffectBatch(next.effects, through: next.through, limit: 7)
            }
            self.transaction = self.batch?.next()
            if self.transaction == nil { self.batch = nil }
        }
        guard let transaction else { return false }
        do {
            try self.pipeline.writer.apply(
                transaction.effects,
                applied: LogPosition(stream: self.stream, offset: transaction.through)
            )
            self.applied = max(self.applied, transaction.through)
            self.transaction = nil
            return true
        } catch {
            return false
        }
    }

    /// One operation of a destination's dispatcher.
    func dispatch(_ lane: Int, random: inout SeededRandom) throws {
        let index = lane % self.lanes.count
        try self.lanes[index].step(
            at: self.machine.clock.wallTime(),
            logEnd: self.pipeline.log.end,
            network: self.machine.network,
            random: &random
        )
    }

    /// When a dispatcher that has nothing else to do goes on.
    var nextTimer: Timestamp? { self.lanes.compactMap(\.timer).min() }

    /// How many deliveries are neither delivered nor given up.
    func waitingDeliveries() throws -> Int { try self.deliveries(in: "pending") }

    /// How many deliveries were given up.
    func deadLetters() throws -> Int { try self.deliveries(in: "dead") }

    private func deliveries(in state: String) throws -> Int {
        try self.machine.catalog.connections.read { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM deliveries WHERE state = ?", arguments: [state]) ?? 0
        }
    }

    /// Makes dead letters due again.
    func retryDeadLetters() throws {
        let outbox = CatalogOutbox(catalog: self.machine.catalog)
        _ = try blocking { try await outbox.retry() }
        for index in self.lanes.indices { try self.lanes[index].wake(at: self.machine.clock.wallTime()) }
    }

    /// Takes the slots as they are; or saves those taken, if all that follows from them is on disk, and trims the log.
    func checkpoint() {
        guard let images else {
            self.images = self.pipeline.images()
            return
        }
        guard self.pipeline.isSettled(images, applied: self.applied) else { return }
        self.images = nil
        guard (try? self.pipeline.save(images)) != nil else { return }
        self.savedCheckpoints += 1
        try? self.pipeline.trim(olderThan: .days(2), applied: self.applied)
    }

    /// Whether nothing is left to do but to deliver.
    var isSettled: Bool {
        let end = self.pipeline.log.end
        return self.pipeline.scorer.folded == end && self.applied == end && self.pipeline.scorer.derivedDurable == end
            && self.port.isIdle
    }
}

/// What became of commands. A class of its own, because the writer's progress reports to it.
private final class CommandBook: @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    private var waiting: [(ticket: UInt64, frames: [UInt8])] = []
    private var acknowledged: [[UInt8]] = []

    func takeAcknowledged() -> [[UInt8]] {
        defer { self.acknowledged = [] }
        return self.acknowledged
    }

    func add(_ frames: [UInt8], ticket: UInt64) { self.waiting.append((ticket, frames)) }

    func note(_ progress: LogProgress) {
        switch progress {
        case .durable(let ticket, _):
            self.acknowledged += self.waiting.filter { $0.ticket <= ticket }.map(\.frames)
            self.waiting.removeAll { $0.ticket <= ticket }
        case .failed: self.waiting = []
        }
    }
}
