package import Domain

/// The effects on their way from the workers to the one writer of the catalog, in log order.
///
/// Each worker has a lane that it fills in log order and a mark up to which it has folded. Everything below the
/// lowest mark is complete and may be taken. A lane is bounded: a worker whose lane is full waits, and with it the
/// fold; collection goes on.
package final class EffectQueue: Sendable {
    private struct Lane: Sendable {
        var effects: [Effect] = []
        var mark: UInt64
    }

    private struct State: Sendable {
        var lanes: [Lane]
        var taken: UInt64
        var isClosed = false

        var complete: UInt64 { self.lanes.map(\.mark).min() ?? 0 }
    }

    private let state: Monitor<State>

    /// A queue for so many workers, which start to fold at `start`.
    package init(lanes: Int, start: UInt64) {
        self.state = Monitor(State(lanes: Array(repeating: Lane(mark: start), count: lanes), taken: start))
    }

    /// Adds a worker's effects and moves its mark: it has folded everything below. Waits while its lane is full.
    /// Returns false when the queue was closed.
    package func push(lane: Int, _ effects: [Effect], mark: UInt64) -> Bool {
        self.state.wait(
            until: { state in state.isClosed || state.lanes[lane].effects.count < Limits.pendingEffects },
            { _ in }
        )
        var isOpen = false
        self.state.withLock { state in
            guard !state.isClosed else { return false }
            isOpen = true
            state.lanes[lane].effects.append(contentsOf: effects)
            state.lanes[lane].mark = mark
            return true
        }
        return isOpen
    }

    /// Waits for effects that are complete and takes them, in log order, with the offset below which nothing is
    /// missing. Nil when the queue was closed and everything was taken.
    package func take() -> (effects: [Effect], through: UInt64)? {
        let taken: (effects: [Effect], through: UInt64)? = self.state.wait(
            until: { $0.isClosed || $0.complete > $0.taken },
            { state in
                let through = state.complete
                guard through > state.taken else { return nil }
                state.taken = through
                var effects: [Effect] = []
                for index in state.lanes.indices {
                    let count = state.lanes[index].effects.firstIndex { $0.offset >= through }
                    let cut = count ?? state.lanes[index].effects.count
                    effects.append(contentsOf: state.lanes[index].effects[..<cut])
                    state.lanes[index].effects.removeFirst(cut)
                }
                return (effects, through)
            }
        )
        guard var taken else { return nil }
        // Wakes workers that waited for room.
        self.state.withLock { _ in true }
        taken.effects.sort { ($0.offset, $0.slot, $0.ordinal) < ($1.offset, $1.slot, $1.ordinal) }
        return taken
    }

    /// How many effects wait.
    package var count: Int {
        self.state.wait(until: { _ in true }, { $0.lanes.reduce(0) { $0 + $1.effects.count } })
    }

    /// No more effects come.
    package func close() {
        self.state.withLock { state in
            state.isClosed = true
            return true
        }
    }
}
