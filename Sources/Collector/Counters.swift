package import Domain
import Synchronization

/// What became of events and requests since the start (promise 4): at every reading,
/// `received = accepted + rejected + declined`.
package struct CollectorCounters: Equatable, Sendable {
    /// Requests answered.
    package var requests: UInt64 = 0
    /// Connections that went on with the standard pipeline.
    package var handedOver: UInt64 = 0
    /// Connections closed at once because there were too many.
    package var connectionsRefused: UInt64 = 0
    /// Events that came in and were decided on.
    package var received: UInt64 = 0
    /// Events appended to the log.
    package var accepted: UInt64 = 0
    /// Events that were not well-formed or not ours.
    package var rejected: [Rejection: UInt64] = [:]
    /// Events refused by the person they are about; nothing of them was stored.
    package var declined: [DeclineReason: UInt64] = [:]
    /// Optional fields that could not be used and were left out of accepted events.
    package var droppedFields: [WireKey: UInt64] = [:]
    /// Events the log did not take: their sender was told to try again, so they were not received.
    package var refused: UInt64 = 0
    /// Events of clients that sent too fast: they were told to try again, so they were not received.
    package var limited: UInt64 = 0
    /// Mail opens the log did not take: nobody sends an open again.
    package var opensLost: UInt64 = 0
    /// Clicks the log did not take; their sender was redirected all the same.
    package var clicksLost: UInt64 = 0
    /// Signed addresses whose token was not ours.
    package var badTokens: UInt64 = 0

    /// Nothing happened yet.
    package init() {}

    /// Adds the counts of another loop.
    package mutating func add(_ other: CollectorCounters) {
        self.requests += other.requests
        self.handedOver += other.handedOver
        self.connectionsRefused += other.connectionsRefused
        self.received += other.received
        self.accepted += other.accepted
        self.rejected.merge(other.rejected, uniquingKeysWith: +)
        self.declined.merge(other.declined, uniquingKeysWith: +)
        self.droppedFields.merge(other.droppedFields, uniquingKeysWith: +)
        self.refused += other.refused
        self.limited += other.limited
        self.opensLost += other.opensLost
        self.clicksLost += other.clicksLost
        self.badTokens += other.badTokens
    }
}

/// Events that a write to the log carries.
struct AcceptedEvents: Sendable {
    /// All of them.
    var count: UInt64 = 0
    /// Of these, mail opens.
    var opens: UInt64 = 0
    /// Of these, clicks.
    var clicks: UInt64 = 0
}

/// One loop's counters: written by the loop, read by whoever asks.
final class LoopCounters: Sendable {
    private let values = Mutex(CollectorCounters())

    /// What was counted so far.
    var current: CollectorCounters { self.values.withLock { $0 } }

    /// Counts.
    func count(_ change: (inout CollectorCounters) -> Void) {
        self.values.withLock { change(&$0) }
    }

    /// The log lost accepted events after all.
    func takeBack(_ events: AcceptedEvents) {
        self.count { counters in
            counters.accepted -= events.count
            counters.received -= events.count
        }
        self.refuse(events)
    }

    /// The log did not take events.
    func refuse(_ events: AcceptedEvents) {
        self.count { counters in
            counters.refused += events.count
            counters.opensLost += events.opens
            counters.clicksLost += events.clicks
        }
    }
}
