package import Domain
import Synchronization

/// All profiles, in slots, each behind its own lock (docs/locks.md: one slot lock at a time, nothing else under it).
///
/// Purpose: folds of the log that answer "how ripe is this contact" at any moment, in memory, from any thread.
/// Limits: ``Limits/slotCount`` slots of bounded size. Layout: a slot's state is one value (``SlotState``), so the
/// fold is pure and the lock is all there is to sharing. Failure: a slot never fails; a record the fold cannot read
/// stops the scorer, since the log's checksums have already vouched for its bytes.
package final class ScoreStore: Sendable {
    /// Which profile lives where.
    package let slots: SlotMap

    private let cells: [SlotCell]
    /// The same, not counted: they live as long as the store, and to count who looks at one costs more than to lock it.
    private let borrowed: [Unmanaged<SlotCell>]
    private let models: Mutex<ModelHistory>

    /// A store of empty slots, or of those a checkpoint kept.
    package init(slots: SlotMap, states: [SlotState] = [], models: ModelHistory = ModelHistory()) {
        self.slots = slots
        self.models = Mutex(models)
        var kept = [SlotState?](repeating: nil, count: Int(Limits.slotCount))
        for state in states { kept[Int(state.slot.rawValue)] = state }
        self.cells = (0..<Limits.slotCount).map { number in
            SlotCell(kept[Int(number)] ?? SlotState(slot: Slot(number)))
        }
        self.borrowed = self.cells.map { Unmanaged.passUnretained($0) }
    }

    /// All models published so far.
    package var modelHistory: ModelHistory { self.models.withLock { $0 } }

    /// The model in force at the end of what was folded.
    package var currentModel: CompiledModel? { self.models.withLock { $0.models.last } }

    /// Adds a publication; returns the history with it.
    func publish(_ model: ScoringModel, offset: UInt64, at time: Timestamp) -> ModelHistory {
        self.models.withLock { history in
            history.publish(model, offset: offset, at: time)
            return history
        }
    }

    /// Runs `body` on a slot alone.
    package func withSlot(
        _ slot: Slot,
        _ body: (inout SlotState) throws(DecodingFailure) -> Void
    ) throws(DecodingFailure) {
        let result = self.borrowed[Int(slot.rawValue)]._withUnsafeGuaranteedRef { cell in
            Result { () throws(DecodingFailure) in
                try cell.state.withLock { (state) throws(DecodingFailure) in try body(&state) }
            }
        }
        try result.get()
    }

    /// Runs `body`, which cannot fail, on a slot alone.
    func update<Result: Sendable>(_ slot: Slot, _ body: (inout SlotState) -> Result) -> Result {
        self.cells[Int(slot.rawValue)].state.withLock { body(&$0) }
    }

    /// Reads a slot.
    package func read<Result: Sendable>(_ slot: Slot, _ body: (SlotState) -> Result) -> Result {
        self.borrowed[Int(slot.rawValue)]._withUnsafeGuaranteedRef { $0.state.withLock { body($0) } }
    }

    /// Has a slot brought into the caches.
    func prefetch(_ slot: Slot) {
        bringNearer(UnsafeRawPointer(self.borrowed[Int(slot.rawValue)].toOpaque()), count: SlotCell.bytes)
    }

    /// Whether an id is a contact's own, and no second key.
    package func isContact(_ id: ContactID) -> Bool { self.read(self.slots.slot(of: id)) { $0.contact(id) != nil } }

    /// A contact, by their id or a second key's.
    package func contact(_ id: ContactID) -> Contact? {
        let found = self.read(self.slots.slot(of: id)) { ($0.contact(id), $0.primary(of: id)) }
        if let contact = found.0 { return contact }
        guard let primary = found.1 else { return nil }
        return self.read(self.slots.slot(of: primary)) { $0.contact(primary) }
    }

    /// A visitor.
    package func visitor(_ id: VisitorID) -> Visitor? {
        self.read(self.slots.slot(of: id)) { $0.visitor(id) }
    }

    /// When something falls due next anywhere; `.never` if nothing waits.
    package func nextDue() -> Timestamp {
        self.cells.reduce(.never) { soonest, cell in min(soonest, cell.state.withLock { $0.nextDue }) }
    }
}

/// A slot on the heap of its own, so that two locks never share a cache line by accident of layout.
private final class SlotCell: Sendable {
    /// What one takes up, with an object's header.
    static let bytes = 16 + MemoryLayout<Mutex<SlotState>>.size

    let state: Mutex<SlotState>

    init(_ state: SlotState) { self.state = Mutex(state) }
}
