import Domain

/// How fast each client may send events: a token bucket per address, told by one number, the time at which the bucket
/// will be full again (the generic cell rate algorithm).
///
/// A client is an IPv4 address or the /64 of an IPv6 one, so an office behind one address shares a bucket. Bounded: full
/// buckets are forgotten, and while the table is full of others, a new client is let through uncounted, because the
/// limit is there to hold one sender back, not to keep strangers out. Touched on its event loop alone.
struct ClientRates {
    /// What a client may send.
    struct Rate: Equatable, Sendable {
        /// Events a second in the long run; 0 for no limit.
        var perSecond: Int
        /// Events at once after a pause.
        var burst: Int
    }

    private let rate: Rate
    private var fullAt: [UInt64: Int64] = [:]
    private var lastSweep = Int64.min

    init(_ rate: Rate) { self.rate = rate }

    /// How many clients are remembered.
    var count: Int { self.fullAt.count }

    /// Takes room for some events of a client; nil if there is, else how long until there will be. Nothing is taken
    /// then. A client of key 0 is nobody.
    mutating func take(_ events: Int, of client: UInt64, at now: TimeSpan) -> TimeSpan? {
        guard self.rate.perSecond > 0, client != 0 else { return nil }
        let now = now.microseconds
        let interval = Int64(1_000_000 / self.rate.perSecond)
        let full = max(self.fullAt[client] ?? now, now)
        let next = full + Int64(events) * interval
        let wait = next - now - Int64(self.rate.burst) * interval
        guard wait <= 0 else { return TimeSpan(microseconds: wait) }
        if self.fullAt[client] != nil || self.hasRoom(at: now) { self.fullAt[client] = next }
        return nil
    }

    /// Whether there is room for another client, full buckets forgotten if need be: at most once a second, so that a
    /// flood of addresses does not cost a pass over the table each.
    private mutating func hasRoom(at now: Int64) -> Bool {
        guard self.fullAt.count >= Limits.ratedClients else { return true }
        guard now >= self.lastSweep + 1_000_000 || self.lastSweep == .min else { return false }
        self.lastSweep = now
        self.fullAt = self.fullAt.filter { $0.value > now }
        return self.fullAt.count < Limits.ratedClients
    }
}
