package import Domain

/// Where and when a record is folded, and under which model.
package struct FoldContext: Sendable {
    /// The record's offset.
    package var offset: UInt64
    /// The record's time.
    package var time: Timestamp
    /// The model that holds for it.
    package var model: CompiledModel?

    /// A context.
    package init(offset: UInt64, time: Timestamp, model: CompiledModel?) {
        self.offset = offset
        self.time = time
        self.model = model
    }
}

extension SlotState {
    /// Folds one record. Records below ``offset`` are in already and are passed over.
    ///
    /// - Parameter next: the model a model record publishes.
    package mutating func fold(
        _ kind: RecordKind,
        payload: UnsafeRawBufferPointer,
        _ context: FoldContext,
        publishing next: CompiledModel?,
        into sink: inout FoldSink
    ) throws(DecodingFailure) {
        guard context.offset >= self.offset else { return }
        sink.begin(offset: context.offset, slot: self.slot)
        var reader = ByteReader(payload)
        switch kind {
        case .event:
            let event = try EventRecord(decoding: payload)
            let outcome = self.fold(event, payload, context, &sink)
            // The page view that confirmed a click is an event of its own; its confirmation is not counted again.
            if event.kind != .clickConfirmation { self.outcomes.add(outcome) }
        case .contact: self.fold(try ContactRecord(decoding: &reader), context, &sink)
        case .alias:
            let record = try AliasRecord(decoding: &reader)
            self.fold(record, context, &sink)
        case .link: self.fold(try LinkRecord(decoding: &reader), context, &sink)
        case .manualEntry:
            let record = try ManualEntryRecord(decoding: &reader)
            self.foldKnown(record.contact, context, &sink) { $0.add(record) }
        case .leadAnswer:
            let record = try LeadAnswerRecord(decoding: &reader)
            self.foldKnown(record.contact, context, &sink) { $0.answer(record) }
        case .withdrawal:
            let record = try WithdrawalRecord(decoding: &reader)
            self.fold(record, isPassedOn: false, context, &sink)
        case .withdrawn:
            let record = try WithdrawalRecord(decoding: &reader)
            self.fold(record, isPassedOn: true, context, &sink)
        case .reinstatement:
            let record = try ReinstatementRecord(decoding: &reader)
            self.foldKnown(record.contact, context, &sink) { $0.reinstate(record) }
        case .erasure: self.fold(try ErasureRecord(decoding: &reader), context, &sink)
        case .linked: self.fold(try LinkedRecord(decoding: &reader), context, &sink)
        case .touch: self.fold(try TouchRecord(decoding: &reader), payload, context, &sink)
        case .unlinked: self.fold(try UnlinkedRecord(decoding: &reader), context, &sink)
        case .sighting: self.fold(try SightingRecord(decoding: &reader), context, &sink)
        case .verdict:
            let record = try VerdictRecord(decoding: &reader)
            self.foldKnown(record.contact, context, &sink) { $0.judge(click: record.click) }
        case .model: self.adopt(next, context, &sink)
        case .tick: self.applyDues(context, &sink)
        case .canary: self.canary = context.time
        case .erased, .erasedDerived: break
        }
        self.offset = context.offset + 1
    }

    /// Passes over what other slots fold, up to an offset.
    package mutating func advance(to offset: UInt64) { self.offset = max(self.offset, offset) }

    /// The contact a second key stands for. One who is here is meant, whatever the key once stood for; and what was
    /// passed on once is not passed on again, so that keys that point at each other end.
    private func passes(_ id: ContactID, isPassedOn: Bool) -> ContactID? {
        guard !isPassedOn, self.contacts[id] == nil else { return nil }
        return self.aliases[id]
    }

    private mutating func foldKnown(
        _ id: ContactID,
        _ context: FoldContext,
        _ sink: inout FoldSink,
        _ body: (inout ContactFold) -> Void
    ) {
        guard let cell = self.contacts[id] else { return }
        self.fold(into: cell.contact, context, &sink, body)
    }

    // MARK: Events

    private mutating func fold(
        _ event: EventRecord,
        _ payload: UnsafeRawBufferPointer,
        _ context: FoldContext,
        _ sink: inout FoldSink
    ) -> FoldOutcome {
        if let id = event.visitor, event.contact == nil || event.kind.isPublic {
            return self.fold(event, of: id, payload, context, &sink)
        }
        if let contact = event.contact {
            return self.fold(event, for: contact, through: nil, isPassedOn: false, payload, context, &sink)
        }
        guard event.filter == .none else { return .filtered(event.filter) }
        self.countAudience(event, payload, context, &sink)
        return .counted
    }

    private mutating func countAudience(
        _ event: EventRecord,
        _ payload: UnsafeRawBufferPointer,
        _ context: FoldContext,
        _ sink: inout FoldSink
    ) {
        guard event.kind == .pageView, event.page != .none, !event.isUpgrade else { return }
        self.namePage(event, payload, context, &sink)
        if self.audience.count(site: event.site, page: event.page, at: context.time) {
            self.drainAudience(context, &sink)
        }
    }

    private mutating func namePage(
        _ event: EventRecord,
        _ payload: UnsafeRawBufferPointer,
        _ context: FoldContext,
        _ sink: inout FoldSink
    ) {
        guard self.name(event.page) else { return }
        let title = event.title.string(in: payload)
        sink.emit(.page(event.page, url: event.url.string(in: payload), title: title), at: context.time)
    }

    private mutating func fold(
        _ event: EventRecord,
        of id: VisitorID,
        _ payload: UnsafeRawBufferPointer,
        _ context: FoldContext,
        _ sink: inout FoldSink
    ) -> FoldOutcome {
        guard event.filter == .none else { return .filtered(event.filter) }
        guard event.verdict != .machine else { return .filtered(.machineFetch) }
        // The sink's working copy, so that unpacking a visitor allocates nothing.
        var visitor = Visitor(id: id, at: context.time)
        swap(&visitor, &sink.visitor)
        defer { swap(&visitor, &sink.visitor) }
        let isKnown = self.visitors.load(id, into: &visitor)
        if !isKnown { visitor.begin(id: id, at: context.time) }
        guard visitor.seen.insert(nonce: event.nonce, counter: event.counter) else { return .filtered(.duplicate) }
        // A cookie nobody remembers giving may be made up: only one that comes back to its visitor keeps them.
        if event.cookieReturned, isKnown { visitor.isKept = true }
        self.countAudience(event, payload, context, &sink)
        if let contact = event.contact { self.tie(&visitor, to: contact, event, payload, context, &sink) }
        visitor.note(event, bytes: payload, model: context.model, at: context.time)
        if let contact = visitor.contact {
            // What a form says of somebody else is none of theirs.
            let isTheirs = event.fields.isEmpty || event.contact == contact
            sink.derive(.touch, for: contact) { [trust = visitor.trust] writer in
                guard isTheirs else {
                    return event.withoutForm(payload).withUnsafeBytes {
                        TouchRecord.encode(contact: contact, visitor: id, trust: trust, event: $0, to: &writer)
                    }
                }
                TouchRecord.encode(contact: contact, visitor: id, trust: trust, event: payload, to: &writer)
            }
        } else {
            self.namePage(event, payload, context, &sink)
        }
        self.visitors.put(visitor, through: &sink.packing)
        return .scored
    }

    /// Ties a visitor to the contact an event names. One who is tied already stays so: a token vouches for a tie that
    /// was a claim; for another contact the event is passed on as probably forwarded, or as the claim it is.
    private mutating func tie(
        _ visitor: inout Visitor,
        to contact: ContactID,
        _ event: EventRecord,
        _ payload: UnsafeRawBufferPointer,
        _ context: FoldContext,
        _ sink: inout FoldSink
    ) {
        let mark = TieMark(of: event)
        if visitor.contact == contact {
            if let record = visitor.vouch(event.trust, mark: mark) {
                sink.derive(.linked, for: contact) { record.encode(to: &$0) }
            }
            return
        }
        if visitor.contact != nil {
            let trust: LinkTrust = event.trust == .claim ? .claim : .forwarded
            sink.derive(.touch, for: contact) { [id = visitor.id] writer in
                TouchRecord.encode(contact: contact, visitor: id, trust: trust, event: payload, to: &writer)
            }
            return
        }
        guard self.visitors.makeRoom(forTie: event.trust, at: context.time) else { return }
        var record = visitor.handOver(to: contact, trust: event.trust, mark: mark)
        record.fields = Array(payload[event.fields.bounds])
        sink.derive(.linked, for: contact) { record.encode(to: &$0) }
    }

    /// Folds an event into a contact of this slot, or passes it on if the id is a second key.
    private mutating func fold(
        _ event: EventRecord,
        for id: ContactID,
        through visitor: VisitorID?,
        isPassedOn: Bool,
        _ payload: UnsafeRawBufferPointer,
        _ context: FoldContext,
        _ sink: inout FoldSink
    ) -> FoldOutcome {
        if let contact = self.passes(id, isPassedOn: isPassedOn) {
            sink.derive(.touch, for: contact) { writer in
                TouchRecord.encode(
                    contact: contact,
                    visitor: visitor,
                    trust: event.trust,
                    isPassedOn: true,
                    event: payload,
                    to: &writer
                )
            }
            return event.filter == .none ? .scored : .filtered(event.filter)
        }
        var outcome = FoldOutcome.filtered(.unknownProfile)
        let known = self.contacts[id]?.contact
        // What a person did not send makes nobody known.
        let isPersons = event.filter == .none && event.verdict != .machine
        let email = isPersons && event.trust == .claim ? Self.claimedAddress(in: payload, event.fields) : nil
        guard known != nil || (email != nil && self.hasRoomForClaim) else { return outcome }
        self.fold(into: known ?? Contact(id: id), context, &sink) { fold in
            if known == nil, let email { fold.claim(email: email) }
            outcome = fold.fold(event, bytes: payload, through: visitor)
        }
        if known == nil { sink.setConsents(.default, of: id) }
        if event.kind == .emailClick, event.network != 0, outcome == .scored {
            let sighting = SightingRecord(network: event.network, contact: id, click: event.click)
            sink.derive(.sighting, for: sink.slots.slot(ofNetwork: event.network)) { sighting.encode(to: &$0) }
        }
        return outcome
    }

    /// Whether a form may still make a contact: claims have a share of their own, so that a flood of them leaves room
    /// for the contacts somebody vouches for.
    private var hasRoomForClaim: Bool {
        self.contacts.count < Limits.contactsPerSlot
            && self.contacts.values.count(where: { $0.contact.isClaimed }) < Limits.claimedContactsPerSlot
    }

    private static func claimedAddress(in bytes: UnsafeRawBufferPointer, _ fields: TextRange) -> String? {
        FormFields(fields, in: bytes).value(for: "email").map { $0.string(in: bytes) }
    }

    // MARK: Commands

    private mutating func fold(_ record: ContactRecord, _ context: FoldContext, _ sink: inout FoldSink) {
        let known = self.contacts[record.contact]?.contact
        guard known != nil || self.contacts.count < Limits.contactsPerSlot else { return }
        self.aliases[record.contact] = nil
        self.fold(into: known ?? Contact(id: record.contact), context, &sink) { $0.set(record) }
        // What holds may be more than the record says: it decides some of the consents only.
        let consents = self.contacts[record.contact]?.contact.consents
        if let consents { sink.setConsents(consents, of: record.contact) }
    }

    private mutating func fold(
        _ record: WithdrawalRecord,
        isPassedOn: Bool,
        _ context: FoldContext,
        _ sink: inout FoldSink
    ) {
        if let contact = self.passes(record.contact, isPassedOn: isPassedOn) {
            var passed = record
            passed.contact = contact
            sink.derive(.withdrawn, for: contact) { passed.encode(to: &$0) }
            return
        }
        self.foldKnown(record.contact, context, &sink) { $0.withdraw(record) }
        let consents = self.contacts[record.contact]?.contact.consents
        if let consents { sink.setConsents(consents, of: record.contact) }
    }

    private mutating func fold(_ record: AliasRecord, _ context: FoldContext, _ sink: inout FoldSink) {
        if record.alias == record.contact {
            guard self.aliases.removeValue(forKey: record.alias) != nil else { return }
        } else {
            guard self.aliases[record.alias] != nil || self.aliases.count < Limits.aliasesPerSlot else { return }
            self.aliases[record.alias] = record.contact
        }
        sink.emit(.alias(record.alias, of: record.contact), at: context.time)
    }

    private mutating func fold(_ record: LinkRecord, _ context: FoldContext, _ sink: inout FoldSink) {
        var known = self.visitors[record.visitor]
        if record.isUndone {
            // A visitor who had to make way is still tied on the contact's side, and that tie must end too.
            guard known == nil || known?.contact == record.contact else { return }
            known?.contact = nil
            let unlinked = UnlinkedRecord(contact: record.contact, visitor: record.visitor, reason: .wrongLink)
            sink.derive(.unlinked, for: record.contact) { unlinked.encode(to: &$0) }
        } else {
            let isTied = known?.contact != nil
            guard !isTied || known?.contact == record.contact else { return }
            guard isTied || self.visitors.makeRoom(forTie: .authenticated, at: context.time) else { return }
            let linked =
                isTied
                ? known?.vouch(.authenticated, mark: .none)
                : known?.handOver(to: record.contact, trust: .authenticated, mark: .none)
            guard let linked else { return }
            sink.derive(.linked, for: record.contact) { linked.encode(to: &$0) }
        }
        if let known { self.visitors.put(known) }
    }

    private mutating func fold(_ record: ErasureRecord, _ context: FoldContext, _ sink: inout FoldSink) {
        switch record {
        case .contact(let id):
            // What fell due before comes first, as a tick would have had it: a lead may be out by now.
            self.foldKnown(id, context, &sink) { _ in }
            guard let cell = self.contacts.removeValue(forKey: id) else { return }
            sink.setConsents(nil, of: id)
            if cell.contact.ripeness.isHandedOver {
                // Sales must not go on with somebody who is gone; the catalog can say it only before the rows go.
                var farewell = LeadNotification(kind: .leadWithdrawn, contact: id, detail: ReversalReason.erased.tag)
                farewell.isAnonymous = true
                sink.emit(.notification(farewell), at: context.time)
            }
            sink.emit(.contactErased(id), at: context.time)
        case .visitor(let id):
            guard let visitor = self.visitors.remove(id), let contact = visitor.contact else { return }
            let unlinked = UnlinkedRecord(contact: contact, visitor: id, reason: .erased)
            sink.derive(.unlinked, for: contact) { unlinked.encode(to: &$0) }
        }
    }

    // MARK: Derived

    private mutating func fold(_ record: SightingRecord, _ context: FoldContext, _ sink: inout FoldSink) {
        let sighting = NetworkTable.Sighting(contact: record.contact, click: record.click, time: context.time)
        for machine in self.networks.note(sighting, from: record.network) {
            let verdict = VerdictRecord(contact: machine.contact, click: machine.click)
            sink.derive(.verdict, for: machine.contact) { verdict.encode(to: &$0) }
        }
    }

    private mutating func fold(_ record: UnlinkedRecord, _ context: FoldContext, _ sink: inout FoldSink) {
        guard let contact = self.passes(record.contact, isPassedOn: record.isPassedOn) else {
            self.foldKnown(record.contact, context, &sink) { $0.unlink(record) }
            return
        }
        var passed = record
        passed.contact = contact
        passed.isPassedOn = true
        sink.derive(.unlinked, for: contact) { passed.encode(to: &$0) }
    }

    private mutating func fold(_ record: LinkedRecord, _ context: FoldContext, _ sink: inout FoldSink) {
        if let contact = self.passes(record.contact, isPassedOn: record.isPassedOn) {
            var passed = record
            passed.contact = contact
            passed.isPassedOn = true
            sink.derive(.linked, for: contact) { passed.encode(to: &$0) }
            return
        }
        let known = self.contacts[record.contact]?.contact
        var email: String?
        if known == nil, record.trust == .claim {
            email = record.fields.withUnsafeBytes {
                Self.claimedAddress(in: $0, TextRange(start: 0, count: $0.count))
            }
            guard self.hasRoomForClaim else { return }
        }
        guard known != nil || email != nil else { return }
        self.fold(into: known ?? Contact(id: record.contact), context, &sink) { fold in
            if let email { fold.claim(email: email) }
            fold.link(record)
        }
        if known == nil { sink.setConsents(.default, of: record.contact) }
    }

    private mutating func fold(
        _ record: TouchRecord,
        _ payload: UnsafeRawBufferPointer,
        _ context: FoldContext,
        _ sink: inout FoldSink
    ) {
        let eventBytes = UnsafeRawBufferPointer(rebasing: payload[record.event])
        guard var event = try? EventRecord(decoding: eventBytes) else { return }
        event.trust = record.trust
        // The event was counted where it was first folded; here only its points matter.
        let isPassedOn = record.isPassedOn
        _ = self.fold(
            event,
            for: record.contact,
            through: record.visitor,
            isPassedOn: isPassedOn,
            eventBytes,
            context,
            &sink
        )
    }
}
