/// Whom the log is to forget, and up to where: what decides which records of sealed segments are replaced by empty
/// markers (docs/log-format.md).
///
/// A record belongs to the profile that folds it, and to whom it names besides. A browser's own event that carries a
/// contact's id is the browser's: it goes with the browser, which is erased with the contact it is tied to.
package struct Erasures: Sendable {
    /// By whom is erased, the offset of the last record that says so.
    private var contacts: [ContactID: UInt64] = [:]
    private var visitors: [VisitorID: UInt64] = [:]

    /// Nobody.
    package init() {}

    /// How many are to be forgotten.
    package var count: Int { self.contacts.count + self.visitors.count }

    /// Whom a record concerns, as far as an erasure asks.
    private struct Subjects {
        var contact: ContactID?
        var otherContact: ContactID?
        var visitor: VisitorID?
        /// The record does no more than to take back what an erased visitor left.
        var isAftermath = false
    }

    /// Whether a framed record says that somebody is erased.
    package static func isNotice(_ frame: UnsafeRawBufferPointer) -> Bool {
        frame[4] == RecordKind.erasure.rawValue
    }

    /// Notes whom the framed record at `offset` erases. Beyond ``Limits/erasuresPerPass`` nobody is noted who was not
    /// before: their record stays, and with it their turn.
    package mutating func note(_ frame: UnsafeRawBufferPointer, at offset: UInt64) {
        guard Self.isNotice(frame), let subjects = Self.subjects(of: frame) else { return }
        let isFull = self.count >= Limits.erasuresPerPass
        if let visitor = subjects.visitor {
            guard !isFull || self.visitors[visitor] != nil else { return }
            self.visitors[visitor] = max(self.visitors[visitor] ?? 0, offset)
        } else if let contact = subjects.contact {
            guard !isFull || self.contacts[contact] != nil else { return }
            self.contacts[contact] = max(self.contacts[contact] ?? 0, offset)
        }
    }

    /// Whether the framed record at `offset` is to be forgotten. A derived record is as old as what it follows from;
    /// the record that says so is the last to go.
    package func covers(_ frame: UnsafeRawBufferPointer, at offset: UInt64) -> Bool {
        guard self.count > 0, let subjects = Self.subjects(of: frame) else { return false }
        let age = BlockFrames.cause(of: frame)?.offset ?? offset
        if let visitor = subjects.visitor, let last = self.visitors[visitor], subjects.isAftermath || age <= last {
            return true
        }
        return self.forgets(subjects.contact, age: age) || self.forgets(subjects.otherContact, age: age)
    }

    private func forgets(_ contact: ContactID?, age: UInt64) -> Bool {
        contact.flatMap { self.contacts[$0] }.map { age <= $0 } ?? false
    }

    /// What stands for a forgotten record: its kind is "erased", its slot and cause are the record's, it has no
    /// payload.
    package static func marker(for frame: UnsafeRawBufferPointer) -> [UInt8] {
        var writer = ByteWriter()
        let slot = Slot(UInt16(littleEndian: frame.loadUnaligned(fromByteOffset: 5, as: UInt16.self)))
        let cause = BlockFrames.cause(of: frame)
        let kind: RecordKind = cause == nil ? .erased : .erasedDerived
        RecordFrame.append(to: &writer, kind: kind, slot: slot, cause: cause) { _ in }
        return writer.bytes
    }

    /// Nil for what concerns nobody, and for what this version cannot read.
    private static func subjects(of frame: UnsafeRawBufferPointer) -> Subjects? {
        var reader = ByteReader(frame)
        guard let record = try? RecordFrame.read(from: &reader) else { return nil }
        let payload = UnsafeRawBufferPointer(rebasing: frame[record.payload])
        return try? self.subjects(of: record.kind, payload)
    }

    private static func subjects(
        of kind: RecordKind,
        _ payload: UnsafeRawBufferPointer
    ) throws(DecodingFailure) -> Subjects? {
        var reader = ByteReader(payload)
        switch kind {
        case .event:
            let event = try EventRecord(decoding: payload)
            let isVisitors = event.visitor != nil && (event.contact == nil || event.kind.isPublic)
            return isVisitors ? Subjects(visitor: event.visitor) : Subjects(contact: event.contact)
        case .contact: return Subjects(contact: try ContactRecord(decoding: &reader).contact)
        case .link: return Subjects(visitor: try LinkRecord(decoding: &reader).visitor)
        case .manualEntry: return Subjects(contact: try ManualEntryRecord(decoding: &reader).contact)
        case .erasure:
            switch try ErasureRecord(decoding: &reader) {
            case .contact(let contact): return Subjects(contact: contact)
            case .visitor(let visitor): return Subjects(visitor: visitor)
            }
        case .leadAnswer: return Subjects(contact: try LeadAnswerRecord(decoding: &reader).contact)
        case .alias:
            let record = try AliasRecord(decoding: &reader)
            return Subjects(contact: record.contact, otherContact: record.alias)
        case .withdrawal, .withdrawn: return Subjects(contact: try WithdrawalRecord(decoding: &reader).contact)
        case .reinstatement: return Subjects(contact: try ReinstatementRecord(decoding: &reader).contact)
        case .linked:
            let record = try LinkedRecord(decoding: &reader)
            return Subjects(contact: record.contact, visitor: record.visitor)
        case .touch:
            let record = try TouchRecord(decoding: &reader)
            return Subjects(contact: record.contact, visitor: record.visitor)
        case .unlinked:
            let record = try UnlinkedRecord(decoding: &reader)
            let isAftermath = record.reason == .erased
            return Subjects(contact: record.contact, visitor: record.visitor, isAftermath: isAftermath)
        case .sighting: return Subjects(contact: try SightingRecord(decoding: &reader).contact)
        case .verdict: return Subjects(contact: try VerdictRecord(decoding: &reader).contact)
        case .model, .tick, .canary, .erased, .erasedDerived: return nil
        }
    }
}
