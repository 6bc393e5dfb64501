import Domain
import EventLog
import ScoreStore
import Synchronization

/// What happens from now on, for whoever watches.
///
/// Purpose: one follower reads the end of the log while there is at least one reader, and no one when there is none.
/// What a record brought a contact comes behind the record, once the catalog has it.
/// Limits: each reader has room for ``Limits/liveBacklog``, and the oldest make way; ``Limits/liveReaders`` of them. A
/// follower that falls far behind jumps to the end: a feed that is late is of no use. Failure: a log that cannot be
/// read ends every reader's stream.
final class LiveFeed: Sendable {
    private struct State {
        var readers: [UInt64: AsyncStream<LiveEvent>.Continuation] = [:]
        var nextReader: UInt64 = 0
        var isFollowing = false
    }

    private let core: Core
    private let state = Mutex(State())

    /// Bytes of log that are turned into events at once.
    private static let batchBytes = 1 << 18
    /// Records after which the follower would rather jump than catch up.
    private static let lateRecords: UInt64 = 20_000
    /// How long the follower rests at the end of the log.
    private static let pause = Duration.milliseconds(200)

    init(core: Core) { self.core = core }

    /// A stream of its own for a reader.
    func subscribe() -> AsyncStream<LiveEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: LiveEvent.self,
            bufferingPolicy: .bufferingNewest(Limits.liveBacklog)
        )
        let added = self.state.withLock { state -> (reader: UInt64, starts: Bool)? in
            guard state.readers.count < Limits.liveReaders else { return nil }
            let reader = state.nextReader
            state.nextReader += 1
            state.readers[reader] = continuation
            defer { state.isFollowing = true }
            return (reader, !state.isFollowing)
        }
        guard let added else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.readers[added.reader] = nil }
        }
        if added.starts {
            // Before the caller goes on: it may cause the first of what it wants to hear.
            let start = self.core.log.end
            self.core.ledgerWatch.begin()
            Task { await self.follow(from: start) }
        }
        return stream
    }

    /// Runs until the last reader has gone.
    @concurrent
    private func follow(from start: UInt64) async {
        var cursor = start
        defer { self.core.ledgerWatch.end() }
        while self.isWatched() {
            if self.core.log.end - cursor > Self.lateRecords { cursor = self.core.log.end }
            guard let blocks = try? self.core.log.read(from: cursor, maximumBytes: Self.batchBytes) else {
                return self.finish()
            }
            for block in blocks where block.endOffset > cursor {
                for event in self.events(of: block, from: cursor) { self.publish(event) }
                cursor = block.endOffset
            }
            for change in self.core.ledgerWatch.take(below: cursor) {
                if let event = LiveEvent(change) { self.publish(event) }
            }
            if blocks.isEmpty, (try? await Task.sleep(for: Self.pause)) == nil { return self.finish() }
        }
    }

    private func isWatched() -> Bool {
        self.state.withLock { state in
            if state.readers.isEmpty { state.isFollowing = false }
            return state.isFollowing
        }
    }

    private func publish(_ event: LiveEvent) {
        let readers = self.state.withLock { Array($0.readers.values) }
        for reader in readers { reader.yield(event) }
    }

    private func finish() {
        let readers = self.state.withLock { state -> [AsyncStream<LiveEvent>.Continuation] in
            defer { state.readers = [:] }
            state.isFollowing = false
            return Array(state.readers.values)
        }
        for reader in readers { reader.finish() }
    }

    private func events(of block: CommittedBlock, from cursor: UInt64) -> [LiveEvent] {
        var events: [LiveEvent] = []
        LogFrames.forEach(in: block, from: cursor) { frame, offset, payload in
            guard frame.kind == .event, let record = try? EventRecord(decoding: payload) else { return }
            events.append(self.event(record, offset, block.time, payload))
        }
        return events
    }

    private func event(
        _ record: EventRecord,
        _ offset: UInt64,
        _ time: Timestamp,
        _ payload: UnsafeRawBufferPointer
    ) -> LiveEvent {
        // What the fold finds out later (a resend, a profile that is gone) is not known here.
        let isAnonymous = record.visitor == nil && record.contact == nil
        let outcome = record.filter != .none ? "filtered" : isAnonymous ? "counted" : "accepted"
        var event = LiveEvent(offset: offset, time: time, kind: record.kind, outcome: outcome)
        if record.filter != .none { event.reason = record.filter.tag }
        event.site = self.core.directory.current.sites.values.first { $0.id == record.site }?.key
        let url = record.url.string(in: payload)
        event.url = url.isEmpty ? nil : url
        let contact = record.contact ?? record.visitor.flatMap { self.core.store.visitor($0)?.contact }
        event.contact = contact?.text
        return event
    }
}

extension LiveEvent {
    /// A change of a ledger as a live event; nil for any other effect.
    init?(_ effect: Effect) {
        switch effect.body {
        case .entry(let entry):
            let isReversal = entry.origin == .reversal
            let outcome = entry.state == .provisional ? "held" : isReversal ? "reversed" : "scored"
            self.init(offset: effect.offset, time: effect.time, entry: entry.id, of: entry.contact, outcome: outcome)
            self.points = entry.state == .provisional ? entry.points : entry.granted
            if isReversal { self.reason = entry.rule } else { self.rule = entry.rule }
        case .entrySettled(let id, let contact, let granted, _):
            self.init(offset: effect.offset, time: effect.time, entry: id, of: contact, outcome: "scored")
            self.points = granted
        case .entryDropped(let id, let contact, let reason):
            self.init(offset: effect.offset, time: effect.time, entry: id, of: contact, outcome: "dropped")
            self.reason = reason.tag
        default: return nil
        }
    }
}

/// The records of a block, one by one.
enum LogFrames {
    /// Calls `body` with every record of a block at or behind an offset. Stops at bytes that are no record, which the
    /// log's checksums rule out.
    static func forEach(
        in block: CommittedBlock,
        from start: UInt64,
        _ body: (RecordFrame, UInt64, UnsafeRawBufferPointer) -> Void
    ) {
        block.frames.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            var offset = block.firstOffset
            while reader.remaining > 0, let frame = try? RecordFrame.read(from: &reader) {
                if offset >= start { body(frame, offset, UnsafeRawBufferPointer(rebasing: raw[frame.payload])) }
                offset += 1
            }
        }
    }
}
