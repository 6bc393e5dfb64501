/// What a contact's points are worth at one moment, under one model: one line per group the model names.
package struct ScoreReading: Equatable, Sendable {
    private struct Line: Equatable {
        /// Points that count in full.
        var open: Double
        /// Points that rest on claims.
        var limited: Double
        /// Half-lives per microsecond.
        var slope: Double
    }

    private var lines: [Line] = []
    private let claimedMax: Double
    private let time: Timestamp

    /// Reads a contact's balances at a time.
    package init(of contact: Contact, model: CompiledModel, at time: Timestamp) {
        self.claimedMax = model.source.claimedMax
        self.time = time
        for group in model.maxima.indices where model.maxima[group] != nil {
            let number = UInt8(group)
            let clock = model.clocks[group]
            let now = clock.reading(at: time)
            let total = contact.balances.total(group: number, now: now)
            let limited = contact.limited.total(group: number, now: now)
            if total != 0 || limited != 0 {
                self.lines.append(Line(open: total - limited, limited: limited, slope: clock.slope))
            }
        }
    }

    /// The plain sum: what the ledger adds up to.
    package var total: Double { self.lines.reduce(0) { $0 + $1.open + $1.limited } }

    /// The part that rests on claims.
    package var limited: Double { self.lines.reduce(0) { $0 + $1.limited } }

    /// The score that stages look at: claims count at most the model's maximum.
    package var forStages: Double {
        self.lines.reduce(0) { $0 + $1.open } + min(self.limited, self.claimedMax)
    }

    /// The first whole second at which the score for stages is below a level if nothing happens, or a time before
    /// that at which to look again. It is at or above the level now.
    ///
    /// Negative points decay too, so the score may rise for a while. A lower bound that ignores their decay is
    /// monotone and can be bisected; stepping to where it fails and starting again there reaches the first crossing.
    package func timeBelow(_ level: Double) -> Timestamp {
        let horizon: Int64 = 400 * 86_400
        var from: Int64 = 0
        for _ in 0..<16 {
            if self.lowerBound(from: from, to: horizon) >= level {
                // Slow decay: not within this horizon, so it is looked at again at its end.
                return self.time.adding(.seconds(horizon))
            }
            var safe = from
            var unsafe = horizon
            while unsafe - safe > 1 {
                let middle = safe + (unsafe - safe) / 2
                if self.lowerBound(from: from, to: middle) >= level { safe = middle } else { unsafe = middle }
            }
            if safe == from { return self.time.adding(.seconds(from + 1)) }
            from = safe
        }
        // Not settled after many steps: looked at again there, which is early but never late.
        return self.time.adding(.seconds(from + 1))
    }

    /// A bound from below on the score anywhere in `from…to` seconds from now: positive points as they are at the
    /// end, negative ones as they are at the beginning.
    private func lowerBound(from: Int64, to: Int64) -> Double {
        var open = 0.0
        var limited = 0.0
        for line in self.lines {
            let early = Exp2.power(-line.slope * Double(from) * 1_000_000)
            let late = Exp2.power(-line.slope * Double(to) * 1_000_000)
            open += line.open * (line.open > 0 ? late : early)
            limited += line.limited * (line.limited > 0 ? late : early)
        }
        return open + min(limited, self.claimedMax)
    }
}
