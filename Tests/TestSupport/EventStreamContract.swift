package import Domain
import Synchronization

/// What every ``EventStream`` promises. Each case starts with an empty stream.
package enum EventStreamContract: String, CaseIterable, Sendable {
    case startsEmpty
    case keepsTheOrderOfAWriter
    case reportsDurableTickets
    case readsFromTheMiddle
    case dropsStoredCauses
    case keepsNewCausesOfOtherSources
    case refusesMoreThanFits
    case waitingReturnsTheEnd
    case waitingBeyondTheEndTimesOut
    case trimmingKeepsWhatIsAbove
    case mixesWritersWithoutLoss

    private static let long = TimeSpan.seconds(60)

    /// Checks the promise.
    package func check(_ stream: some EventStream) throws {
        switch self {
        case .startsEmpty: try self.startsEmpty(stream)
        case .keepsTheOrderOfAWriter: try self.keepsTheOrderOfAWriter(stream)
        case .reportsDurableTickets: try self.reportsDurableTickets(stream)
        case .readsFromTheMiddle: try self.readsFromTheMiddle(stream)
        case .dropsStoredCauses: try self.dropsStoredCauses(stream)
        case .keepsNewCausesOfOtherSources: try self.keepsNewCausesOfOtherSources(stream)
        case .refusesMoreThanFits: try self.refusesMoreThanFits(stream)
        case .waitingReturnsTheEnd: try self.waitingReturnsTheEnd(stream)
        case .waitingBeyondTheEndTimesOut: try self.waitingBeyondTheEndTimesOut(stream)
        case .trimmingKeepsWhatIsAbove: try self.trims(stream)
        case .mixesWritersWithoutLoss: try self.mixesWriters(stream)
        }
    }

    private func startsEmpty(_ stream: some EventStream) throws {
        try ContractViolation.check(stream.start == 0 && stream.end == 0, "a new stream is empty")
        try ContractViolation.check(try stream.read(from: 0, maximumBytes: 1_000).isEmpty, "nothing is read")
    }

    private func keepsTheOrderOfAWriter(_ stream: some EventStream) throws {
        let writer = stream.makeWriter(.events) { _ in }
        for number in 0..<500 as Range<UInt64> {
            try writer.append(TestRecords.event(number))
            if number % 7 == 0 { try Self.commit(stream, writer, end: number + 1) }
        }
        try Self.commit(stream, writer, end: 500)
        let numbers = try TestRecords.numbers(TestRecords.readAll(stream))
        try ContractViolation.check(numbers == Array(0..<500), "records come back in their order: \(numbers)")
    }

    private func reportsDurableTickets(_ stream: some EventStream) throws {
        let seen = Mutex<[LogProgress]>([])
        let writer = stream.makeWriter(.control) { progress in seen.withLock { $0.append(progress) } }
        let first = try writer.append(TestRecords.event(1))
        let second = try writer.append(TestRecords.event(2))
        try ContractViolation.check(first < second, "tickets grow")
        try Self.commit(stream, writer, end: 2)
        let last = seen.withLock { $0.last }
        guard case .durable(second, let end) = last else {
            throw ContractViolation("the last ticket is reported before waiting ends: \(String(describing: last))")
        }
        try ContractViolation.check(end == 2, "the end covers the ticket")
    }

    private func readsFromTheMiddle(_ stream: some EventStream) throws {
        let writer = stream.makeWriter(.events) { _ in }
        for number in 0..<60 as Range<UInt64> {
            try writer.append(TestRecords.event(number, padding: 100))
            if number % 3 == 2 { try Self.commit(stream, writer, end: number + 1) }
        }
        for offset in 0..<60 as Range<UInt64> {
            let blocks = try stream.read(from: offset, maximumBytes: 500)
            guard let first = blocks.first else { throw ContractViolation("a block holds \(offset)") }
            try ContractViolation.check(
                first.firstOffset <= offset && offset < first.endOffset,
                "the first block holds \(offset)"
            )
            let bytes = blocks.reduce(0) { $0 + $1.frames.count }
            try ContractViolation.check(blocks.count == 1 || bytes <= 500, "about as many bytes as asked for")
            let numbers = try TestRecords.numbers(blocks)
            let expected = first.firstOffset..<(first.firstOffset + UInt64(numbers.count))
            try ContractViolation.check(numbers == Array(expected), "the records of \(offset)")
        }
        try ContractViolation.check(try stream.read(from: 60, maximumBytes: 9).isEmpty, "nothing at the end")
        try ContractViolation.check(try stream.read(from: 99, maximumBytes: 9).isEmpty, "nothing behind the end")
    }

    private func dropsStoredCauses(_ stream: some EventStream) throws {
        let progress = Mutex<UInt64>(0)
        let writer = stream.makeWriter(.derived) { seen in
            if case .durable(let ticket, _) = seen { progress.withLock { $0 = ticket } }
        }
        for (offset, ordinal) in [(5, 0), (5, 1), (5, 1), (4, 9), (6, 0)] as [(UInt64, UInt16)] {
            try writer.append(TestRecords.derived(source: 3, offset: offset, ordinal: ordinal))
        }
        try Self.commit(stream, writer, end: 3)
        let ticket = try writer.append(TestRecords.derived(source: 3, offset: 6))
        writer.flush()
        // A record behind it shows that the dropped one was dealt with.
        let other = stream.makeWriter(.control) { _ in }
        try other.append(TestRecords.event(77))
        try Self.commit(stream, other, end: 4)
        try ContractViolation.check(progress.withLock { $0 } == ticket, "a dropped record is reported as durable")
        let numbers = try TestRecords.numbers(TestRecords.readAll(stream))
        try ContractViolation.check(numbers == [5, 5, 6, 77], "each cause once: \(numbers)")
    }

    private func keepsNewCausesOfOtherSources(_ stream: some EventStream) throws {
        let writer = stream.makeWriter(.derived) { _ in }
        try writer.append(TestRecords.derived(source: 1, offset: 9))
        try writer.append(TestRecords.derived(source: 2, offset: 8))
        try writer.append(TestRecords.derived(source: 4_095, offset: 7))
        try Self.commit(stream, writer, end: 3)
        let numbers = try TestRecords.numbers(TestRecords.readAll(stream))
        try ContractViolation.check(numbers == [9, 8, 7], "sources do not hide each other: \(numbers)")
    }

    private func refusesMoreThanFits(_ stream: some EventStream) throws {
        let writer = stream.makeWriter(.events) { _ in }
        let frame = TestRecords.event(0, padding: 200_000)
        var refusal: AppendRefusal?
        for _ in 0..<1_000 where refusal == nil {
            do { try writer.append(frame) } catch let error as AppendRefusal { refusal = error }
        }
        try ContractViolation.check(refusal == .pendingFull, "an unflushed writer is refused in the end")
    }

    private func waitingReturnsTheEnd(_ stream: some EventStream) throws {
        let writer = stream.makeWriter(.events) { _ in }
        try writer.append(TestRecords.event(1))
        try Self.commit(stream, writer, end: 1)
        try ContractViolation.check(stream.wait(beyond: 0, timeout: .seconds(0)) == 1, "waiting returns the end")
    }

    private func waitingBeyondTheEndTimesOut(_ stream: some EventStream) throws {
        try ContractViolation.check(stream.wait(beyond: 0, timeout: .milliseconds(1)) == 0, "waiting times out")
    }

    private func trims(_ stream: some EventStream) throws {
        let writer = stream.makeWriter(.events) { _ in }
        for number in 0..<300 as Range<UInt64> {
            try writer.append(TestRecords.event(number, padding: 1_000))
            try Self.commit(stream, writer, end: number + 1)
        }
        stream.trim(below: 250)
        let start = stream.start
        try ContractViolation.check(start > 0 && start <= 250, "something is given up, but nothing at \(start)")
        let numbers = try TestRecords.numbers(TestRecords.readAll(stream))
        try ContractViolation.check(numbers == Array(start..<300), "what is above stays")
        do {
            _ = try stream.read(from: start - 1, maximumBytes: 9)
            throw ContractViolation("a trimmed offset is refused")
        } catch let failure as LogReadFailure {
            try ContractViolation.check(failure == .trimmed(first: start), "the refusal names the start: \(failure)")
        }
    }

    private func mixesWriters(_ stream: some EventStream) throws {
        let writers = (0..<3).map { _ in stream.makeWriter(.events) { _ in } }
        for round in 0..<50 as Range<UInt64> {
            for (index, writer) in writers.enumerated() {
                try writer.append(TestRecords.event(round * 3 + UInt64(index)))
                writer.flush()
            }
        }
        try Self.commit(stream, writers[0], end: 150)
        let numbers = try TestRecords.numbers(TestRecords.readAll(stream))
        for index in 0..<3 as Range<UInt64> {
            let own = numbers.filter { $0 % 3 == index }
            try ContractViolation.check(own == (0..<50).map { $0 * 3 + index }, "each writer's records, in order")
        }
    }

    /// Flushes, and waits until the stream ends at `end`.
    private static func commit(_ stream: some EventStream, _ writer: any LogWriter, end: UInt64) throws {
        writer.flush()
        let reached = stream.wait(beyond: end - 1, timeout: Self.long)
        try ContractViolation.check(reached == end, "the stream ends at \(end), not \(reached)")
    }
}
