import Catalog
import Domain
import Logging
import ScoreStore

/// The one writer of effects: takes what is complete, in log order, and commits it with the position reached.
///
/// SQLite full or busy stops it, and with its queue the fold; collection goes on. It tries again until it succeeds.
final class EffectPump: Sendable {
    private struct State: Sendable {
        var applied: UInt64
        var waiting: [(offset: UInt64, resume: @Sendable () -> Void)] = []
        var isStopping = false
        var isAbandoned = false
        var failure: String?
    }

    private let queue: EffectQueue
    private let writer: EffectWriter
    private let stream: StreamID
    private let historicBelow: UInt64
    private let logger: Logger
    private let ledgerWatch: LedgerWatch
    private let state: Monitor<State>

    private let patience: TimeSpan

    /// A pump; a failed commit is tried again after `patience`. What follows from records below `historicBelow` was
    /// decided before this catalog was there: it is kept as history, and nothing of it is sent.
    init(
        queue: EffectQueue,
        writer: EffectWriter,
        stream: StreamID,
        applied: UInt64,
        historicBelow: UInt64,
        logger: Logger,
        ledgerWatch: LedgerWatch,
        patience: TimeSpan = .seconds(1)
    ) {
        self.queue = queue
        self.writer = writer
        self.stream = stream
        self.historicBelow = historicBelow
        self.logger = logger
        self.ledgerWatch = ledgerWatch
        self.patience = patience
        self.state = Monitor(State(applied: applied))
    }

    /// Everything below is in the catalog.
    var applied: UInt64 { self.state.wait(until: { _ in true }, { $0.applied }) }

    /// Why the last commit failed; nil while all is well.
    var failure: String? { self.state.wait(until: { _ in true }, { $0.failure }) }

    /// Calls `resume` once everything below `offset` is in the catalog; at once if it is, or when the pump stops.
    func whenApplied(_ offset: UInt64, _ resume: @escaping @Sendable () -> Void) {
        var isReady = false
        self.state.withLock { state in
            isReady = state.applied >= offset || state.isStopping
            if !isReady { state.waiting.append((offset, resume)) }
            return false
        }
        if isReady { resume() } else { self.queue.want(offset) }
    }

    /// Runs until the queue is closed and empty, or ``abandon()`` is called.
    func run() {
        while !self.isAbandoned, let taken = self.queue.take() {
            var batch = EffectBatch(taken.effects, through: taken.through, historicBelow: self.historicBelow)
            while !self.isAbandoned, let next = batch.next() {
                guard self.commit(next.effects, through: next.through) else { return }
            }
        }
    }

    /// Ends with the transaction under way, whatever else is complete: the log has it all.
    func abandon() {
        self.state.withLock { state in
            state.isAbandoned = true
            return false
        }
        self.stop()
    }

    /// Gives up a commit that keeps failing, so that the service can stop: the log has it all.
    func stop() {
        var ready: [@Sendable () -> Void] = []
        self.state.withLock { state in
            state.isStopping = true
            ready = state.waiting.map(\.resume)
            state.waiting = []
            return true
        }
        for resume in ready { resume() }
    }

    private var isAbandoned: Bool { self.state.wait(until: { _ in true }, { $0.isAbandoned }) }

    /// Commits, again and again until it succeeds. False when the service stops first.
    private func commit(_ effects: [Effect], through offset: UInt64) -> Bool {
        while true {
            do {
                try self.writer.apply(
                    effects,
                    applied: LogPosition(stream: self.stream, offset: offset),
                    historic: effects.first.map { $0.offset < self.historicBelow } ?? false
                )
                self.ledgerWatch.note(effects)
                self.advance(to: offset)
                return true
            } catch {
                let isStopping = self.report(String(describing: error))
                if isStopping { return false }
            }
        }
    }

    private func advance(to offset: UInt64) {
        var ready: [@Sendable () -> Void] = []
        self.state.withLock { state in
            state.applied = max(state.applied, offset)
            state.failure = nil
            let applied = state.applied
            ready = state.waiting.filter { $0.offset <= applied }.map(\.resume)
            state.waiting.removeAll { $0.offset <= applied }
            return true
        }
        for resume in ready { resume() }
    }

    /// Notes a failure and waits a little. True when the service stops.
    private func report(_ failure: String) -> Bool {
        self.logger.error("catalog commit failed, trying again", metadata: ["error": "\(failure)"])
        self.state.withLock { state in
            state.failure = failure
            return false
        }
        return self.state.wait(
            microseconds: self.patience.microseconds,
            until: { $0.isStopping },
            { $0.isStopping }
        )
    }
}
