package import Domain

/// What folding a record leaves behind besides the profiles: effects for the catalog, derived records for the log,
/// and changes of the directory. Reused from record to record; emptied by whoever carries them out.
package struct FoldSink: Sendable {
    /// For the catalog, in order.
    package private(set) var effects: [Effect] = []
    /// Framed derived records for the log, in order.
    package private(set) var derived = ByteWriter()
    /// How many derived records.
    package private(set) var derivedCount = 0
    /// What may be recorded of contacts from now on; nil for one that is gone.
    package private(set) var consents: [(contact: ContactID, consents: ContactConsents?)] = []

    /// Where profiles live.
    let slots: SlotMap
    /// The visitor at hand, unpacked: one working copy for all.
    var visitor = Visitor(id: VisitorID(high: 0, low: 0), at: .distantPast)
    /// Where a visitor is packed.
    var packing = ByteWriter()

    private var offset: UInt64 = 0
    private var slot = Slot(0)
    private var effectOrdinal: UInt32 = 0
    private var derivedOrdinal: UInt16 = 0

    /// An empty sink.
    package init(slots: SlotMap) { self.slots = slots }

    /// Starts the record at `offset` as folded by `slot`.
    mutating func begin(offset: UInt64, slot: Slot) {
        self.offset = offset
        self.slot = slot
        self.effectOrdinal = 0
        self.derivedOrdinal = 0
    }

    /// Adds an effect.
    mutating func emit(_ body: EffectBody, at time: Timestamp) {
        self.effects.append(
            Effect(offset: self.offset, slot: self.slot, ordinal: self.effectOrdinal, time: time, body: body)
        )
        self.effectOrdinal += 1
    }

    /// Adds a derived record for the slot of a contact.
    mutating func derive(_ kind: RecordKind, for contact: ContactID, _ body: (inout ByteWriter) -> Void) {
        self.derive(kind, for: self.slots.slot(of: contact), body)
    }

    /// Adds a derived record for a slot.
    mutating func derive(_ kind: RecordKind, for slot: Slot, _ body: (inout ByteWriter) -> Void) {
        let cause = Cause(source: self.slot, offset: self.offset, ordinal: self.derivedOrdinal)
        self.derivedOrdinal += 1
        self.derivedCount += 1
        RecordFrame.append(to: &self.derived, kind: kind, slot: slot, cause: cause, body)
    }

    /// Notes what may be recorded of a contact.
    mutating func setConsents(_ consents: ContactConsents?, of contact: ContactID) {
        self.consents.append((contact, consents))
    }

    /// Empties the sink; its buffers keep their room.
    package mutating func clear() {
        self.effects.removeAll(keepingCapacity: true)
        self.derived.bytes.removeAll(keepingCapacity: true)
        self.derivedCount = 0
        self.consents.removeAll(keepingCapacity: true)
    }
}
