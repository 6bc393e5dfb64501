import Domain
import TestSupport
import Testing

/// Scripts of what happens and what the machine wants done. With a draw of 0 every delay is the shortest, 5 s.
struct DispatcherStateMachineTests {
    private typealias Action = DispatcherStateMachine.Action

    private static let start = Timestamp(seconds: 1_800_000_000)
    private static let taken = DeliveryAnswer.response(status: 200, retryAfter: nil, excerpt: "")
    private static let limit = Limits.deliveriesInFlight

    private func at(_ seconds: Int64) -> Timestamp { Self.start.adding(.seconds(seconds)) }

    private func item(_ id: Int64, contact: UInt64? = nil, attempts: Int = 0) -> OutboxItem {
        OutboxItem(
            id: id,
            destination: "crm",
            key: "k-\(id)",
            kind: .leadQualified,
            contact: ContactID(contact ?? UInt64(id)),
            body: [],
            created: Self.start,
            attempts: attempts,
            firstAttempt: attempts == 0 ? .never : Self.start
        )
    }

    private func refused(_ status: Int, retryAfter: TimeSpan? = nil) -> DeliveryAnswer {
        .response(status: status, retryAfter: retryAfter, excerpt: "")
    }

    private func attempt(
        _ id: Int64,
        at seconds: Int64,
        _ status: Int,
        _ error: String,
        _ verdict: OutboxVerdict
    ) -> Action {
        .record(DeliveryAttempt(item: id, time: self.at(seconds), status: status, error: error, verdict: verdict))
    }

    private func answer(
        _ machine: inout DispatcherStateMachine,
        _ id: Int64,
        _ answer: DeliveryAnswer,
        at seconds: Int64 = 0
    ) -> [Action] {
        machine.answered(id, answer, at: self.at(seconds), randomness: FixedRandomness(0))
    }

    /// A machine whose destination has answered item 1 and whose outbox is empty.
    private func working() -> DispatcherStateMachine {
        var machine = DispatcherStateMachine()
        _ = machine.start()
        _ = machine.loaded([self.item(1)], nextDue: nil, at: self.at(0))
        _ = self.answer(&machine, 1, Self.taken)
        _ = machine.recorded(1)
        _ = machine.loaded([], nextDue: nil, at: self.at(0))
        return machine
    }

    @Test func startLoadsAndAnEmptyOutboxRests() {
        var machine = DispatcherStateMachine()
        #expect(machine.start() == [.load(limit: Self.limit)])
        #expect(machine.loaded([], nextDue: nil, at: self.at(0)).isEmpty)
        #expect(machine.wake() == [.load(limit: Self.limit)])
    }

    @Test func firstItemProbesAndTheOthersFollowItsAnswer() {
        var machine = DispatcherStateMachine()
        _ = machine.start()
        let items = (1...10).map { self.item($0) }
        #expect(machine.loaded(items, nextDue: nil, at: self.at(0)) == [.send(items[0])])
        #expect(machine.wake().isEmpty)
        #expect(self.answer(&machine, 1, Self.taken) == [self.attempt(1, at: 0, 200, "", .delivered)])
        #expect(machine.recorded(1) == [.load(limit: Self.limit)])
        let rest = Array(items[1...])
        #expect(machine.loaded(rest, nextDue: nil, at: self.at(0)) == rest.prefix(Self.limit).map { .send($0) })
    }

    @Test func neverMoreInFlightThanTheLimit() {
        var machine = self.working()
        _ = machine.wake()
        let items = (2...40).map { self.item($0) }
        let sent = machine.loaded(items, nextDue: nil, at: self.at(0))
        #expect(sent.count == Self.limit)
        #expect(machine.wake().isEmpty)
        #expect(machine.timerFired(at: self.at(1)).isEmpty)
    }

    @Test func whatIsInFlightIsNotSentAgainAndItsContactWaits() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2, contact: 7)], nextDue: nil, at: self.at(0))
        #expect(machine.wake() == [.load(limit: Self.limit + 1)])
        let other = self.item(4)
        let loaded = [self.item(2, contact: 7), self.item(3, contact: 7), other]
        #expect(machine.loaded(loaded, nextDue: nil, at: self.at(0)) == [.send(other)])
    }

    @Test func twoItemsOfOneContactNeverLeaveTogether() {
        var machine = self.working()
        _ = machine.wake()
        let loaded = [self.item(2, contact: 7), self.item(3, contact: 7)]
        #expect(machine.loaded(loaded, nextDue: nil, at: self.at(0)) == [.send(loaded[0])])
    }

    @Test func itemsWithoutContactLeaveTogether() {
        var machine = self.working()
        _ = machine.wake()
        let loaded = [self.item(2, contact: 0), self.item(3, contact: 0)]
        #expect(machine.loaded(loaded, nextDue: nil, at: self.at(0)) == loaded.map { .send($0) })
    }

    @Test func aLoadThatBeganBeforeAnItemWasRecordedDoesNotSendItAgain() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2)], nextDue: nil, at: self.at(0))
        _ = machine.wake()  // The load reads the row as undelivered…
        _ = self.answer(&machine, 2, Self.taken)
        #expect(machine.recorded(2).isEmpty)  // …which then is recorded.
        #expect(machine.loaded([self.item(2)], nextDue: nil, at: self.at(0)) == [.load(limit: Self.limit)])
        #expect(machine.loaded([], nextDue: nil, at: self.at(0)).isEmpty)
    }

    @Test func anItemIsHeldUntilItsAttemptIsRecorded() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2, contact: 7)], nextDue: nil, at: self.at(0))
        _ = self.answer(&machine, 2, Self.taken)
        _ = machine.wake()
        let loaded = [self.item(2, contact: 7), self.item(3, contact: 7)]
        #expect(machine.loaded(loaded, nextDue: nil, at: self.at(0)).isEmpty)
    }

    @Test func aCommitDuringALoadIsNotMissed() {
        var machine = self.working()
        _ = machine.wake()
        #expect(machine.wake().isEmpty)
        #expect(machine.loaded([], nextDue: nil, at: self.at(0)) == [.load(limit: Self.limit)])
    }

    @Test func theTimerFollowsTheNextDueTime() {
        var machine = self.working()
        _ = machine.wake()
        #expect(machine.loaded([], nextDue: self.at(90), at: self.at(0)) == [.setTimer(self.at(90))])
        #expect(machine.timerFired(at: self.at(60)) == [.setTimer(self.at(90))])
        #expect(machine.timerFired(at: self.at(90)) == [.load(limit: Self.limit)])
        #expect(machine.timerFired(at: self.at(90)).isEmpty)
    }

    @Test func aDueTimeInThePastIsNoTightLoop() {
        var machine = self.working()
        _ = machine.wake()
        #expect(machine.loaded([], nextDue: self.at(-90), at: self.at(0)) == [.setTimer(self.at(1))])
    }

    @Test func aDestinationProblemStopsEverythingUntilItsRetryTime() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2), self.item(3)], nextDue: nil, at: self.at(0))
        let expected = [
            Action.setTimer(self.at(5)),
            self.attempt(2, at: 0, 503, "answered 503", .retry(at: self.at(5))),
        ]
        #expect(self.answer(&machine, 2, self.refused(503)) == expected)
        #expect(machine.recorded(2).isEmpty)
        #expect(machine.wake().isEmpty)
        // An answer to what was sent before does not open the gate.
        #expect(self.answer(&machine, 3, Self.taken, at: 1) == [self.attempt(3, at: 1, 200, "", .delivered)])
        #expect(machine.recorded(3).isEmpty)
        #expect(machine.timerFired(at: self.at(5)) == [.load(limit: Self.limit)])
        let waiting = [self.item(2, attempts: 1), self.item(4)]
        #expect(machine.loaded(waiting, nextDue: nil, at: self.at(5)) == [.send(waiting[0])])
    }

    @Test func aBurstOfFailuresCountsAsOne() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded((2...9).map { self.item($0) }, nextDue: nil, at: self.at(0))
        let high = FixedRandomness(.max)
        for id in Int64(2)...9 {
            let actions = machine.answered(id, self.refused(500), at: self.at(0), randomness: high)
            #expect(actions.contains(self.attempt(id, at: 0, 500, "answered 500", .retry(at: self.at(10)))))
            #expect(actions.contains(.setTimer(self.at(10))) == (id == 2))
        }
    }

    @Test func theWaitDoublesWithEveryProblemAndStartsAnewAfterAnAnswer() {
        var machine = DispatcherStateMachine()
        _ = machine.start()
        var now: Int64 = 0
        let high = FixedRandomness(.max)
        for delay in [Int64(10), 20, 40] {
            _ = machine.loaded([self.item(1)], nextDue: nil, at: self.at(now))
            let actions = machine.answered(1, .failure(.timeout), at: self.at(now), randomness: high)
            #expect(actions.first == .setTimer(self.at(now + delay)))
            _ = machine.recorded(1)
            now += delay
            #expect(machine.timerFired(at: self.at(now)) == [.load(limit: Self.limit)])
        }
        _ = machine.loaded([self.item(1)], nextDue: nil, at: self.at(now))
        _ = self.answer(&machine, 1, Self.taken, at: now)
        _ = machine.recorded(1)
        _ = machine.loaded([self.item(2)], nextDue: nil, at: self.at(now))
        let actions = machine.answered(2, .failure(.timeout), at: self.at(now), randomness: high)
        #expect(actions.first == .setTimer(self.at(now + 10)))
    }

    @Test func retryAfterOnlyLengthensTheWait() {
        var short = self.working()
        _ = short.wake()
        _ = short.loaded([self.item(2)], nextDue: nil, at: self.at(0))
        #expect(self.answer(&short, 2, self.refused(429, retryAfter: .seconds(1))).first == .setTimer(self.at(5)))
        var long = self.working()
        _ = long.wake()
        _ = long.loaded([self.item(2)], nextDue: nil, at: self.at(0))
        #expect(
            self.answer(&long, 2, self.refused(429, retryAfter: .seconds(300))) == [
                .setTimer(self.at(300)),
                self.attempt(2, at: 0, 429, "answered 429", .retry(at: self.at(300))),
            ]
        )
    }

    @Test func aDestinationThatIsGoneWaitsForTheLongestTime() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2)], nextDue: nil, at: self.at(0))
        #expect(self.answer(&machine, 2, self.refused(410)).first == .setTimer(self.at(21_600)))
    }

    @Test func anItemProblemLetsTheOthersGoOn() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2)], nextDue: nil, at: self.at(0))
        #expect(
            self.answer(&machine, 2, self.refused(400)) == [
                self.attempt(2, at: 0, 400, "answered 400", .retry(at: self.at(5)))
            ]
        )
        #expect(machine.recorded(2) == [.load(limit: Self.limit)])
        let others = [self.item(3), self.item(4)]
        #expect(
            machine.loaded(others, nextDue: self.at(5), at: self.at(0))
                == others.map { .send($0) } + [.setTimer(self.at(5))]
        )
    }

    @Test func anItemThatBreaksItsDestinationDoesNotBlockTheOthers() {
        var machine = self.working()
        var now: Int64 = 0
        _ = machine.wake()
        for round in 1...12 {
            let poison = self.item(2, attempts: round - 1)
            _ = machine.loaded([poison], nextDue: nil, at: self.at(now))
            // The longest draws: the item's backoff grows, the destination's stays at its first step.
            let actions = machine.answered(2, self.refused(500), at: self.at(now), randomness: FixedRandomness(.max))
            #expect(actions.first == .setTimer(self.at(now + 10)))
            _ = machine.recorded(2)
            now += 10
            _ = machine.timerFired(at: self.at(now))
            let other = self.item(Int64(100 + round))
            #expect(machine.loaded([other], nextDue: nil, at: self.at(now)) == [.send(other)])
            _ = self.answer(&machine, other.id, Self.taken, at: now)
            _ = machine.recorded(other.id)
        }
    }

    @Test func aBacklogDiesWithItsDestinationAlsoWhatWasNeverTried() {
        var machine = DispatcherStateMachine()
        _ = machine.start()
        let items = (1...4).map { self.item($0) }
        _ = machine.loaded(items, nextDue: nil, at: self.at(0))
        _ = self.answer(&machine, 1, self.refused(503))
        _ = machine.recorded(1)
        let late = TimeSpan.days(3).microseconds / 1_000_000
        for id in 2...4 as ClosedRange<Int64> {
            _ = machine.timerFired(at: self.at(late + id * 100))
            _ = machine.loaded([self.item(id)], nextDue: nil, at: self.at(late + id * 100))
            let actions = self.answer(&machine, id, self.refused(503), at: late + id * 100)
            #expect(actions.last == self.attempt(id, at: late + id * 100, 503, "answered 503", .dead))
            _ = machine.recorded(id)
        }
    }

    @Test func aRestartDoesNotBeginTheThreeDaysAnew() {
        var machine = DispatcherStateMachine()
        let late = TimeSpan.days(3).microseconds / 1_000_000
        _ = machine.start(failingSince: self.at(0))
        _ = machine.loaded([self.item(1), self.item(2)], nextDue: nil, at: self.at(late))
        let actions = self.answer(&machine, 1, .failure(.noConnection), at: late)
        #expect(actions.last == self.attempt(1, at: late, 0, "no connection", .dead))
        _ = machine.recorded(1)
        // Once the destination has answered, the next problem is a new one.
        _ = machine.timerFired(at: self.at(late + 10))
        _ = machine.loaded([self.item(2)], nextDue: nil, at: self.at(late + 10))
        _ = self.answer(&machine, 2, Self.taken, at: late + 10)
        _ = machine.recorded(2)
        _ = machine.loaded([self.item(3)], nextDue: nil, at: self.at(late + 20))
        let again = self.answer(&machine, 3, self.refused(503), at: late + 20)
        #expect(again.last == self.attempt(3, at: late + 20, 503, "answered 503", .retry(at: self.at(late + 25))))
    }

    @Test func aFailingOutboxIsAskedAgain() {
        var machine = self.working()
        _ = machine.wake()
        #expect(machine.loadFailed(at: self.at(0)) == [.setTimer(self.at(5))])
        #expect(machine.timerFired(at: self.at(5)) == [.load(limit: Self.limit)])
    }

    @Test func stoppingFinishesWhatIsInFlightAndBeginsNothing() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2)], nextDue: self.at(60), at: self.at(0))
        #expect(machine.stop() == [.cancelTimer])
        #expect(machine.wake().isEmpty)
        #expect(!machine.isStopped)
        #expect(self.answer(&machine, 2, Self.taken) == [self.attempt(2, at: 0, 200, "", .delivered)])
        #expect(!machine.isStopped)
        #expect(machine.recorded(2).isEmpty)
        #expect(machine.isStopped)
        #expect(machine.stop().isEmpty)
    }

    @Test func stoppingRecordsAProblemWithoutATimer() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2)], nextDue: nil, at: self.at(0))
        _ = machine.stop()
        #expect(
            self.answer(&machine, 2, self.refused(503)) == [
                self.attempt(2, at: 0, 503, "answered 503", .retry(at: self.at(5)))
            ]
        )
        _ = machine.recorded(2)
        #expect(machine.isStopped)
    }

    @Test func stoppingWhileLoadingWaitsForTheLoadAndSendsNothing() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.stop()
        #expect(!machine.isStopped)
        #expect(machine.loaded([self.item(2)], nextDue: nil, at: self.at(0)).isEmpty)
        #expect(machine.isStopped)
    }

    @Test func aMachineAtRestStopsAtOnce() {
        var machine = self.working()
        _ = machine.stop()
        #expect(machine.isStopped)
    }

    @Test func anInterruptedAttemptIsNotRecorded() {
        var machine = self.working()
        _ = machine.wake()
        _ = machine.loaded([self.item(2)], nextDue: nil, at: self.at(0))
        #expect(self.answer(&machine, 2, .failure(.interrupted)).isEmpty)
        #expect(machine.isStopped)
    }
}
