import Domain
import EventLog
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct ConcurrencyTests {
    /// Runs each body on a thread of its own and waits for all.
    private func together(_ bodies: [@Sendable () -> Void]) {
        let group = DispatchGroup()
        for body in bodies {
            group.enter()
            Thread.detachNewThread {
                body()
                group.leave()
            }
        }
        group.wait()
    }

    private func open(_ directory: TemporaryDirectory) throws -> SegmentLog {
        var configuration = LogFixture.small
        configuration.runsThreads = true
        configuration.segmentBytes = 65_536
        configuration.blockBytes = 16_384
        configuration.pendingBytes = 16_384
        return try SegmentLog(
            storage: try PosixStorage(directory.path),
            configuration: configuration,
            clock: ManualClock(),
            randomness: SeededSource(seed: 1)
        )
    }

    /// Appends `count` records of a writer, each again and again until it is taken.
    private static func produce(_ log: SegmentLog, _ writerNumber: UInt64, count: UInt64, _ record: ProgressRecord) {
        let writer = log.makeWriter(.events) { record.note($0) }
        var random = SeededRandom(seed: writerNumber)
        var ticket: UInt64 = 0
        for index in 0..<count {
            let frame = TestRecords.event(writerNumber << 32 | index, padding: Int.random(in: 0...99, using: &random))
            while true {
                do {
                    ticket = try writer.append(frame)
                    break
                } catch {
                    // The buffer is full: wait for the next commit.
                    writer.flush()
                    _ = log.wait(beyond: log.end, timeout: .milliseconds(1))
                }
            }
            if Int.random(in: 0..<5, using: &random) == 0 { writer.flush() }
        }
        writer.flush()
        while record.ticket < ticket { _ = log.wait(beyond: log.end, timeout: .milliseconds(1)) }
    }

    @Test func `four writers lose nothing, twice nothing, and keep their order`() throws {
        let directory = try TemporaryDirectory()
        let log = try self.open(directory)
        let count: UInt64 = 2_000
        self.together(
            (0..<4 as Range<UInt64>).map { number in { Self.produce(log, number, count: count, ProgressRecord()) } }
        )
        let numbers = try TestRecords.numbers(TestRecords.readAll(log))
        log.close()
        let again = try self.open(directory)
        #expect(try TestRecords.numbers(TestRecords.readAll(again)) == numbers)
        again.close()
        #expect(numbers.count == Int(count) * 4)
        for number in 0..<4 as Range<UInt64> {
            let own = numbers.filter { $0 >> 32 == number }.map { $0 & 0xffff_ffff }
            #expect(own == Array(0..<count), "writer \(number)")
        }
        #expect(try LogInspector(directory: directory.path).verify().isEmpty)
    }

    @Test func `reading goes on while segments are written, sealed, trimmed and recycled`() throws {
        let directory = try TemporaryDirectory()
        let log = try self.open(directory)
        let isDone = Atomic(false)
        let problems = Mutex<[String]>([])
        let read = Atomic(0)
        let reader: @Sendable () -> Void = {
            var next: UInt64 = 0
            while !isDone.load(ordering: .acquiring) {
                do throws(LogReadFailure) {
                    // Behind the reader everything is trimmed at once, so that files are recycled under it.
                    for block in try log.read(from: next, maximumBytes: 8_192) {
                        let numbers = (try? TestRecords.numbers([block])) ?? []
                        let expected = Array(block.firstOffset..<block.endOffset)
                        if numbers != expected { problems.withLock { $0.append("\(block.firstOffset)") } }
                        next = block.endOffset
                        read.add(numbers.count, ordering: .relaxed)
                    }
                    if next > 3_000 { next -= 3_000 }
                    _ = log.wait(beyond: next, timeout: .milliseconds(1))
                } catch .trimmed(let first) {
                    next = first
                } catch {
                    problems.withLock { $0.append("\(error)") }
                    return
                }
            }
        }
        let writing: @Sendable () -> Void = {
            Self.produce(log, 0, count: 20_000, ProgressRecord())
            isDone.store(true, ordering: .releasing)
        }
        let trimming: @Sendable () -> Void = {
            while !isDone.load(ordering: .acquiring) {
                let end = log.wait(beyond: log.end, timeout: .milliseconds(1))
                log.trim(below: end > 1_000 ? end - 1_000 : 0)
                log.seal(below: end > 500 ? end - 500 : 0)
            }
        }
        self.together([writing, trimming, reader, reader])
        #expect(problems.withLock { $0 } == [])
        #expect(log.start > 0)
        #expect(read.load(ordering: .relaxed) > 0)
        log.close()
        #expect(try LogInspector(directory: directory.path).verify().isEmpty)
    }

    @Test func `a failing sync stops all writers, and everybody is told`() throws {
        var fixture = LogFixture()
        fixture.configuration.runsThreads = true
        let log = try fixture.open()
        let records = (0..<4).map { _ in ProgressRecord() }
        let told = (0..<4).map { _ in DispatchSemaphore(value: 0) }
        let writers = (0..<4).map { index in
            log.makeWriter(.events) { progress in
                records[index].note(progress)
                if progress == .failed { told[index].signal() }
            }
        }
        // The first operations prepare a spare; fail until a sync of the log itself is hit.
        while log.failure == nil {
            fixture.storage.failSync()
            for writer in writers {
                _ = try? writer.append(TestRecords.event(1))
                writer.flush()
            }
        }
        for semaphore in told { semaphore.wait() }
        for writer in writers { #expect(throws: AppendRefusal.failed) { try writer.append(TestRecords.event(2)) } }
        log.close()
        #expect(records.allSatisfy { $0.all.count { $0 == .failed } == 1 })
    }
}
