/// What a person took back on their own preferences page: only ever less than before, whoever holds the page's
/// address. The rest of what is known of them stays. In the contact's slot.
package struct WithdrawalRecord: Equatable, Sendable {
    /// The contact.
    package var contact: ContactID
    /// What may no longer be recorded.
    package var withdrawn: ContactConsents
    /// Whether they object to everything.
    package var objects: Bool

    /// A withdrawal.
    package init(contact: ContactID, withdrawn: ContactConsents, objects: Bool) {
        self.contact = contact
        self.withdrawn = withdrawn
        self.objects = objects
    }

    /// What may be recorded after it of what might be before.
    package func left(of consents: ContactConsents) -> ContactConsents {
        // An objection is nothing that could be taken back here.
        let rest = consents.subtracting(self.withdrawn.subtracting(.objected))
        return self.objects ? rest.union(.objected) : rest
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.contact.rawValue)
        writer.write(self.withdrawn.rawValue)
        writer.write(UInt8(self.objects ? 1 : 0))
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        self.withdrawn = ContactConsents(rawValue: try reader.readByte())
        self.objects = try reader.readByte() == 1
    }
}
