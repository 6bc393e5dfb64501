import Delivery
import Domain
import Synchronization
import TestSupport

extension ManualTimer: DeliveryTimer {}

/// A network that answers as told and reports every attempt.
final class ScriptedSender: DeliverySender {
    /// One attempt as it left.
    struct Sent: Equatable {
        var destination: String
        var key: String
    }

    typealias Script = @Sendable (OutboxItem, Destination) async -> DeliveryAnswer

    static let taken = DeliveryAnswer.response(status: 200, retryAfter: nil, excerpt: "")

    /// Attempts in the order they left, for one listener.
    let attempts: AsyncStream<Sent>

    private let continuation: AsyncStream<Sent>.Continuation
    private let log = Mutex<[Sent]>([])
    private let script: Script

    init(script: @escaping Script = { _, _ in ScriptedSender.taken }) {
        self.script = script
        (self.attempts, self.continuation) = AsyncStream.makeStream()
    }

    /// Everything that left so far.
    var sent: [Sent] { self.log.withLock { $0 } }

    func keys(to destination: String) -> [String] {
        self.sent.filter { $0.destination == destination }.map(\.key)
    }

    func send(_ item: OutboxItem, to destination: Destination) async -> DeliveryAnswer {
        let sent = Sent(destination: destination.name, key: item.key)
        self.log.withLock { $0.append(sent) }
        self.continuation.yield(sent)
        return await self.script(item, destination)
    }
}

/// Answers by key, one after the other; when a key's answers are used up it is taken.
final class AnswerList: Sendable {
    private let answers: Mutex<[String: [DeliveryAnswer]]>

    init(_ answers: [String: [DeliveryAnswer]]) { self.answers = Mutex(answers) }

    func next(for key: String) -> DeliveryAnswer {
        self.answers.withLock { answers in
            guard let first = answers[key]?.first else { return ScriptedSender.taken }
            answers[key]?.removeFirst()
            return first
        }
    }
}

/// An outbox whose writes or reads fail as often as told, and whose items may be withdrawn after they were read.
final class FailingOutbox: Outbox {
    private let inner: MemoryOutbox
    private let failures: Mutex<(reads: Int, writes: Int)>
    private let withdrawn: Set<Int64>

    init(_ inner: MemoryOutbox, reads: Int = 0, writes: Int = 0, withdrawn: Set<Int64> = []) {
        self.inner = inner
        self.withdrawn = withdrawn
        self.failures = Mutex((reads, writes))
    }

    private struct DiskFull: Error {}

    func ready(for destination: String, at now: Timestamp, limit: Int) async throws -> [OutboxItem] {
        try self.failures.withLock { failures in
            if failures.reads > 0 {
                failures.reads -= 1
                throw DiskFull()
            }
        }
        return try await self.inner.ready(for: destination, at: now, limit: limit)
    }

    func nextDue(for destination: String) async throws -> Timestamp? {
        try await self.inner.nextDue(for: destination)
    }

    func begin(_ item: Int64) async throws -> Bool {
        if self.withdrawn.contains(item) {
            try await self.inner.record(
                DeliveryAttempt(item: item, time: .distantPast, status: 0, error: "withdrawn", verdict: .dead)
            )
            return false
        }
        return try await self.inner.begin(item)
    }

    func failingSince(_ destination: String) async throws -> Timestamp? {
        try await self.inner.failingSince(destination)
    }

    func record(_ attempt: DeliveryAttempt) async throws {
        try self.failures.withLock { failures in
            if failures.writes > 0 {
                failures.writes -= 1
                throw DiskFull()
            }
        }
        try await self.inner.record(attempt)
    }

    func backlog() async throws -> [DestinationBacklog] { try await self.inner.backlog() }
}
