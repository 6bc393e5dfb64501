package import Domain

/// The effects on their way from the workers to the one writer of the catalog, in log order.
///
/// Each worker has a lane that it fills in log order and a mark up to which it has folded. Everything below the
/// lowest mark is complete and may be taken. A lane is bounded: a worker whose lane is full waits, and with it the
/// fold; collection goes on.
///
/// A transaction of the catalog costs a sync, whatever is in it. So what nobody waits for is left to gather for a
/// moment; a notification, an asker and a lane that fills up are not made to wait.
package final class EffectQueue: Sendable {
    private struct Lane: Sendable {
        var effects: [Effect] = []
        var mark: UInt64
        /// The offset of the first effect that must not wait.
        var urgent = UInt64.max

        mutating func append(_ effects: [Effect]) {
            if self.urgent == .max, let first = effects.first(where: \.body.isUrgent) { self.urgent = first.offset }
            self.effects.append(contentsOf: effects)
        }

        /// Takes out all below an offset.
        mutating func take(below offset: UInt64) -> ArraySlice<Effect> {
            let cut = self.effects.firstIndex { $0.offset >= offset } ?? self.effects.count
            let taken = self.effects[..<cut]
            self.effects.removeFirst(cut)
            self.urgent = self.effects.first(where: \.body.isUrgent)?.offset ?? .max
            return taken
        }
    }

    private struct State: Sendable {
        var lanes: [Lane]
        var taken: UInt64
        /// Somebody waits for everything below.
        var wanted: UInt64 = 0
        var isClosed = false

        var complete: UInt64 { self.lanes.reduce(.max) { min($0, $1.mark) } }
        var hasNews: Bool { self.complete > self.taken }

        var isUrgent: Bool {
            let complete = self.complete
            guard complete > self.taken else { return self.isClosed }
            return self.isClosed || self.wanted > self.taken
                || self.lanes.contains { $0.urgent < complete || $0.effects.count > Limits.pendingEffects / 2 }
        }
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
            let hadNews = state.hasNews
            state.lanes[lane].append(effects)
            state.lanes[lane].mark = mark
            return state.isUrgent || hadNews != state.hasNews
        }
        return isOpen
    }

    /// Says that somebody waits for everything below an offset: it is not left to gather.
    package func want(_ offset: UInt64) {
        self.state.withLock { state in
            state.wanted = max(state.wanted, offset)
            return state.isUrgent
        }
    }

    /// Waits for effects that are complete, and a moment longer if none of them is urgent; takes them, in log order,
    /// with the offset below which nothing is missing. Nil when the queue was closed and everything was taken.
    package func take(
        gathering: TimeSpan = Limits.effectGathering
    ) -> (effects: [Effect], through: UInt64)? {
        self.state.wait(until: { $0.isClosed || $0.hasNews }, { _ in })
        let taken: (effects: [Effect], through: UInt64)? = self.state.wait(
            microseconds: gathering.microseconds,
            until: \.isUrgent,
            { state in
                guard state.hasNews else { return nil }
                state.taken = state.complete
                var effects: [Effect] = []
                for index in state.lanes.indices { effects += state.lanes[index].take(below: state.taken) }
                return (effects, state.taken)
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
