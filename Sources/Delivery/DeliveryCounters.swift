internal import Domain
internal import Synchronization

/// What became of one destination's attempts since the start.
package struct DeliveryCounters: Equatable, Sendable {
    /// Attempts that the destination took.
    package var delivered: UInt64 = 0
    /// Attempts that failed and are made again.
    package var retried: UInt64 = 0
    /// Items given up.
    package var dead: UInt64 = 0

    /// Counters at zero.
    package init() {}
}

/// The counters of all destinations.
final class DeliveryCounterTable: Sendable {
    private let counters: Mutex<[String: DeliveryCounters]>

    init(destinations: [String]) {
        self.counters = Mutex(Dictionary(destinations.map { ($0, DeliveryCounters()) }) { first, _ in first })
    }

    var snapshot: [String: DeliveryCounters] { self.counters.withLock { $0 } }

    func count(_ verdict: OutboxVerdict, for destination: String) {
        self.counters.withLock { counters in
            switch verdict {
            case .delivered: counters[destination, default: DeliveryCounters()].delivered += 1
            case .retry: counters[destination, default: DeliveryCounters()].retried += 1
            case .dead: counters[destination, default: DeliveryCounters()].dead += 1
            }
        }
    }
}
