package import Domain
import Synchronization

/// A ``RecordAppender`` over a writer of its own.
package final class AwaitableAppender: RecordAppender {
    /// The continuations, and what is known already. A class of its own, because the writer's progress reports to it.
    private final class Waiters: Sendable {
        private struct State {
            /// In the order of their tickets.
            var waiting: [(ticket: UInt64, continuation: CheckedContinuation<UInt64, any Error>)] = []
            var hasFailed = false
        }

        private let state = Mutex(State())

        /// Appends by `append`, whose ticket `continuation` then waits for. The lock is held meanwhile, so that the
        /// ticket is in the list before its progress can be reported.
        func add(
            _ continuation: CheckedContinuation<UInt64, any Error>,
            _ append: () throws(AppendRefusal) -> UInt64
        ) {
            let refusal = self.state.withLock { state -> AppendRefusal? in
                guard !state.hasFailed else { return .failed }
                do throws(AppendRefusal) {
                    state.waiting.append((try append(), continuation))
                    return nil
                } catch {
                    return error
                }
            }
            if let refusal { continuation.resume(throwing: refusal) }
        }

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
        try await withCheckedThrowingContinuation { continuation in
            self.waiters.add(continuation) { () throws(AppendRefusal) in
                try frames.withUnsafeBufferPointer { (buffer) throws(AppendRefusal) in
                    try self.writer.append(UnsafeRawBufferPointer(buffer), records: records)
                }
            }
            self.writer.flush()
        }
    }
}
