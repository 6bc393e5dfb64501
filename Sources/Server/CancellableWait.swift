import Synchronization

/// Waits for a callback, or for the task's cancellation, whichever is first. Once only.
struct CancellableWait: ~Copyable {
    private final class Waiter: Sendable {
        private enum State {
            case new
            case waiting(CheckedContinuation<Void, Never>)
            case done
        }

        private let state = Mutex(State.new)

        /// Returns whether there is something to wait for.
        func wait(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
            let waits = self.state.withLock { state in
                guard case .new = state else { return false }
                state = .waiting(continuation)
                return true
            }
            if !waits { continuation.resume() }
            return waits
        }

        func resume() {
            let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                defer { state = .done }
                guard case .waiting(let continuation) = state else { return nil }
                return continuation
            }
            continuation?.resume()
        }
    }

    private let waiter = Waiter()

    /// Calls `start` with what has to be called, by anybody, to end the wait; a call that comes late does no harm.
    func run(_ start: (@escaping @Sendable () -> Void) -> Void) async {
        let waiter = self.waiter
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if waiter.wait(continuation) { start { waiter.resume() } }
            }
        } onCancel: {
            waiter.resume()
        }
    }
}
