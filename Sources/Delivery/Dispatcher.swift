package import Domain
package import Logging
internal import Synchronization

/// Hands the outbox to the destinations.
///
/// One lane per destination, each with its own task and its own ``DispatcherStateMachine``: nothing that one
/// destination does or fails to do is seen by another. What happens when is decided by the machines; this is their
/// shell.
///
/// Every attempt is made at least once and recorded afterwards. A crash in between, or an answer that never arrives,
/// sends the item again under the same key, which is what the receiver tells a repetition by.
///
/// Deliveries keep their order per contact. While the outbox cannot record an attempt, its item is neither released
/// nor sent again.
package final class Dispatcher: Sendable {
    private let lanes: [DispatcherLane]
    private let continuations: [AsyncStream<Void>.Continuation]
    private let counterTable: DeliveryCounterTable
    private let stopping = StopFlag()

    /// A dispatcher to destinations with distinct names; it begins with ``run()``.
    package init(
        destinations: [Destination],
        outbox: any Outbox,
        sender: any DeliverySender,
        clock: any Clock,
        timer: any DeliveryTimer,
        randomness: any Randomness,
        logger: Logger
    ) {
        let counterTable = DeliveryCounterTable(destinations: destinations.map(\.name))
        var lanes: [DispatcherLane] = []
        var continuations: [AsyncStream<Void>.Continuation] = []
        for destination in destinations {
            // One signal that waits says as much as many.
            let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            var laneLogger = logger
            laneLogger[metadataKey: "destination"] = "\(destination.name)"
            continuations.append(continuation)
            lanes.append(
                DispatcherLane(
                    destination: destination,
                    outbox: outbox,
                    sender: sender,
                    clock: clock,
                    timer: timer,
                    randomness: randomness,
                    logger: laneLogger,
                    counters: counterTable,
                    signals: signals,
                    stopping: self.stopping
                )
            )
        }
        self.lanes = lanes
        self.continuations = continuations
        self.counterTable = counterTable
    }

    /// What became of the attempts since the start, by destination.
    package var counters: [String: DeliveryCounters] { self.counterTable.snapshot }

    /// Says that the outbox has something new. Called after each commit; returns at once.
    package func wake() {
        for continuation in self.continuations { continuation.yield() }
    }

    /// Delivers until ``stop()`` and everything in flight is recorded, or until the task is cancelled. Once only.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in self.lanes {
                group.addTask { await lane.run() }
            }
        }
    }

    /// Begins nothing more; ``run()`` returns when what is in flight has ended, which takes at most the time of one
    /// attempt. Cancelling its task does not wait for that.
    package func stop() {
        self.stopping.raise()
        for continuation in self.continuations { continuation.finish() }
    }
}

/// Tells the tasks that wait for a failing outbox that nobody waits for them any more.
final class StopFlag: Sendable {
    private let flag = Atomic(false)

    var isRaised: Bool { self.flag.load(ordering: .acquiring) }

    func raise() { self.flag.store(true, ordering: .releasing) }
}
