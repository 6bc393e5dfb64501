package import Domain
import Synchronization

/// Waiting by a ``ManualClock``: nobody sleeps, and whoever waits goes on when the test moves the clock.
package final class ManualTimer: Sendable {
    private struct Sleeper {
        var due: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var nextID = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var watchers: [(due: Timestamp, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let clock: ManualClock
    private let state = Mutex(State())

    /// A timer that follows `clock`, as long as the clock is moved with ``advance(to:)``.
    package init(clock: ManualClock) { self.clock = clock }

    /// Returns when the clock has been moved to `time`; throws when the task is cancelled.
    package func sleep(until time: Timestamp) async throws {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                self.begin(id, until: time, continuation)
            }
        } onCancel: {
            let sleeper = self.state.withLock { state in
                state.cancelled.insert(id)
                return state.sleepers.removeValue(forKey: id)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Returns when somebody sleeps until exactly `time`.
    package func waitForSleeper(until time: Timestamp) async {
        await withCheckedContinuation { continuation in
            let isThere = self.state.withLock { state in
                if state.sleepers.values.contains(where: { $0.due == time }) { return true }
                state.watchers.append((time, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Moves the clock forward and wakes those whose time has come.
    package func advance(to time: Timestamp) {
        self.clock.advance(time.since(self.clock.wallTime()))
        let due = self.state.withLock { state in
            let due = state.sleepers.filter { $0.value.due <= time }.sorted { $0.key < $1.key }
            for (id, _) in due { state.sleepers[id] = nil }
            return due.map(\.value.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    private func begin(_ id: Int, until time: Timestamp, _ continuation: CheckedContinuation<Void, any Error>) {
        enum Outcome {
            case sleeps([CheckedContinuation<Void, Never>])
            case isDue
            case isCancelled
        }
        let outcome: Outcome = self.state.withLock { state in
            if state.cancelled.contains(id) { return .isCancelled }
            // Read under the lock, so that a move of the clock cannot pass unnoticed.
            if self.clock.wallTime() >= time { return .isDue }
            state.sleepers[id] = Sleeper(due: time, continuation: continuation)
            let watching = state.watchers.filter { $0.due == time }.map(\.continuation)
            state.watchers.removeAll { $0.due == time }
            return .sleeps(watching)
        }
        switch outcome {
        case .sleeps(let watching): for watcher in watching { watcher.resume() }
        case .isDue: continuation.resume()
        case .isCancelled: continuation.resume(throwing: CancellationError())
        }
    }
}
