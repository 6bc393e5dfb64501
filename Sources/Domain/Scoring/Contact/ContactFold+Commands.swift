/// What authenticated calls, and a form's claim, say about a contact.
extension ContactFold {
    /// Takes over what is known of the contact now.
    package mutating func set(_ record: ContactRecord) {
        let before = self.contact.consents
        let gradeBefore = self.grade
        var record = record
        record.consents = record.consents(after: before)
        record.decidedConsents = nil
        self.contact.consents = record.consents
        self.contact.status = record.status
        self.contact.role = record.role
        self.contact.fields = record.fields
        self.contact.isClaimed = record.isClaimed
        self.isTouched = true
        self.emit(.contact(record))
        if before != record.consents { self.notify(.consentChanged) }
        if record.consents.contains(.objected), !before.contains(.objected) { self.object() }
        self.finish(self.grade < gradeBefore ? .evidence : .time)
    }

    /// Takes back what the person withdrew.
    package mutating func withdraw(_ record: WithdrawalRecord) {
        let before = self.contact.consents
        let left = record.left(of: before)
        guard left != before else { return }
        self.contact.consents = left
        self.isTouched = true
        self.emit(.consents(self.contact.id, left))
        self.notify(.consentChanged)
        if left.contains(.objected), !before.contains(.objected) { self.object() }
        self.finish(.time)
    }

    /// The person objects: what is held will not count, and sales is told to stop.
    private mutating func object() {
        for held in self.contact.provisional { self.apply(.dropped(held, .objected)) }
        self.notify(.contactObjected)
        if self.contact.ripeness.isHandedOver {
            self.contact.ripeness.withdraw()
            self.notify(.leadWithdrawn)
        }
    }

    /// Gives points by hand: not without bounds, and only to a group the model names.
    package mutating func add(_ record: ManualEntryRecord) {
        guard let model, let group = model.activeGroup(named: record.group),
            record.points.magnitude <= Limits.manualPoints
        else { return }
        var entry = self.follower(.manual, of: nil, group: group, topic: 0)
        entry.rule = record.reason
        entry.author = record.author
        entry.points = record.points
        entry.trust = .authenticated
        (entry.granted, entry.capped) = self.cap(record.points, group: group)
        self.apply(.entry(entry, group: group, topic: 0, rule: 0, click: 0))
        if record.expires != .never {
            self.note(
                Contact.ExpiringEntry(
                    entry: entry.id,
                    group: group,
                    points: entry.granted,
                    reading: entry.decay,
                    // Never due before it was given.
                    expires: max(record.expires, self.now)
                )
            )
        }
        self.finish(record.points > 0 ? .evidence : .reversal)
    }

    /// Remembers that an entry ends. Where that is one too many, the one that ends soonest ends now: points that end
    /// must not stay for ever because they were forgotten.
    private mutating func note(_ ending: Contact.ExpiringEntry) {
        self.contact.expiring.append(ending)
        guard self.contact.expiring.count > Limits.expiringEntries,
            let soonest = self.contact.expiring.min(by: { ($0.expires, $0.entry) < ($1.expires, $1.entry) })
        else { return }
        self.contact.expiring.removeAll { $0.entry == soonest.entry }
        self.expire(soonest)
    }

    /// Notes what sales says of the lead.
    package mutating func answer(_ record: LeadAnswerRecord) {
        self.contact.ripeness.isAnswered = true
        self.notify(.leadAnswered, detail: record.answer.name, author: record.author)
        self.finish(.time)
    }

    /// Makes an unknown contact known by a form's claim: the address and nothing else.
    package mutating func claim(email: String) {
        var record = ContactRecord(contact: self.contact.id)
        record.keys = [ExternalKey(.email, email)]
        record.email = email
        record.isClaimed = true
        self.contact.isClaimed = true
        self.isTouched = true
        self.emit(.contact(record))
    }
}
