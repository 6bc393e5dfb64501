import Delivery
import Domain
import Logging
import TestSupport
import Testing

/// The dispatcher over an outbox in memory, a scripted network and a clock that the test moves. With a draw of 0
/// every delay is the shortest, 5 s.
@Suite(.timeLimit(.minutes(10)))
struct DispatcherTests {
    private static let start = Timestamp(seconds: 1_800_000_000)

    private let clock = ManualClock(Self.start)
    private let outbox = MemoryOutbox()
    private let timer: ManualTimer

    init() { self.timer = ManualTimer(clock: self.clock) }

    private func at(_ seconds: Int64) -> Timestamp { Self.start.adding(.seconds(seconds)) }

    @discardableResult
    private func add(_ key: String, contact: UInt64, to destination: String = "crm") -> Int64 {
        self.outbox.add(
            OutboxItem(
                id: 0,
                destination: destination,
                key: key,
                kind: .leadQualified,
                contact: ContactID(contact),
                body: [],
                created: Self.start
            )
        )
    }

    private func dispatcher(
        _ sender: any DeliverySender,
        to destinations: [String] = ["crm"],
        outbox: (any Outbox)? = nil
    ) -> Dispatcher {
        Dispatcher(
            destinations: destinations.map { Destination(name: $0, kind: .webhook, url: "http://\($0).test/") },
            outbox: outbox ?? self.outbox,
            sender: sender,
            clock: self.clock,
            timer: self.timer,
            randomness: FixedRandomness(0),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Runs the dispatcher while `body` looks on, then stops it and waits for the end.
    private func run(_ dispatcher: Dispatcher, _ body: () async -> Void) async {
        let running = Task { await dispatcher.run() }
        await body()
        dispatcher.stop()
        await running.value
    }

    private func wait(for count: Int, from sender: ScriptedSender) async {
        var seen = 0
        for await _ in sender.attempts {
            seen += 1
            if seen == count { return }
        }
    }

    @Test func everythingInTheOutboxIsDeliveredOnce() async throws {
        let keys = (1...50).map { "k\($0)" }
        for (index, key) in keys.enumerated() { self.add(key, contact: UInt64(index % 7) + 1) }
        let sender = ScriptedSender()
        let dispatcher = self.dispatcher(sender)
        await self.run(dispatcher) { await self.wait(for: 50, from: sender) }
        #expect(sender.sent.map(\.key).sorted() == keys.sorted())
        #expect(self.outbox.attempts.allSatisfy { $0.verdict == .delivered })
        #expect(dispatcher.counters["crm"]?.delivered == 50)
        #expect(try await self.outbox.backlog().isEmpty)
    }

    @Test func itemsOfOneContactKeepTheirOrder() async {
        for number in 1...20 {
            self.add("a\(number)", contact: 1)
            self.add("b\(number)", contact: 2)
        }
        let sender = ScriptedSender()
        await self.run(self.dispatcher(sender)) { await self.wait(for: 40, from: sender) }
        let keys = sender.sent.map(\.key)
        #expect(keys.filter { $0.hasPrefix("a") } == (1...20).map { "a\($0)" })
        #expect(keys.filter { $0.hasPrefix("b") } == (1...20).map { "b\($0)" })
    }

    @Test func aCommitWakesTheDestination() async {
        let sender = ScriptedSender()
        let dispatcher = self.dispatcher(sender)
        await self.run(dispatcher) {
            // Whether it is taken up by the first load or by the signal, it must not be missed.
            for number in 1...20 {
                self.add("k\(number)", contact: 1)
                dispatcher.wake()
                await self.wait(for: 1, from: sender)
            }
        }
        #expect(sender.sent.count == 20)
    }

    @Test func aDestinationThatNeverAnswersDelaysNoOther() async {
        self.add("slow", contact: 1, to: "dead")
        self.add("next", contact: 2, to: "dead")
        for number in 1...30 { self.add("k\(number)", contact: UInt64(number), to: "crm") }
        let gate = AsyncStream.makeStream(of: Void.self)
        let sender = ScriptedSender { _, destination in
            guard destination.name == "dead" else { return ScriptedSender.taken }
            for await _ in gate.stream {}
            return .failure(.timeout)
        }
        let dispatcher = self.dispatcher(sender, to: ["dead", "crm"])
        await self.run(dispatcher) {
            await self.wait(for: 31, from: sender)
            gate.continuation.finish()
        }
        #expect(sender.keys(to: "crm").count == 30)
        #expect(sender.keys(to: "dead") == ["slow"])
        #expect(dispatcher.counters["dead"]?.retried == 1)
        #expect(dispatcher.counters["crm"]?.delivered == 30)
    }

    @Test func a400HoldsBackItsContactAndNobodyElse() async {
        self.add("bad", contact: 1)
        self.add("behind", contact: 1)
        self.add("other", contact: 2)
        let answers = AnswerList(["bad": [.response(status: 400, retryAfter: nil, excerpt: "no such field")]])
        let sender = ScriptedSender { item, _ in answers.next(for: item.key) }
        await self.run(self.dispatcher(sender)) {
            await self.wait(for: 2, from: sender)
            await self.timer.waitForSleeper(until: self.at(5))
            #expect(sender.sent.map(\.key) == ["bad", "other"])
            self.timer.advance(to: self.at(5))
            await self.wait(for: 2, from: sender)
        }
        #expect(sender.sent.map(\.key) == ["bad", "other", "bad", "behind"])
        #expect(self.outbox.attempts.first?.error == "answered 400: no such field")
    }

    @Test func a429WithRetryAfterHoldsBackTheDestinationForThatLong() async {
        self.add("first", contact: 1)
        self.add("second", contact: 2)
        let answers = AnswerList(["first": [.response(status: 429, retryAfter: .seconds(120), excerpt: "")]])
        let sender = ScriptedSender { item, _ in answers.next(for: item.key) }
        let dispatcher = self.dispatcher(sender)
        await self.run(dispatcher) {
            await self.wait(for: 1, from: sender)
            await self.timer.waitForSleeper(until: self.at(120))
            dispatcher.wake()
            self.timer.advance(to: self.at(119))
            #expect(sender.sent.count == 1)
            self.timer.advance(to: self.at(120))
            await self.wait(for: 2, from: sender)
        }
        #expect(sender.sent.map(\.key) == ["first", "first", "second"])
        #expect(dispatcher.counters["crm"] == self.counters(delivered: 2, retried: 1))
    }

    @Test func anItemBecomesADeadLetterAfterThreeDaysAndItsContactGoesOn() async {
        self.add("lost", contact: 1)
        self.add("behind", contact: 1)
        let sender = ScriptedSender { item, _ in
            item.key == "lost" ? .response(status: 422, retryAfter: .hours(6), excerpt: "") : ScriptedSender.taken
        }
        let dispatcher = self.dispatcher(sender)
        await self.run(dispatcher) {
            await self.wait(for: 1, from: sender)
            for attempt in 1...Int64(12) {
                let time = self.at(attempt * 21_600)
                await self.timer.waitForSleeper(until: time)
                self.timer.advance(to: time)
                await self.wait(for: 1, from: sender)
            }
            await self.wait(for: 1, from: sender)
        }
        #expect(sender.sent.map(\.key) == Array(repeating: "lost", count: 13) + ["behind"])
        #expect(self.outbox.state(of: 1) == .dead)
        #expect(dispatcher.counters["crm"] == self.counters(delivered: 1, retried: 12, dead: 1))
    }

    @Test func aRestartSendsAgainUnderTheSameKey() async {
        self.add("k1", contact: 1)
        // The first process dies between the receiver's 200 and the record.
        let first = ScriptedSender { _, _ in
            try? await self.timer.sleep(until: .never)
            return .failure(.interrupted)
        }
        let dying = self.dispatcher(first)
        let running = Task { await dying.run() }
        await self.wait(for: 1, from: first)
        running.cancel()
        await running.value
        #expect(self.outbox.attempts.isEmpty)

        let second = ScriptedSender()
        await self.run(self.dispatcher(second)) { await self.wait(for: 1, from: second) }
        #expect(first.sent == second.sent)
        #expect(self.outbox.state(of: 1) == .delivered)
    }

    @Test func anAttemptIsRecordedUntilTheOutboxTakesIt() async {
        self.add("k1", contact: 1)
        self.add("k2", contact: 1)
        let sender = ScriptedSender()
        let failing = FailingOutbox(self.outbox, writes: 2)
        await self.run(self.dispatcher(sender, outbox: failing)) {
            await self.wait(for: 1, from: sender)
            for seconds in [Int64(5), 10] {
                await self.timer.waitForSleeper(until: self.at(seconds))
                self.timer.advance(to: self.at(seconds))
            }
            await self.wait(for: 1, from: sender)
        }
        #expect(sender.sent.map(\.key) == ["k1", "k2"])
        #expect(self.outbox.attempts.count == 2)
    }

    @Test func aLeadThatWasWithdrawnMeanwhileIsNotSent() async {
        let withdrawn = self.add("gone", contact: 1)
        self.add("behind", contact: 1)
        self.add("other", contact: 2)
        let sender = ScriptedSender()
        let outbox = FailingOutbox(self.outbox, withdrawn: [withdrawn])
        await self.run(self.dispatcher(sender, outbox: outbox)) { await self.wait(for: 2, from: sender) }
        #expect(Set(sender.sent.map(\.key)) == ["behind", "other"])
    }

    @Test func anUnreadableOutboxIsReadAgain() async {
        self.add("k1", contact: 1)
        let sender = ScriptedSender()
        let failing = FailingOutbox(self.outbox, reads: 1)
        await self.run(self.dispatcher(sender, outbox: failing)) {
            await self.timer.waitForSleeper(until: self.at(5))
            self.timer.advance(to: self.at(5))
            await self.wait(for: 1, from: sender)
        }
        #expect(self.outbox.state(of: 1) == .delivered)
    }

    @Test func stoppingWaitsForWhatIsInFlight() async {
        self.add("k1", contact: 1)
        self.add("k2", contact: 1)
        let gate = AsyncStream.makeStream(of: Void.self)
        let sender = ScriptedSender { _, _ in
            for await _ in gate.stream {}
            return ScriptedSender.taken
        }
        let dispatcher = self.dispatcher(sender)
        let running = Task { await dispatcher.run() }
        await self.wait(for: 1, from: sender)
        dispatcher.stop()
        gate.continuation.finish()
        await running.value
        #expect(self.outbox.state(of: 1) == .delivered)
    }

    @Test func aStoppedDispatcherEndsAtOnceWithoutDestinations() async {
        let dispatcher = self.dispatcher(ScriptedSender(), to: [])
        dispatcher.wake()
        await self.run(dispatcher) {}
        #expect(dispatcher.counters.isEmpty)
    }

    private func counters(delivered: UInt64, retried: UInt64, dead: UInt64 = 0) -> DeliveryCounters {
        var counters = DeliveryCounters()
        counters.delivered = delivered
        counters.retried = retried
        counters.dead = dead
        return counters
    }
}
