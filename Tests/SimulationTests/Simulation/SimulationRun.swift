import Collector
import Domain
import EventLog
import ScoreStore
import Server
import TestSupport

/// One seed, one run: what comes in, what fails, and whose turn it is are all drawn from it.
struct SimulationRun {
    /// What happened, for the statistics that show that the faults really occur.
    struct Report {
        var records: UInt64 = 0
        var trimmed: UInt64 = 0
        var sealed = 0
        var erased: UInt64 = 0
        var lives = 1
        var powerCuts = 0
        var failedSyncs = 0
        var checkpoints = 0
        var acknowledged = 0
        var refused: UInt64 = 0
        var deliveries = 0
        var fromCheckpoint = 0
        var damagedCheckpoints = 0
        var noticedDamages = 0
    }

    private let machine: Machine
    private let archive = Archive()
    private var random: SeededRandom
    private var service: SimulatedService
    private var browsers = Browsers()
    private var steps: ArraySlice<LogStep>
    private let pace: Pace
    private var titles: [String] = []
    private var commands: [[UInt8]] = []
    private(set) var report = Report()

    /// How many operations a run has before it is healed and brought to its end.
    private static let operations = 420

    init(seed: UInt64) throws {
        self.random = SeededRandom(seed: seed)
        self.machine = try Machine(seed: seed)
        self.steps = Workload(seed: seed, count: 45).steps[...]
        for disk in [self.machine.log, self.machine.checkpoints] {
            disk.writesShort = Int.random(in: 0..<4, using: &self.random) == 0
        }
        self.pace = Pace(&self.random)
        let workers = Int.random(in: 1...3, using: &self.random)
        self.service = try SimulatedService(self.machine, workers: workers, browsers: self.browsers.memory)
    }

    /// Plays the seed.
    mutating func play() throws {
        defer { self.service.port.end() }
        for _ in 0..<Self.operations {
            try self.act()
            if self.machine.isDown || self.hasStopped { try self.recover() }
            try self.observe()
        }
        try self.settle()
        self.compact()
        try self.settle()
        try self.checkSettled()
        try self.checkEnd()
    }

    // MARK: Operations

    private mutating func act() throws {
        let span = TimeSpan.milliseconds(Int64.random(in: 0..<60, using: &self.random))
        self.machine.clock.advance(span)
        self.service.port.turn(after: span)
        switch self.pace.next(&self.random) {
        case .request: try self.service.port.send(self.browsers.next(at: self.now, random: &self.random))
        case .work: self.work()
        case .commit: try self.service.commit()
        case .fold: _ = try self.fold(Int.random(in: 0..<8, using: &self.random))
        case .apply: _ = self.service.apply()
        case .dispatch: try self.service.dispatch(Int.random(in: 0..<2, using: &self.random), random: &self.random)
        case .checkpoint: self.service.checkpoint()
        case .fault: try self.fail()
        }
    }

    private var now: Timestamp { self.machine.clock.wallTime() }

    /// The next step of the workload, at its time.
    private mutating func work() {
        guard let step = self.steps.popFirst() else { return }
        if step.time > self.now { self.machine.clock.advance(step.time.since(self.now)) }
        self.service.log(step)
    }

    /// A worker's turn. Returns whether there was something to fold.
    private mutating func fold(_ worker: Int) throws -> Bool {
        do throws(ScorerFailure) {
            return try self.service.fold(worker)
        } catch {
            // The log has failed under it: the process ends, and the next one reads on.
            guard self.machine.isDown || self.hasStopped else { throw BrokenPromise("the scorer stopped: \(error)") }
            return true
        }
    }

    private mutating func fail() throws {
        switch Int.random(in: 0..<16, using: &self.random) {
        case 0..<3: self.machine.log.crash(after: Int.random(in: 1...12, using: &self.random))
        case 3..<5: self.machine.checkpoints.crash(after: Int.random(in: 1...8, using: &self.random))
        case 5: self.machine.commits.crash(after: Int.random(in: 1...3, using: &self.random))
        case 6: self.machine.commits.refuse(Int.random(in: 1...4, using: &self.random))
        case 7..<9: self.machine.log.runOut(for: Int.random(in: 1...40, using: &self.random))
        case 9: self.machine.checkpoints.runOut(for: Int.random(in: 1...3, using: &self.random))
        case 10:
            (Bool.random(using: &self.random) ? self.machine.log : self.machine.checkpoints).failSync()
            self.report.failedSyncs += 1
        case 11: self.machine.clock.stepWall(.seconds(Int64.random(in: -4_000_000...4_000_000, using: &self.random)))
        case 12: try self.stopAndStart()
        default: try self.recover()
        }
    }

    /// A log that has failed takes nothing until the service was restarted.
    private var hasStopped: Bool { self.service.pipeline.log.failure != nil }

    // MARK: Lives

    /// A graceful stop: what is logged is folded and applied, a checkpoint is left, the log is closed.
    private mutating func stopAndStart() throws {
        try self.settle()
        try self.checkSettled()
        for _ in 0..<2 { self.service.checkpoint() }
        self.service.pipeline.log.close()
        try self.startAgain(losingPower: false)
    }

    /// The process or the machine stops here and now, and starts again; perhaps more than once, when it stops again
    /// while it starts.
    private mutating func recover() throws {
        // An acknowledgement that was rendered has left the process.
        self.collectAcknowledgements()
        let losingPower = Bool.random(using: &self.random)
        try self.startAgain(losingPower: losingPower)
        // What can only be asked of a service at rest is asked after some of the starts: nobody would meet a machine that
        // comes to rest after each.
        guard Int.random(in: 0..<6, using: &self.random) == 0 else { return }
        try self.settle()
        try self.checkSettled()
        guard Int.random(in: 0..<4, using: &self.random) == 0 else { return }
        try Promises.checkReplay(self.service, self.archive, workers: Int.random(in: 1...5, using: &self.random))
    }

    private mutating func startAgain(losingPower: Bool) throws {
        var losesPower = losingPower
        self.collectAcknowledgements()
        self.noteLife()
        self.service.port.end()
        for attempt in 0..<8 {
            if losesPower { self.report.powerCuts += 1 }
            self.machine.start(losingPower: losesPower)
            if Int.random(in: 0..<4, using: &self.random) == 0, self.machine.damageCheckpoint(&self.random) {
                self.report.damagedCheckpoints += 1
            }
            if attempt < 3, Int.random(in: 0..<4, using: &self.random) == 0 {
                self.machine.log.crash(after: Int.random(in: 1...6, using: &self.random))
            }
            let workers = Int.random(in: 1...3, using: &self.random)
            do {
                self.service = try SimulatedService(self.machine, workers: workers, browsers: self.browsers.memory)
                try self.archive.check(self.service.pipeline.log)
                try self.checkSent()
                if self.service.pipeline.scorer.folded > 0 { self.report.fromCheckpoint += 1 }
                return
            } catch let failure as LogOpenFailure {
                guard case .storage = failure, self.machine.isDown || self.isFull else {
                    throw BrokenPromise("1: the log does not open: \(failure)")
                }
                self.machine.heal()
                losesPower = true
            } catch let failure as StorageFailure where self.machine.isDown {
                _ = failure
                losesPower = true
            }
        }
        throw BrokenPromise("the machine does not start")
    }

    private var isFull: Bool { ((try? self.machine.log.freeBytes()) ?? 0) == 0 }

    private mutating func noteLife() {
        self.report.lives += 1
        self.report.checkpoints += self.service.savedCheckpoints
        self.report.refused += self.service.port.counters.refused
    }

    private mutating func collectAcknowledgements() {
        self.titles += self.service.port.takeAcknowledged()
        self.commands += self.service.takeAcknowledgedCommands()
    }

    // MARK: Checks

    private mutating func observe() throws {
        self.collectAcknowledgements()
        try self.archive.absorb(self.service.pipeline.log)
        try Promises.checkCounters(self.service)
    }

    private func checkSent() throws {
        guard let highest = self.machine.network.highest else { return }
        guard highest < self.service.pipeline.log.end else {
            throw BrokenPromise("6: a delivery of the record \(highest) left, and the log ends before it")
        }
    }

    /// Brings everything that is logged through to the catalog, on a machine that is well.
    private mutating func settle() throws {
        if self.machine.isDown || self.hasStopped { try self.startAgain(losingPower: true) }
        self.machine.heal()
        for _ in 0..<10_000 {
            try self.service.commit()
            self.service.port.turn(after: .milliseconds(300))
            var isMoving = false
            for worker in 0..<self.service.workerCount where try self.fold(worker) { isMoving = true }
            while self.service.apply() { isMoving = true }
            if self.machine.isDown || self.hasStopped {
                try self.startAgain(losingPower: true)
                self.machine.heal()
            }
            if !isMoving, self.service.isSettled { return try self.observe() }
        }
        throw BrokenPromise("the service does not settle")
    }

    /// Lets the log seal and forget whatever it may. The machine may go down with it.
    private mutating func compact() {
        for _ in 0..<4 { self.service.checkpoint() }
        while !self.machine.isDown, !self.hasStopped, self.service.pipeline.log.step() {}
    }

    private mutating func checkSettled() throws {
        try self.observe()
        try Promises.checkAcknowledged(self.archive, titles: self.titles, commands: self.commands)
        try Promises.checkAccounting(self.service, self.archive)
        try Promises.checkScores(self.service.pipeline, at: self.service.pipeline.log.now)
    }

    /// Lets the dispatchers work on destinations that are well until nothing waits.
    private mutating func deliverTheRest() throws {
        self.machine.network.isWell = true
        for round in 0..<20_000 {
            for lane in 0..<2 { try self.service.dispatch(lane, random: &self.random) }
            if try self.service.waitingDeliveries() == 0 {
                // An attempt that was under way when the network became well may still have been the last.
                if try self.service.deadLetters() == 0 { return }
                try self.service.retryDeadLetters()
            }
            guard round % 10 == 9, let timer = self.service.nextTimer, timer > self.now else { continue }
            self.machine.clock.advance(timer.since(self.now))
        }
        throw BrokenPromise("6: deliveries wait for ever")
    }

    /// A bit of the log flips: that is noticed, or is in what nobody reads, or in the last block, which then counts as
    /// never written. Nothing else is served than was published.
    private mutating func checkDamage() throws {
        let disk = self.machine.log.copy(seed: self.random.next())
        let whole = try self.open(disk)
        try self.archive.check(whole)
        whole.close()
        disk.flipBit(among: try disk.list().filter { SegmentName.firstOffset(of: $0) != nil }, using: &self.random)
        do {
            try self.archive.checkServed(try self.open(disk))
        } catch let failure as LogOpenFailure {
            if case .storage = failure { throw failure }
            self.report.noticedDamages += 1
        } catch let failure as LogReadFailure {
            guard case .corrupt = failure else { throw failure }
            self.report.noticedDamages += 1
        }
    }

    private func open(_ disk: FaultyStorage) throws -> SegmentLog {
        try SegmentLog(
            storage: disk,
            configuration: SimulatedService.logConfiguration,
            clock: self.machine.clock,
            randomness: self.machine.randomness
        )
    }

    private mutating func checkEnd() throws {
        try self.archive.check(self.service.pipeline.log)
        for _ in 0..<4 { try self.checkDamage() }
        try Promises.checkReplay(self.service, self.archive, workers: Int.random(in: 1...5, using: &self.random))
        try self.deliverTheRest()
        try Promises.checkDeliveries(self.machine.network, self.machine.catalog)
        self.noteLife()
        self.report.lives -= 1
        self.report.records = self.archive.end
        self.report.trimmed = self.service.pipeline.log.start
        let log = try LogInspector(self.machine.log).statistics()
        self.report.sealed = log.sealedSegments
        self.report.erased = log.kinds.reduce(0) { sum, kind in
            let isMarker = [RecordKind.erased, .erasedDerived].map(\.rawValue).contains(kind.kind)
            return isMarker ? sum + kind.records : sum
        }
        self.report.acknowledged = self.titles.count + self.commands.count
        self.report.deliveries = self.machine.network.received.values.reduce(0) { $0 + $1.count }
    }
}
