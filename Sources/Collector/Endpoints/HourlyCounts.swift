import Domain

/// How often each of a bounded number of senders did something within the present hour.
struct HourlyCounts<Sender: Hashable> {
    /// Senders it counts; while it is full, others are taken for being at their limit.
    let capacity: Int
    private var hour: Int64 = .min
    private var counts: [Sender: Int] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// Whether a sender is below a limit.
    mutating func isBelow(_ limit: Int, _ sender: Sender, at now: Timestamp) -> Bool {
        let hour = now.seconds / 3_600
        if hour != self.hour {
            self.hour = hour
            self.counts.removeAll(keepingCapacity: true)
        }
        return self.counts[sender].map { $0 < limit } ?? (self.counts.count < self.capacity)
    }

    /// Counts what a sender did, that was below its limit.
    mutating func count(_ sender: Sender) { self.counts[sender, default: 0] += 1 }
}
