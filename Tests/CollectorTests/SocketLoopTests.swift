import Domain
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Collector

@Suite(.timeLimit(.minutes(5))) struct SocketLoopTests {
    @Test func tasksOfEveryThreadRunOnceAndEachThreadsInOrder() async throws {
        let loop = try SocketLoop.start(name: "test")
        let seen = Seen()
        await withTaskGroup { group in
            for sender in 0..<8 {
                group.addTask {
                    for number in 0..<2_000 {
                        loop.execute { seen.numbers.withLock { $0[sender, default: []].append(number) } }
                        // So that the loop rests in between and has to be woken.
                        if number % 100 == 0 { try? await loop.submit {}.get() }
                    }
                }
            }
        }
        try await loop.submit {}.get()
        #expect(
            seen.numbers.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, Array(0..<2_000)) })
        )
        try await loop.shutdownGracefully()
    }

    @Test func aTaskKnowsThatItIsOnTheLoop() async throws {
        let loop = try SocketLoop.start(name: "test")
        #expect(!loop.inEventLoop)
        #expect(try await loop.submit { loop.inEventLoop }.get())
        try await loop.shutdownGracefully()
    }

    @Test func aTimerThatIsCancelledDoesNothing() async throws {
        let loop = try SocketLoop.start(name: "test")
        let seen = Seen()
        let first = loop.scheduleTask(in: .milliseconds(20)) { seen.numbers.withLock { $0[1] = [] } }
        let second = loop.scheduleTask(in: .milliseconds(10)) { seen.numbers.withLock { $0[2] = [] } }
        first.cancel()
        try await second.futureResult.get()
        try await loop.scheduleTask(in: .milliseconds(20)) {}.futureResult.get()
        #expect(seen.numbers.withLock { $0 } == [2: []])
        await #expect(throws: EventLoopError.cancelled) { try await first.futureResult.get() }
        try await loop.shutdownGracefully()
    }

    @Test func whatIsLeftAtTheEndIsToldSo() async throws {
        let loop = try SocketLoop.start(name: "test")
        let seen = Seen()
        let timer = loop.scheduleTask(in: .hours(1)) {}
        timer.futureResult.whenFailure { error in
            seen.numbers.withLock { $0[error as? EventLoopError == .shutdown ? 1 : 2] = [] }
        }
        try await loop.shutdownGracefully()
        #expect(seen.numbers.withLock { $0 } == [1: []])
        // Nobody is left to run it, and nobody minds.
        loop.execute { Issue.record("the loop is over") }
        try await loop.shutdownGracefully()
    }

    @Test func timersAreDueInTheirOrder() {
        var queue = TimerQueue()
        var ran: [Int] = []
        var random = SeededRandom(seed: 4)
        let times = (0..<200).map { _ in UInt64(random.next() % 50) }
        var timers: [TimerQueue.Timer] = []
        for (index, time) in times.enumerated() {
            let timer = TimerQueue.Timer(at: .uptimeNanoseconds(time), run: { ran.append(index) }, abandon: {})
            queue.add(timer)
            timers.append(timer)
        }
        for index in stride(from: 0, to: 200, by: 3) { timers[index].cancel() }
        let expected = (0..<200).filter { $0 % 3 != 0 }.sorted { (times[$0], $0) < (times[$1], $1) }
        for now in 0..<60 {
            #expect(queue.next().map { $0.uptimeNanoseconds >= UInt64(now) } ?? true)
            while let timer = queue.take(at: .uptimeNanoseconds(UInt64(now))) { timer.run() }
        }
        #expect(ran == expected)
        #expect(queue.next() == nil)
    }

    @Test func aKeyIsNeverGivenTwice() {
        final class Watcher: SocketWatcher {
            func ready(_ readiness: Poller.Readiness) {}
            func loopEnds() {}
        }
        var table = WatcherTable()
        var random = SeededRandom(seed: 5)
        var present: [UInt64: Watcher] = [:]
        var past: Set<UInt64> = []
        for _ in 0..<2_000 {
            if random.next() % 2 == 0 || present.isEmpty {
                let watcher = Watcher()
                let key = table.add(watcher)
                #expect(present[key] == nil && !past.contains(key))
                present[key] = watcher
            } else if let key = present.keys.sorted().randomElement(using: &random) {
                table.remove(key)
                present[key] = nil
                past.insert(key)
            }
        }
        for (key, watcher) in present { #expect(table[key] === watcher) }
        #expect(past.allSatisfy { table[$0] == nil })
        #expect(table.all.count == present.count)
    }

    @Test func whatTheSystemTakesIsSentInOrderAndWhatItDoesNotIsKept() throws {
        var writes = PendingWrites()
        var random = SeededRandom(seed: 6)
        var written: [UInt8] = []
        var flushed = 0
        var sent: [UInt8] = []
        for step in 0..<5_000 {
            switch random.next() % 4 {
            case 0:
                let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: Int(random.next() % 40_000))
                let wasWritable = writes.isWritable
                #expect(writes.append(ByteBuffer(bytes: bytes), nil) == (writes.isWritable != wasWritable))
                written += bytes
            case 1:
                writes.flush()
                flushed = written.count
            default:
                let limit = Int(random.next() % 50_000)
                let result = writes.sendFirst { bytes in
                    guard limit > 0 else { return nil }
                    sent += bytes.prefix(limit)
                    return min(limit, bytes.count)
                }
                if result == nil { #expect(limit == 0 || sent.count == flushed) }
            }
            #expect(sent.count <= flushed)
            #expect(writes.isEmpty || writes.isWritable || written.count > sent.count)
        }
        #expect(sent.elementsEqual(written.prefix(sent.count)))
        #expect(sent.count > 1_000_000)
    }
}

/// What tasks said, each under a number of its own.
private final class Seen: Sendable {
    let numbers = Mutex<[Int: [Int]]>([:])
}
