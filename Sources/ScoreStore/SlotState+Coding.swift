package import Domain

/// A slot as a checkpoint keeps it: sorted, so that equal states have equal bytes.
extension SlotState {
    /// The version of the form: a slot's first byte.
    package static let version: UInt8 = 3

    /// Appends the slot.
    package func encode(to writer: inout ByteWriter) {
        writer.write(Self.version)
        writer.write(self.slot.rawValue)
        writer.write(self.offset)
        writer.write(self.canary.microseconds)
        self.outcomes.encode(to: &writer)
        self.visitors.encode(to: &writer)
        writer.writeVarint(UInt64(self.contacts.count))
        for id in self.contacts.keys.sorted() { self.contacts[id]?.contact.encode(to: &writer) }
        writer.writeVarint(UInt64(self.aliases.count))
        for (alias, contact) in self.aliases.sorted(by: { $0.key < $1.key }) {
            writer.write(alias.rawValue)
            writer.write(contact.rawValue)
        }
        writer.write(UInt8(self.namedPages.count))
        for page in self.namedPages { writer.write(page.rawValue) }
        self.audience.encode(to: &writer)
        self.networks.encode(to: &writer)
    }

    /// Reads a slot. `models` are all publications below its offset at least.
    package init(decoding reader: inout ByteReader, models: ModelHistory) throws(DecodingFailure) {
        guard try reader.readByte() == Self.version else { throw .invalid("slot version") }
        self.init(slot: Slot(try reader.readWord()))
        self.offset = try reader.readWord()
        self.canary = Timestamp(microseconds: try reader.readWord())
        self.outcomes = try Outcomes(decoding: &reader)
        self.visitors = try VisitorTable(decoding: &reader)
        let model = models.model(at: self.offset)
        for _ in 0..<(try reader.readVarint()) { self.keep(try Contact(decoding: &reader), model: model) }
        for _ in 0..<(try reader.readVarint()) {
            let alias = ContactID(try reader.readWord())
            self.aliases[alias] = ContactID(try reader.readWord())
        }
        for _ in 0..<(try reader.readByte()) { self.namedPages.append(PageKey(try reader.readWord())) }
        self.audience = try Audience(decoding: &reader)
        self.networks = try NetworkTable(decoding: &reader)
    }
}
