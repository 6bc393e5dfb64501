import NIOCore
import NIOPosix

/// Sends each request when the schedule says so, or as soon afterwards as a connection is free. On one event loop.
final class Generator {
    /// How long answers and notifications may take after the last request.
    private static let patience = TimeAmount.seconds(30)
    /// Between two looks at the clock: what is due meanwhile is sent together.
    private static let step = TimeAmount.microseconds(50)

    /// Where notifications arrive, and how the keys of the contacts they are about begin.
    struct Receiving: Sendable {
        var port: Int
        var prefix: String
    }

    private let schedule: Schedule
    private let requests: PreparedRequests
    private let seed: UInt64
    private let loop: any EventLoop
    private let done: EventLoopPromise<LoadReport>
    private var report: LoadReport
    private var free = CircularBuffer<AnswerHandler>()
    private var channels: [any Channel] = []
    private var begin = NIODeadline.distantPast
    /// Requests below it are due, below `sent` are sent; so many are answered, and so many notified.
    private var due = 0
    private var sent = 0
    private var answered = 0
    private var notified = 0
    private var expectsNotifications = false
    private var isOver = false

    init(_ schedule: Schedule, _ requests: PreparedRequests, seed: UInt64, loop: any EventLoop) {
        self.schedule = schedule
        self.requests = requests
        self.seed = seed
        self.loop = loop
        self.done = loop.makePromise()
        self.report = LoadReport(rate: schedule.rate, count: schedule.count - schedule.warmUpCount)
    }

    /// Connects, sends, and comes to an end.
    func run(port: Int, connections: Int, receive: Receiving?) -> EventLoopFuture<LoadReport> {
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        var channels = (0..<connections).map { _ in
            ClientBootstrap(group: self.loop)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(bound.value.makeConnection())
                    }
                }
                .connect(host: "127.0.0.1", port: port)
        }
        if let receive {
            self.expectsNotifications = true
            channels.append(
                NotificationHandler.listen(on: receive.port, prefix: receive.prefix, loop: self.loop) { number in
                    bound.value.notify(number)
                }
            )
        }
        EventLoopFuture.whenAllSucceed(channels, on: self.loop).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channels):
                self.channels = channels
                self.begin = .now() + .milliseconds(10)
                self.look()
            case .failure(let error): self.end(error)
            }
        }
        return self.done.futureResult
    }

    private func makeConnection() -> AnswerHandler {
        let connection = AnswerHandler(
            onAnswer: { self.take($0, number: $1, status: $2) },
            onFailure: { self.end($0) }
        )
        self.free.append(connection)
        return connection
    }

    // MARK: Sending

    /// Sends what is due, and looks again when more is.
    private func look() {
        guard !self.isOver else { return }
        let now = NIODeadline.now()
        while self.due < self.schedule.count, self.time(of: self.due) <= now {
            if self.due >= self.schedule.warmUpCount { self.report.note(lateness: now - self.time(of: self.due)) }
            self.due += 1
        }
        self.send()
        guard self.due < self.schedule.count else {
            self.loop.assumeIsolated().scheduleTask(in: Self.patience) { self.end() }
            return
        }
        let next = max(self.time(of: self.due), now + Self.step)
        self.loop.assumeIsolated().scheduleTask(deadline: next) { self.look() }
    }

    private func send() {
        while self.sent < self.due, let connection = self.free.popFirst() {
            var buffer = ByteBufferAllocator().buffer(capacity: 1_024)
            self.requests.write(self.sent, seed: self.seed, into: &buffer)
            connection.send(buffer, number: self.sent)
            self.sent += 1
        }
    }

    private func time(of number: Int) -> NIODeadline { self.begin + self.schedule.offset(of: number) }

    // MARK: Receiving

    private func take(_ connection: AnswerHandler, number: Int, status: Int) {
        self.answered += 1
        self.report.note(status: status)
        if number >= self.schedule.warmUpCount {
            self.report.answers.note(NIODeadline.now() - self.time(of: number))
        }
        self.free.append(connection)
        self.send()
        self.endIfComplete()
    }

    /// Takes a notification about the contact of a request.
    private func notify(_ number: Int) {
        guard number < self.schedule.count else { return }
        self.notified += 1
        if number >= self.schedule.warmUpCount {
            self.report.noteNotification(NIODeadline.now() - self.time(of: number))
        }
        self.endIfComplete()
    }

    private func endIfComplete() {
        guard self.answered == self.schedule.count else { return }
        if !self.expectsNotifications || self.notified >= self.schedule.count { self.end() }
    }

    private func end(_ error: (any Error)? = nil) {
        guard !self.isOver else { return }
        self.isOver = true
        for channel in self.channels { channel.close(promise: nil) }
        self.report.seal(unanswered: self.schedule.count - self.answered)
        if let error { self.done.fail(error) } else { self.done.succeed(self.report) }
    }
}
