import Domain
import ScoreStore
import Synchronization
import TestSupport
import Testing

/// The effects' way to the catalog: in log order, bounded, closable.
@Suite struct QueueTests {
    private func effect(_ offset: UInt64, slot: UInt16, ordinal: UInt32 = 0) -> Effect {
        Effect(
            offset: offset,
            slot: Slot(slot),
            ordinal: ordinal,
            time: .distantPast,
            body: .contactErased(ContactID(offset))
        )
    }

    @Test func onlyWhatEveryLaneHasPassedIsTaken() {
        let queue = EffectQueue(lanes: 2, start: 0)
        #expect(queue.push(lane: 0, [self.effect(1, slot: 0), self.effect(5, slot: 0)], mark: 6))
        #expect(queue.push(lane: 1, [self.effect(2, slot: 1)], mark: 4))
        let first = queue.take(gathering: .seconds(0))
        #expect(first?.through == 4)
        #expect(first?.effects.map(\.offset) == [1, 2])
        #expect(queue.count == 1)
        #expect(queue.push(lane: 1, [], mark: 9))
        let second = queue.take(gathering: .seconds(0))
        #expect(second?.through == 6)
        #expect(second?.effects.map(\.offset) == [5])
    }

    /// Gathering for an hour: what returns was not made to wait.
    @Test func whatSomebodyWaitsForIsNotLeftToGather() {
        let queue = EffectQueue(lanes: 1, start: 0)
        let hour = TimeSpan.seconds(3_600)
        let notification = LeadNotification(kind: .leadQualified, contact: ContactID(1), detail: "")
        var told = self.effect(1, slot: 0)
        told.body = .notification(notification)
        #expect(queue.push(lane: 0, [self.effect(0, slot: 0), told], mark: 2))
        #expect(queue.take(gathering: hour)?.effects.count == 2)

        queue.want(3)
        #expect(queue.push(lane: 0, [], mark: 3))
        #expect(queue.take(gathering: hour)?.through == 3)

        let many = (0...Limits.pendingEffects / 2).map { self.effect(3, slot: 0, ordinal: UInt32($0)) }
        #expect(queue.push(lane: 0, many, mark: 4))
        #expect(queue.take(gathering: hour)?.effects.count == many.count)

        #expect(queue.push(lane: 0, [self.effect(4, slot: 0)], mark: 5))
        queue.close()
        #expect(queue.take(gathering: hour)?.through == 5)
    }

    @Test func aClosedQueueGivesWhatIsCompleteThenNothingAndTakesNothing() {
        let queue = EffectQueue(lanes: 1, start: 0)
        #expect(queue.push(lane: 0, [self.effect(0, slot: 0)], mark: 1))
        queue.close()
        #expect(!queue.push(lane: 0, [self.effect(1, slot: 0)], mark: 2))
        #expect(queue.take(gathering: .seconds(0))?.effects.count == 1)
        #expect(queue.take(gathering: .seconds(0)) == nil)
    }

    @Test func manyWorkersAndOneWriterKeepTheOrderWithinBounds() throws {
        let lanes = 4
        let rounds: UInt64 = 400
        let perPush = 100
        let queue = EffectQueue(lanes: lanes, start: 0)
        let most = Mutex(0)
        let threads = (0..<lanes).map { lane in
            SystemThread.start("queue") {
                for round in 0..<rounds {
                    let effects = (0..<perPush).map { ordinal in
                        Effect(
                            offset: round,
                            slot: Slot(UInt16(lane)),
                            ordinal: UInt32(ordinal),
                            time: .distantPast,
                            body: .contactErased(ContactID(round))
                        )
                    }
                    guard queue.push(lane: lane, effects, mark: round + 1) else { return }
                    most.withLock { $0 = max($0, queue.count) }
                }
            }
        }
        var taken: [Effect] = []
        var through: UInt64 = 0
        while through < rounds {
            let next = try #require(queue.take(gathering: .seconds(0)))
            #expect(next.through > through)
            #expect(next.effects.allSatisfy { $0.offset >= through && $0.offset < next.through })
            through = next.through
            taken += next.effects
        }
        for thread in threads { try #require(thread).join() }
        #expect(taken.count == lanes * Int(rounds) * perPush)
        let keys = taken.map { [UInt64($0.offset), UInt64($0.slot.rawValue), UInt64($0.ordinal)] }
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        #expect(most.withLock { $0 } <= lanes * (Limits.pendingEffects + perPush))
    }

    @Test func closingFreesAWorkerThatWaitsForRoom() throws {
        let queue = EffectQueue(lanes: 2, start: 0)
        let full = (0..<Limits.pendingEffects).map { self.effect(UInt64($0), slot: 0) }
        #expect(queue.push(lane: 0, full, mark: UInt64(full.count)))
        let wasTaken = Mutex<Bool?>(nil)
        let thread = SystemThread.start("queue") {
            let isOpen = queue.push(lane: 0, [], mark: UInt64(Limits.pendingEffects) + 1)
            wasTaken.withLock { $0 = isOpen }
        }
        queue.close()
        try #require(thread).join()
        #expect(wasTaken.withLock { $0 } == false)
    }

    @Test func dueNotesComeOutInOrderOfTimeAndContact() {
        var random = SeededRandom(seed: 5)
        var queue = DueQueue()
        var expected: [(Int64, UInt64)] = []
        for _ in 0..<2_000 {
            let note = (Int64(random.next() % 300), random.next() % 50)
            queue.push(ContactID(note.1), at: Timestamp(microseconds: note.0))
            expected.append(note)
        }
        expected.sort { $0 < $1 }
        var popped: [(Int64, UInt64)] = []
        for bound in stride(from: Int64(0), through: 301, by: 7) {
            while let note = queue.pop(through: Timestamp(microseconds: bound)) {
                #expect(note.time.microseconds <= bound)
                popped.append((note.time.microseconds, note.contact.rawValue))
            }
        }
        #expect(popped.elementsEqual(expected, by: ==))
    }
}
