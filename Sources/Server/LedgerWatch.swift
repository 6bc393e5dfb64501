import Domain
import Synchronization

/// What ledgers have just taken in, for whoever watches.
///
/// The effects' writer passes each batch by here once it is in the catalog. While nobody watches, that costs one
/// uncontended lock for a batch, and nothing is kept. Limits: the newest ``Limits/liveBacklog`` changes.
final class LedgerWatch: Sendable {
    private struct State {
        var watchers = 0
        var changes: [Effect] = []
    }

    private let state = Mutex(State())

    /// Changes are kept from now on.
    func begin() { self.state.withLock { $0.watchers += 1 } }

    /// One who watched is gone; after the last, nothing is kept.
    func end() {
        self.state.withLock { state in
            state.watchers -= 1
            if state.watchers == 0 { state.changes = [] }
        }
    }

    /// Notes what a batch changed in ledgers.
    func note(_ effects: [Effect]) {
        self.state.withLock { state in
            guard state.watchers > 0 else { return }
            state.changes += effects.lazy.filter(\.body.isLedgerChange).suffix(Limits.liveBacklog)
            state.changes.removeFirst(max(0, state.changes.count - Limits.liveBacklog))
        }
    }

    /// Takes the changes that follow from records below an offset, in log order.
    func take(below offset: UInt64) -> [Effect] {
        self.state.withLock { state in
            let count = state.changes.firstIndex { $0.offset >= offset } ?? state.changes.count
            defer { state.changes.removeFirst(count) }
            return Array(state.changes[..<count])
        }
    }
}

extension EffectBody {
    /// Whether points are granted, held, dropped or taken back by it.
    fileprivate var isLedgerChange: Bool {
        switch self {
        case .entry, .entrySettled, .entryDropped: true
        default: false
        }
    }
}
