package import Domain

/// A record before it has an offset and a slot.
package struct LogItem: Sendable {
    /// Whose slot folds it.
    package enum Address: Sendable {
        case visitor(VisitorID)
        case contact(ContactID)
        case every
    }

    /// What it is.
    package var kind: RecordKind
    /// Where it goes.
    package var address: Address
    /// Its bytes.
    package var payload: [UInt8]

    /// The slot it goes to.
    package func slot(in map: SlotMap) -> Slot {
        switch self.address {
        case .visitor(let visitor): map.slot(of: visitor)
        case .contact(let contact): map.slot(of: contact)
        case .every: .every
        }
    }

    private init(_ kind: RecordKind, _ address: Address, _ body: (inout ByteWriter) -> Void) {
        self.kind = kind
        self.address = address
        var writer = ByteWriter()
        body(&writer)
        self.payload = writer.bytes
    }

    /// An event with its texts. It goes to its visitor's slot if it is theirs, else to its contact's.
    package static func event(
        _ record: EventRecord,
        path: String = "",
        name: String = "",
        campaign: String = "",
        email: String = ""
    ) -> LogItem {
        var record = record
        var text: [UInt8] = []
        func add(_ part: some Sequence<UInt8>) -> TextRange {
            let start = text.count
            text.append(contentsOf: part)
            return TextRange(start: start, count: text.count - start)
        }
        if !path.isEmpty {
            record.url = add(Array("site.example".utf8) + Array(path.utf8))
            record.path = TextRange(start: Int(record.url.start) + 12, count: path.utf8.count)
            let key = SipHash.hash(path, key: SipKey(1, 2))
            record.page = PageKey(key == 0 ? 1 : key)
            record.title = add("Title of \(path)".utf8)
        }
        record.name = add(name.utf8)
        record.campaignName = add(campaign.utf8)
        if !email.isEmpty {
            var fields = ByteWriter()
            fields.writeText("email")
            fields.writeText(email)
            record.fields = add(fields.bytes)
        }
        let address: Address
        if let visitor = record.visitor, record.contact == nil || record.kind.isPublic {
            address = .visitor(visitor)
        } else {
            address = .contact(record.contact ?? ContactID(0))
        }
        return LogItem(.event, address) { writer in
            text.withUnsafeBytes { record.encode(to: &writer, text: $0) }
        }
    }

    /// Who a contact is.
    package static func contact(_ record: ContactRecord) -> LogItem {
        LogItem(.contact, .contact(record.contact)) { record.encode(to: &$0) }
    }

    /// A second key.
    package static func alias(_ alias: ContactID, of contact: ContactID) -> LogItem {
        LogItem(.alias, .contact(alias)) { AliasRecord(alias: alias, contact: contact).encode(to: &$0) }
    }

    /// A tie, or its end.
    package static func link(_ visitor: VisitorID, _ contact: ContactID, isUndone: Bool = false) -> LogItem {
        LogItem(.link, .visitor(visitor)) {
            LinkRecord(visitor: visitor, contact: contact, isUndone: isUndone).encode(to: &$0)
        }
    }

    /// Points by hand.
    package static func manual(_ record: ManualEntryRecord) -> LogItem {
        LogItem(.manualEntry, .contact(record.contact)) { record.encode(to: &$0) }
    }

    /// A person takes consents back.
    package static func withdrawal(_ record: WithdrawalRecord) -> LogItem {
        LogItem(.withdrawal, .contact(record.contact)) { record.encode(to: &$0) }
    }

    /// A salesperson's answer.
    package static func answer(_ contact: ContactID, _ answer: LeadAnswerRecord.Answer) -> LogItem {
        LogItem(.leadAnswer, .contact(contact)) {
            LeadAnswerRecord(contact: contact, answer: answer, author: "owner").encode(to: &$0)
        }
    }

    /// A person says that clicks were no machine's.
    package static func human(_ contact: ContactID) -> LogItem {
        LogItem(.reinstatement, .contact(contact)) {
            ReinstatementRecord(contact: contact, author: "owner").encode(to: &$0)
        }
    }

    /// A contact is to be forgotten.
    package static func erase(_ contact: ContactID) -> LogItem {
        LogItem(.erasure, .contact(contact)) { ErasureRecord.contact(contact).encode(to: &$0) }
    }

    /// A visitor is to be forgotten.
    package static func erase(_ visitor: VisitorID) -> LogItem {
        LogItem(.erasure, .visitor(visitor)) { ErasureRecord.visitor(visitor).encode(to: &$0) }
    }

    /// A publication.
    package static func model(_ model: ScoringModel) -> LogItem {
        LogItem(.model, .every) { model.encode(to: &$0) }
    }

    /// A tick.
    package static var tick: LogItem { LogItem(.tick, .every) { _ in } }

    /// A canary.
    package static var canary: LogItem { LogItem(.canary, .contact(ContactID(0xca))) { _ in } }
}

/// Records that arrive together.
package struct LogStep: Sendable {
    /// When.
    package var time: Timestamp
    /// What.
    package var items: [LogItem]

    /// A step.
    package init(time: Timestamp, items: [LogItem]) {
        self.time = time
        self.items = items
    }
}
