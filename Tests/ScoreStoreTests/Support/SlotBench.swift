import Domain
import ScoreStore
import TestSupport

/// A record as it lies in the log of a bench.
struct LoggedRecord: Equatable {
    var offset: UInt64
    var time: Timestamp
    var kind: RecordKind
    var slot: Slot
    var cause: Cause?
    var payload: [UInt8]
}

/// The store without locks, threads and empty slots: a log in an array, and only the slots it addresses. Fast enough
/// for property tests; another test shows that it agrees with the real store and scorer.
struct SlotBench {
    let map: SlotMap
    var slots: [Slot: SlotState] = [:]
    var models = ModelHistory()
    var log: [LoggedRecord] = []
    var causes = CauseTable()
    var effects: [Effect] = []
    /// How many records came from outside in each step, and where the step ended, derived records included.
    private var sink: FoldSink
    private var pending: [LoggedRecord] = []

    /// More rounds of derived records than any record may cause.
    private static let rounds = 12

    /// Records follow from records without an end.
    struct EndlessLog: Error {}

    init(key: SipKey = SipKey(7, 11)) {
        self.map = SlotMap(key: key)
        self.sink = FoldSink(slots: self.map)
    }

    var end: UInt64 { UInt64(self.log.count) }

    /// Logs and folds what arrives together, then what follows from it, until nothing more follows.
    mutating func run(_ step: LogStep) throws {
        for item in step.items {
            self.append(kind: item.kind, slot: item.slot(in: self.map), payload: item.payload, at: step.time)
        }
        try self.foldRest(from: UInt64(self.log.count - step.items.count), at: step.time)
    }

    mutating func run(_ steps: [LogStep]) throws {
        for step in steps { try self.run(step) }
    }

    mutating func append(kind: RecordKind, slot: Slot, cause: Cause? = nil, payload: [UInt8], at time: Timestamp) {
        self.log.append(
            LoggedRecord(offset: self.end, time: time, kind: kind, slot: slot, cause: cause, payload: payload)
        )
        if let cause { _ = self.causes.store(cause) }
    }

    /// Folds the log from an offset to its end; what follows from a batch is appended behind it, unless the log
    /// holds it already, and folded as the next batch.
    mutating func foldRest(from offset: UInt64, at time: Timestamp) throws {
        var next = Int(offset)
        var rounds = 0
        while next < self.log.count {
            // What follows from a record ends within a few hops; a bench that went on would go on for ever.
            rounds += 1
            guard rounds <= Self.rounds else { throw EndlessLog() }
            let batch = self.log[next...]
            next = self.log.count
            for record in batch { try self.fold(record) }
            for record in self.pending {
                guard let cause = record.cause, self.causes.store(cause) else { continue }
                self.append(
                    kind: record.kind,
                    slot: record.slot,
                    cause: cause,
                    payload: record.payload,
                    at: max(time, self.log[next - 1].time)
                )
            }
            self.pending = []
        }
    }

    private mutating func fold(_ record: LoggedRecord) throws {
        let context = FoldContext(
            offset: record.offset,
            time: record.time,
            model: self.models.model(at: record.offset)
        )
        var next: CompiledModel?
        if record.kind == .model {
            let model = try record.payload.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                return try ScoringModel(decoding: &reader)
            }
            self.models.publish(model, offset: record.offset, at: record.time)
            next = self.models.model(at: record.offset + 1)
        }
        let addressed = record.kind.isControl ? self.slots.keys.sorted() : [record.slot]
        for slot in addressed {
            var state = self.slots.removeValue(forKey: slot) ?? SlotState(slot: slot)
            try record.payload.withUnsafeBytes {
                try state.fold(record.kind, payload: $0, context, publishing: next, into: &self.sink)
            }
            self.slots[slot] = state
        }
        self.effects += self.sink.effects
        try self.collectDerived()
        self.sink.clear()
    }

    private mutating func collectDerived() throws {
        let bytes = self.sink.derived.bytes
        try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            while reader.remaining > 0 {
                let frame = try RecordFrame.read(from: &reader)
                self.pending.append(
                    LoggedRecord(
                        offset: 0,
                        time: .distantPast,
                        kind: frame.kind,
                        slot: frame.slot,
                        cause: frame.cause,
                        payload: Array(raw[frame.payload])
                    )
                )
            }
        }
    }

    func contact(_ id: ContactID) -> Contact? { self.slots[self.map.slot(of: id)]?.contact(id) }

    func visitor(_ id: VisitorID) -> Visitor? { self.slots[self.map.slot(of: id)]?.visitor(id) }

    /// The bytes of every slot, in order.
    var bytes: [Slot: [UInt8]] {
        self.slots.mapValues { state in
            var writer = ByteWriter()
            state.encode(to: &writer)
            return writer.bytes
        }
    }

    /// What the destinations would be told, in order.
    var notifications: [(time: Timestamp, notification: LeadNotification)] {
        self.effects.compactMap { effect in
            guard case .notification(let notification) = effect.body else { return nil }
            return (effect.time, notification)
        }
    }

    /// The kinds told about a contact, in order.
    func kinds(_ contact: ContactID) -> [NotificationKind] {
        self.notifications.filter { $0.notification.contact == contact }.map(\.notification.kind)
    }
}
