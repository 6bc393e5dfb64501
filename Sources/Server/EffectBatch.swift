package import Domain

/// What was taken from the effect queue at once, cut into transactions.
///
/// A transaction holds at most so many effects, but always all of one record: the position it is committed with says
/// that everything below is in. And it is either all history or none.
package struct EffectBatch: Sendable {
    private let effects: [Effect]
    private let through: UInt64
    private let limit: Int
    private let historicBelow: UInt64
    private var start = 0
    private var isDone = false

    /// Effects in log order, complete below `through`; what follows from records below `historicBelow` is history.
    package init(
        _ effects: [Effect],
        through: UInt64,
        historicBelow: UInt64 = 0,
        limit: Int = Limits.effectsPerTransaction
    ) {
        self.effects = effects
        self.through = through
        self.historicBelow = historicBelow
        self.limit = limit
    }

    /// The next transaction: its effects, which may be none, and the offset it reaches.
    package mutating func next() -> (effects: [Effect], through: UInt64)? {
        guard !self.isDone else { return nil }
        var end = min(self.effects.count, self.start + self.limit)
        if self.start < end, self.effects[self.start].offset < self.historicBelow {
            end = self.effects[self.start..<end].firstIndex { $0.offset >= self.historicBelow } ?? end
        }
        while end > 0, end < self.effects.count, self.effects[end].offset == self.effects[end - 1].offset { end += 1 }
        self.isDone = end == self.effects.count
        defer { self.start = end }
        return (Array(self.effects[self.start..<end]), self.isDone ? self.through : self.effects[end].offset)
    }
}
