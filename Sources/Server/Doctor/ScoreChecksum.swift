import Crypto
import Domain
import EventLog
import ScoreStore

/// One figure for all scores at a place in the log: two directories whose logs agree up to there have the same.
///
/// Folds in memory, from the newest checkpoint at or below the place, or from the log's beginning. Beside a running
/// service too: what a service holds at that place is the same by promise 5.
enum ScoreChecksum {
    /// Why there is no figure.
    enum Failure: Error, Equatable, CustomStringConvertible {
        /// The log no longer holds what the place needs.
        case trimmed(start: UInt64)

        var description: String {
            switch self {
            case .trimmed(let start): "the log begins at \(start), and no checkpoint at or below the place is usable"
            }
        }
    }

    static func compute(_ data: DataDirectory, at offset: UInt64?) throws -> Diagnosis.ScoreFacts {
        let log = try FrozenLog(try PosixStorage(data.log, createsDirectory: false), end: offset)
        let checkpoints = CheckpointStore(try PosixStorage(data.checkpoints, createsDirectory: false))
        let loaded = try checkpoints.load(stream: log.id, applied: log.end) { _, _ in }
        let start = loaded?.head.low ?? log.start
        guard start >= log.start, loaded != nil || log.start == 0 else { throw Failure.trimmed(start: log.start) }
        let store = ScoreStore(
            slots: SlotMap(key: log.slotKey),
            states: loaded?.slots ?? [],
            models: loaded?.models ?? ModelHistory()
        )
        // Closed from the start: effects are dropped.
        let effects = EffectQueue(lanes: 1, start: start)
        effects.close()
        let scorer = Scorer(
            store: store,
            stream: log,
            directory: Directory(),
            effects: effects,
            workers: 1,
            start: start
        )
        try scorer.runToEnd()
        var hash = SHA256()
        for slot in store.images(folded: { _ in log.end }).slots { hash.update(data: slot) }
        return Diagnosis.ScoreFacts(position: log.end, sha256: hash.finalize().hexadecimal)
    }
}
