import Domain

/// What falls due by time alone.
extension SlotState {
    /// Folds a record into one contact: first what fell due for it earlier, at its own time, then `body`.
    mutating func fold(
        into contact: Contact,
        _ context: FoldContext,
        _ sink: inout FoldSink,
        _ body: (inout ContactFold) -> Void
    ) {
        var fold = ContactFold(contact, model: context.model, offset: context.offset, time: context.time)
        Self.applyDues(&fold, model: context.model, through: context.time)
        body(&fold)
        for effect in fold.effects { self.emit(effect.body, at: effect.time, &sink) }
        self.keep(fold.contact, model: context.model)
    }

    private mutating func emit(_ body: EffectBody, at time: Timestamp, _ sink: inout FoldSink) {
        if case .page(let page, _, _) = body, !self.name(page) { return }
        sink.emit(body, at: time)
    }

    /// Whether a page has yet to be named to the catalog: once per slot, and again only when it was forgotten.
    mutating func name(_ page: PageKey) -> Bool {
        for named in self.namedPages where named.rawValue == page.rawValue { return false }
        if self.namedPages.count >= Limits.namedPagesPerSlot { self.namedPages.removeFirst() }
        self.namedPages.append(page)
        return true
    }

    private static func applyDues(_ fold: inout ContactFold, model: CompiledModel?, through time: Timestamp) {
        while true {
            let due = ContactFold.nextDue(fold.contact, model: model)
            guard due <= time else { break }
            fold.applyDue(at: due)
        }
        fold.move(to: time)
    }

    /// Stores a contact and notes when it must be looked at next.
    mutating func keep(_ contact: Contact, model: CompiledModel?) {
        let due = ContactFold.nextDue(contact, model: model)
        let noted = self.contacts[contact.id]?.due
        self.contacts[contact.id] = ContactCell(contact: contact, due: due)
        if due != .never, due != noted { self.dueQueue.push(contact.id, at: due) }
        if self.dueQueue.count > 2 * self.contacts.count + 64 { self.rebuildDueQueue() }
    }

    /// Stale notes go; one per contact remains.
    mutating func rebuildDueQueue() {
        self.dueQueue.removeAll()
        for cell in self.contacts.values where cell.due != .never {
            self.dueQueue.push(cell.contact.id, at: cell.due)
        }
    }

    /// Applies whatever fell due up to a time, in order of due time and contact.
    mutating func applyDues(_ context: FoldContext, _ sink: inout FoldSink) {
        while let note = self.dueQueue.pop(through: context.time) {
            guard let cell = self.contacts[note.contact], cell.due == note.time else { continue }
            self.contacts[note.contact]?.due = .never
            self.fold(into: cell.contact, context, &sink) { _ in }
        }
        if self.audience.due <= context.time { self.drainAudience(context, &sink) }
    }

    mutating func drainAudience(_ context: FoldContext, _ sink: inout FoldSink) {
        for body in self.audience.drain() { sink.emit(body, at: context.time) }
    }

    /// A model was published: stages end at other times now, and other silences are waited for. No balance changes.
    mutating func adopt(_ model: CompiledModel?, _ context: FoldContext, _ sink: inout FoldSink) {
        self.applyDues(context, &sink)
        for id in self.contacts.keys.sorted() {
            guard let cell = self.contacts[id] else { continue }
            var fold = ContactFold(cell.contact, model: model, offset: context.offset, time: context.time)
            fold.setStageEnd()
            self.keep(fold.contact, model: model)
        }
    }
}
