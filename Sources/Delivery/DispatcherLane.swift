internal import Domain
internal import Logging

/// One destination's part of the ``Dispatcher``: carries out what its machine says.
///
/// The machine belongs to one loop, which takes one event after the other; everything that takes time is a child task
/// whose result is the next event. So there is no lock, and an effect can never run inside a decision.
struct DispatcherLane: Sendable {
    let destination: Destination
    let outbox: any Outbox
    let sender: any DeliverySender
    let clock: any Domain.Clock
    let timer: any DeliveryTimer
    let randomness: any Randomness
    let logger: Logger
    let counters: DeliveryCounterTable
    let signals: AsyncStream<Void>
    let stopping: StopFlag

    private enum Event: Sendable {
        case woken
        case stopped
        case loaded([OutboxItem], nextDue: Timestamp?)
        case loadFailed
        case answered(Int64, DeliveryAnswer)
        case recorded(Int64)
        case timerFired(Alarm)
    }

    private typealias Children = TaskGroup<Event>

    /// The timer that counts; one that was replaced may still report.
    private final class Alarm: Sendable {
        private let nap: Task<Void, Never>

        init(at time: Timestamp, timer: any DeliveryTimer) {
            // A task of its own because a group cannot cancel one child. The child that waits for it carries the
            // group's cancellation on, so that it never outlives the lane.
            self.nap = Task { try? await timer.sleep(until: time) }
        }

        func cancel() { self.nap.cancel() }

        func wait() async {
            await withTaskCancellationHandler {
                await self.nap.value
            } onCancel: {
                self.nap.cancel()
            }
        }
    }

    func run() async {
        await withTaskGroup(of: Event.self) { children in
            var machine = DispatcherStateMachine()
            var alarm: Alarm?
            self.listen(&children)
            let failingSince = await self.failingSince()
            self.carryOut(machine.start(failingSince: failingSince), &alarm, &children)
            while let event = await children.next() {
                let actions: [DispatcherStateMachine.Action]
                switch event {
                case .woken:
                    self.listen(&children)
                    actions = machine.wake()
                case .stopped:
                    actions = machine.stop()
                case .loaded(let items, let nextDue):
                    actions = machine.loaded(items, nextDue: nextDue, at: self.clock.wallTime())
                case .loadFailed:
                    actions = machine.loadFailed(at: self.clock.wallTime())
                case .answered(let id, let answer):
                    let now = self.clock.wallTime()
                    actions = machine.answered(id, answer, at: now, randomness: self.randomness)
                case .recorded(let id):
                    actions = machine.recorded(id)
                case .timerFired(let fired):
                    guard fired === alarm else { continue }
                    alarm = nil
                    actions = machine.timerFired(at: self.clock.wallTime())
                }
                self.carryOut(actions, &alarm, &children)
            }
        }
    }

    private func carryOut(
        _ actions: [DispatcherStateMachine.Action],
        _ alarm: inout Alarm?,
        _ children: inout Children
    ) {
        for action in actions {
            switch action {
            case .load(let limit):
                children.addTask { await self.load(limit: limit) }
            case .send(let item):
                children.addTask { await self.send(item) }
            case .record(let attempt):
                self.report(attempt)
                children.addTask { await self.record(attempt) }
            case .setTimer(let time):
                alarm?.cancel()
                let next = Alarm(at: time, timer: self.timer)
                alarm = next
                children.addTask {
                    await next.wait()
                    return .timerFired(next)
                }
            case .cancelTimer:
                alarm?.cancel()
                alarm = nil
            }
        }
    }

    private func listen(_ children: inout Children) {
        children.addTask {
            var iterator = self.signals.makeAsyncIterator()
            // The stream ends when the dispatcher is stopped or its task cancelled.
            return await iterator.next() == nil ? .stopped : .woken
        }
    }

    private func load(limit: Int) async -> Event {
        do {
            let now = self.clock.wallTime()
            let items = try await self.outbox.ready(for: self.destination.name, at: now, limit: limit)
            // With a full load there is more to do than to wait for.
            let nextDue = items.count < limit ? try await self.outbox.nextDue(for: self.destination.name) : nil
            return .loaded(items, nextDue: nextDue)
        } catch {
            self.logger.error("outbox not readable", metadata: ["error": "\(error)"])
            return .loadFailed
        }
    }

    /// Since when the destination fails, as far as the outbox remembers. Without it the three days begin anew.
    private func failingSince() async -> Timestamp? {
        do {
            return try await self.outbox.failingSince(self.destination.name)
        } catch {
            self.logger.error("outbox not readable", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Only a lead can be withdrawn, and only before its first attempt.
    private func send(_ item: OutboxItem) async -> Event {
        if item.kind == .leadQualified, item.attempts == 0 {
            let isStill = await self.untilStored("delivery not begun") { try await self.outbox.begin(item.id) }
            guard isStill == true else { return .recorded(item.id) }
        }
        return .answered(item.id, await self.sender.send(item, to: self.destination))
    }

    /// Releasing the item before the outbox has its attempt would send it again. When the service stops first, it is
    /// sent again after the next start, under the same key.
    private func record(_ attempt: DeliveryAttempt) async -> Event {
        await self.untilStored("delivery attempt not recorded") {
            try await self.outbox.record(attempt)
            self.counters.count(attempt.verdict, for: self.destination.name)
        }
        return .recorded(attempt.item)
    }

    /// Tries until the outbox does something; nil when the service stops first.
    @discardableResult
    private func untilStored<Result>(
        _ complaint: Logger.Message,
        _ body: () async throws -> Result
    ) async -> Result? {
        while true {
            do {
                return try await body()
            } catch {
                self.logger.error(complaint, metadata: ["error": "\(error)"])
            }
            let pause = DispatcherStateMachine.storeRetryDelay
            try? await self.timer.sleep(until: self.clock.wallTime().adding(pause))
            if self.stopping.isRaised || Task.isCancelled { return nil }
        }
    }

    private func report(_ attempt: DeliveryAttempt) {
        let level: Logger.Level
        let message: Logger.Message
        switch attempt.verdict {
        case .delivered: return
        case .retry: (level, message) = (.notice, "delivery failed")
        case .dead: (level, message) = (.warning, "delivery given up")
        }
        self.logger.log(
            level: level,
            message,
            metadata: ["item": "\(attempt.item)", "status": "\(attempt.status)", "error": "\(attempt.error)"]
        )
    }
}
