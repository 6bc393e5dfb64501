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
    }

    private let state: Monitor<State>
    private let writer: any LogWriter

    /// An outlet of a worker that starts to fold at `start`.
    init(_ stream: any EventStream, start: UInt64) {
        let state = Monitor(State(durableOffset: start))
        self.state = state
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

    /// Writes what was derived from the records below `offset`. Waits while the log's buffer is full.
    func send(_ frames: ByteWriter, count: Int, reaching offset: UInt64) throws(AppendRefusal) {
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
            return
        }
        // One frame at a time would be needless: a worker's batch is far below the log's bound unless it is huge.
        var start = 0
        while start < frames.bytes.count {
            let (end, records) = Self.cut(frames.bytes, from: start)
            let isLast = end == frames.bytes.count
            try self.append(Array(frames.bytes[start..<end]), records: records, reaching: isLast ? offset : nil)
            start = end
        }
        self.writer.flush()
    }

    /// The end of as many whole frames as fit into half of the log's pending buffer, and their number.
    private static func cut(_ bytes: [UInt8], from start: Int) -> (end: Int, records: Int) {
        var end = start
        var records = 0
        bytes.withUnsafeBytes { raw in
            while end < raw.count {
                let length = Int(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: end, as: UInt32.self))) + 4
                if records > 0, end + length - start > Limits.pendingBytes / 2 { break }
                end += length
                records += 1
            }
        }
        return (end, records)
    }

    private func append(_ frames: [UInt8], records: Int, reaching offset: UInt64?) throws(AppendRefusal) {
        while true {
            let seen = self.state.wait(until: { _ in true }, { $0.progress })
            do throws(AppendRefusal) {
                let ticket = try frames.withUnsafeBufferPointer { (buffer) throws(AppendRefusal) in
                    try self.writer.append(UnsafeRawBufferPointer(buffer), records: records)
                }
                if let offset { self.mark(ticket, offset) }
                return
            } catch .pendingFull {
                self.writer.flush()
                self.state.wait(until: { $0.progress != seen || $0.hasFailed }, { _ in })
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
