package import Domain
import Synchronization

/// A ``RecordAppender`` over a writer of its own.
package final class AwaitableAppender: RecordAppender {
    /// The continuations, and what is known already. A class of its own, because the writer's progress reports to it.
    private final class Waiters: Sendable {
        private struct State {
            /// In the order of their tickets.
            var waiting: [(ticket: UInt64, id: UInt64, continuation: CheckedContinuation<UInt64, any Error>)] = []
            /// Tasks that were cancelled before they could wait.
            var cancelled: Set<UInt64> = []
            var nextID: UInt64 = 0
            var hasFailed = false
        }

        private let state = Mutex(State())

        /// A name for somebody who is going to wait.
        func newID() -> UInt64 {
            self.state.withLock { state in
                state.nextID += 1
                return state.nextID
            }
        }

        /// Appends by `append`, whose ticket `continuation` then waits for. The lock is held meanwhile, so that the
        /// ticket is in the list before its progress can be reported.
        func add(
            _ continuation: CheckedContinuation<UInt64, any Error>,
            id: UInt64,
            _ append: () throws(AppendRefusal) -> UInt64
        ) {
            let failure = self.state.withLock { state -> (any Error)? in
                guard state.cancelled.remove(id) == nil else { return CancellationError() }
                guard !state.hasFailed else { return AppendRefusal.failed }
                do throws(AppendRefusal) {
                    state.waiting.append((try append(), id, continuation))
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { continuation.resume(throwing: failure) }
        }

        /// Lets go whoever waits under a name, or will.
        func cancel(_ id: UInt64) {
            let waiter = self.state.withLock { state -> CheckedContinuation<UInt64, any Error>? in
                guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.waiting.remove(at: index).continuation
            }
            waiter?.resume(throwing: CancellationError())
        }

        /// Nobody waits under a name any more.
        func forget(_ id: UInt64) { self.state.withLock { _ = $0.cancelled.remove(id) } }

        func report(_ progress: LogProgress) {
            switch progress {
            case .durable(let ticket, let end):
                let reached = self.state.withLock { state in
                    let count = state.waiting.prefix { $0.ticket <= ticket }.count
                    let reached = Array(state.waiting.prefix(count))
                    state.waiting.removeFirst(count)
                    return reached
                }
                for waiter in reached { waiter.continuation.resume(returning: end) }
            case .failed:
                let lost = self.state.withLock { state in
                    state.hasFailed = true
                    defer { state.waiting = [] }
                    return state.waiting
                }
                for waiter in lost { waiter.continuation.resume(throwing: AppendRefusal.failed) }
            }
        }
    }

    private let waiters: Waiters
    private let writer: any LogWriter

    /// An appender with a new writer of `log`.
    package init(_ log: some EventStream, role: LogWriterRole = .control) {
        let waiters = Waiters()
        self.waiters = waiters
        self.writer = log.makeWriter(role) { waiters.report($0) }
    }

    package func append(_ frames: [UInt8], records: Int) async throws -> UInt64 {
        let id = self.waiters.newID()
        // A task may be cancelled when it has its answer already.
        defer { self.waiters.forget(id) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.waiters.add(continuation, id: id) { () throws(AppendRefusal) in
                    try frames.withUnsafeBufferPointer { (buffer) throws(AppendRefusal) in
                        try self.writer.append(UnsafeRawBufferPointer(buffer), records: records)
                    }
                }
                self.writer.flush()
            }
        } onCancel: {
            self.waiters.cancel(id)
        }
    }
}
