/// What a record of the log is. The numbers are the log's format and never change meaning.
package enum RecordKind: UInt8, Sendable, CaseIterable {
    /// Something a visitor or contact did (``EventRecord``).
    case event = 1
    /// What is known of a contact, whole (``ContactRecord``).
    case contact = 2
    /// A visitor and a contact are tied, or were wrongly (``LinkRecord``).
    case link = 3
    /// Points given by hand (``ManualEntryRecord``).
    case manualEntry = 4
    /// A contact or visitor is erased (``ErasureRecord``).
    case erasure = 5
    /// A salesperson answered a lead (``LeadAnswerRecord``).
    case leadAnswer = 6
    /// A second key of a contact (``AliasRecord``), in that key's own slot.
    case alias = 7
    /// A person took consents back (``WithdrawalRecord``).
    case withdrawal = 8
    /// A person says that clicks were no machine's (``ReinstatementRecord``).
    case reinstatement = 9

    /// What stood here was erased (``Erasures``). No payload.
    case erased = 10

    /// A scoring model was published. Control: folded by every slot.
    case model = 64
    /// A second passed in which something fell due. Control.
    case tick = 65
    /// Proof that the whole path works. Folded by one slot, leaves only its time.
    case canary = 66

    /// From a visitor's slot: this visitor belongs to you (``LinkedRecord``). Derived.
    case linked = 128
    /// From a visitor's slot: your visitor did this (``TouchRecord``). Derived.
    case touch = 129
    /// From a visitor's slot: this visitor is yours no more (``UnlinkedRecord``). Derived.
    case unlinked = 130
    /// From a contact's slot to a network's: this click came from you (``SightingRecord``). Derived.
    case sighting = 131
    /// From a network's slot: this click was a machine's (``VerdictRecord``). Derived.
    case verdict = 132
    /// The derived record that stood here was erased; its cause is left. Derived, no payload.
    case erasedDerived = 133
    /// From a second key's slot: your person took consents back (``WithdrawalRecord``). Derived.
    case withdrawn = 134

    /// Whether the record carries the cause it follows from (see ``Cause``).
    package var isDerived: Bool { self.rawValue >= 128 }

    /// Whether every slot folds it.
    package var isControl: Bool { self == .model || self == .tick }
}

/// What a derived record follows from: the n-th consequence of the record at an offset, as folded by one slot.
///
/// A slot folds in log order, so its causes only grow; the log keeps the last of each slot and refuses the rest as
/// already stored. That makes writing a derived record idempotent across crashes and replays.
package struct Cause: Hashable, Comparable, Sendable {
    /// The slot that drew the consequence.
    package var source: Slot
    /// The offset of the record it was drawn from.
    package var offset: UInt64
    /// 0 for the first consequence of that record in that slot, then 1, …
    package var ordinal: UInt16

    /// A cause.
    package init(source: Slot, offset: UInt64, ordinal: UInt16) {
        self.source = source
        self.offset = offset
        self.ordinal = ordinal
    }

    /// By offset, then ordinal: only causes of one source are ever compared.
    package static func < (left: Cause, right: Cause) -> Bool {
        (left.offset, left.ordinal) < (right.offset, right.ordinal)
    }
}
