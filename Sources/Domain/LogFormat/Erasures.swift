/// Whom the log is to forget, and up to where: what decides which records of sealed segments are replaced, and by what
/// (docs/log-format.md).
///
/// A record belongs to the profile that folds it, and to whom it names besides. A browser's own event that carries a
/// contact's id is the browser's: it goes with the browser, which is erased with the contact it is tied to. If it is
/// another's browser, the event stays, and what follows from it, without what its form said.
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
        /// Whom the form of somebody else's event names.
        var named: ContactID?
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

    /// What is to stand for the framed record at `offset`; nil if it stays as it is. A derived record is as old as what
    /// it follows from; the record that says who is erased is the last to go.
    package func replacement(for frame: UnsafeRawBufferPointer, at offset: UInt64) -> [UInt8]? {
        guard self.count > 0, let subjects = Self.subjects(of: frame) else { return nil }
        let age = BlockFrames.cause(of: frame)?.offset ?? offset
        if self.covers(subjects, age: age) { return Self.marker(for: frame) }
        return self.forgets(subjects.named, age: age) ? Self.withoutForm(frame) : nil
    }

    private func covers(_ subjects: Subjects, age: UInt64) -> Bool {
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
    private static func marker(for frame: UnsafeRawBufferPointer) -> [UInt8] {
        var writer = ByteWriter()
        let slot = Slot(UInt16(littleEndian: frame.loadUnaligned(fromByteOffset: 5, as: UInt16.self)))
        let cause = BlockFrames.cause(of: frame)
        let kind: RecordKind = cause == nil ? .erased : .erasedDerived
        RecordFrame.append(to: &writer, kind: kind, slot: slot, cause: cause) { _ in }
        return writer.bytes
    }

    /// A record as it was, but for the fields of its event's form. It folds as before: they matter to whom they name.
    private static func withoutForm(_ frame: UnsafeRawBufferPointer) -> [UInt8]? {
        var reader = ByteReader(frame)
        guard let record = try? RecordFrame.read(from: &reader) else { return nil }
        let payload = UnsafeRawBufferPointer(rebasing: frame[record.payload])
        guard let stripped = try? Self.stripped(record.kind, payload) else { return nil }
        var writer = ByteWriter()
        RecordFrame.append(to: &writer, kind: record.kind, slot: record.slot, cause: record.cause) {
            $0.bytes.append(contentsOf: stripped)
        }
        return writer.bytes
    }

    private static func stripped(
        _ kind: RecordKind,
        _ payload: UnsafeRawBufferPointer
    ) throws(DecodingFailure) -> [UInt8] {
        guard kind == .touch else { return try EventRecord(decoding: payload).withoutForm(payload) }
        var reader = ByteReader(payload)
        let touch = try TouchRecord(decoding: &reader)
        let event = UnsafeRawBufferPointer(rebasing: payload[touch.event])
        var writer = ByteWriter()
        try EventRecord(decoding: event).withoutForm(event).withUnsafeBytes { bytes in
            TouchRecord.encode(
                contact: touch.contact,
                visitor: touch.visitor,
                trust: touch.trust,
                isPassedOn: touch.isPassedOn,
                event: bytes,
                to: &writer
            )
        }
        return writer.bytes
    }

    /// Whom the form of an event names; nil without one.
    private static func named(in event: EventRecord) -> ContactID? { event.fields.isEmpty ? nil : event.contact }

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
            guard isVisitors else { return Subjects(contact: event.contact) }
            return Subjects(visitor: event.visitor, named: Self.named(in: event))
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
            let event = try? EventRecord(decoding: UnsafeRawBufferPointer(rebasing: payload[record.event]))
            return Subjects(contact: record.contact, visitor: record.visitor, named: event.flatMap(Self.named))
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
