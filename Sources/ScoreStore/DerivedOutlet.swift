import Domain

/// A worker's way to write derived records into the log, and its knowledge of how far they are on disk: a checkpoint
/// may only count a slot once everything it derived is.
final class DerivedOutlet: Sendable {
    private struct State: Sendable {
        var durableTicket: UInt64 = 0
        /// Batches not known durable: their last ticket and the offset they reach.
        var marks: [(ticket: UInt64, offset: UInt64)] = []
        var durableOffset: UInt64
        var progress: UInt64 = 0
        var hasFailed = false
        var isStopped = false
    }

    private let state: Monitor<State>
    private let writer: any LogWriter
    private let stream: any EventStream

    /// How long it waits for room before it tries again.
    private static let patience = TimeSpan.milliseconds(200)

    /// An outlet of a worker that starts to fold at `start`.
    init(_ stream: any EventStream, start: UInt64) {
        let state = Monitor(State(durableOffset: start))
        self.state = state
        self.stream = stream
        self.writer = stream.makeWriter(.derived) { progress in
            state.withLock { state in
                state.progress += 1
                switch progress {
                case .durable(let ticket, _):
                    state.durableTicket = ticket
                    while let first = state.marks.first, first.ticket <= ticket {
                        state.durableOffset = first.offset
                        state.marks.removeFirst()
                    }
                case .failed: state.hasFailed = true
                }
                return true
            }
        }
    }

    /// Everything derived from records below this offset is on disk.
    var durableOffset: UInt64 { self.state.wait(until: { _ in true }, { $0.durableOffset }) }

    /// Lets go whoever waits for room: nothing more is sent.
    func stop() {
        self.state.withLock { state in
            state.isStopped = true
            return true
        }
    }

    /// Writes what was derived from the records below `offset`. Waits while the log's buffer or its disk is full; the
    /// space may come back. Returns false when it was stopped before everything was handed over.
    func send(_ frames: ByteWriter, count: Int, reaching offset: UInt64) throws(AppendRefusal) -> Bool {
        guard count > 0 else {
            self.state.withLock { state in
                // Nothing of its own to wait for, but what came before may still be under way.
                if state.marks.isEmpty {
                    state.durableOffset = offset
                } else {
                    state.marks[state.marks.count - 1].offset = offset
                }
                return false
            }
            return true
        }
        // One frame at a time would be needless: a worker's batch is far below the log's bound unless it is huge.
        var start = 0
        while start < frames.bytes.count {
            let (end, records) = Self.cut(frames.bytes, from: start, most: self.stream.pendingBytes / 2)
            let isLast = end == frames.bytes.count
            let part = Array(frames.bytes[start..<end])
            guard try self.append(part, records: records, reaching: isLast ? offset : nil) else { return false }
            start = end
        }
        self.writer.flush()
        return true
    }

    /// The end of as many whole frames as have `most` bytes, at least one, and their number.
    private static func cut(_ bytes: [UInt8], from start: Int, most: Int) -> (end: Int, records: Int) {
        var end = start
        var records = 0
        bytes.withUnsafeBytes { raw in
            while end < raw.count {
                let length = Int(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: end, as: UInt32.self))) + 4
                if records > 0, end + length - start > most { break }
                end += length
                records += 1
            }
        }
        return (end, records)
    }

    private func append(_ frames: [UInt8], records: Int, reaching offset: UInt64?) throws(AppendRefusal) -> Bool {
        while true {
            let (seen, isStopped) = self.state.wait(until: { _ in true }, { ($0.progress, $0.isStopped) })
            if isStopped { return false }
            do throws(AppendRefusal) {
                let ticket = try frames.withUnsafeBufferPointer { (buffer) throws(AppendRefusal) in
                    try self.writer.append(UnsafeRawBufferPointer(buffer), records: records)
                }
                if let offset { self.mark(ticket, offset) }
                return true
            } catch .pendingFull {
                self.writer.flush()
                // A log without threads commits when it is waited for.
                _ = self.stream.wait(beyond: self.stream.end, timeout: .seconds(0))
                self.state.wait(
                    microseconds: Self.patience.microseconds,
                    until: { $0.progress != seen || $0.hasFailed || $0.isStopped },
                    { _ in }
                )
            } catch .diskFull {
                // Nobody says when space comes back; the log grows again when it has.
                _ = self.stream.wait(beyond: self.stream.end, timeout: Self.patience)
            } catch {
                throw error
            }
        }
    }

    private func mark(_ ticket: UInt64, _ offset: UInt64) {
        self.state.withLock { state in
            if ticket <= state.durableTicket {
                state.durableOffset = offset
            } else {
                state.marks.append((ticket, offset))
            }
            return true
        }
    }
}
