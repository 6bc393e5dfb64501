/// What identifies a contact from outside.
package enum ContactKey: Hashable, Sendable {
    /// The record's id in the CRM.
    case crm(String)
    /// The normalised e-mail address.
    case email(String)
}

/// One value of a contact that the model reads.
package struct ContactField: Hashable, Sendable {
    /// The name, in snake case.
    package var name: String
    /// The value: numbers with a decimal point, days as `AAAA-MM-JJ`, yes and no as `true` and `false`.
    package var value: String

    /// A field.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What one row says about one contact: normalised, not yet stored. An absent value says nothing.
package struct ContactDraft: Hashable, Sendable {
    /// The record's id in the CRM.
    package var crmID: String?
    /// The e-mail address.
    package var email: EmailAddress?
    /// The first name.
    package var firstName: String?
    /// The last name.
    package var lastName: String?
    /// The telephone number, as written.
    package var phone: String?
    /// The mobile telephone's number, as written.
    package var mobile: String?
    /// The company's name.
    package var company: String?
    /// The company's host name: of its site, else of the address unless anybody can have one there.
    package var companyDomain: String?
    /// The salesperson's name.
    package var ownerName: String?
    /// The salesperson's e-mail address.
    package var ownerEmail: EmailAddress?
    /// What the contact is to us.
    package var status: ContactStatus?
    /// The job title, as written.
    package var title: String?
    /// The job title as the model compares it (``ContactRole``).
    package var role: String?
    /// Whether mail is wished.
    package var mailConsent: Bool?
    /// Whether mail is refused.
    package var objected: Bool?
    /// Values for the model, by name in ascending order.
    package var fields: [ContactField] = []

    /// An empty draft.
    package init() {}

    /// The keys it is found by, the more certain first.
    package var keys: [ContactKey] {
        var keys: [ContactKey] = []
        if let crmID { keys.append(.crm(crmID)) }
        if let email { keys.append(.email(email.text)) }
        return keys
    }

    /// A hash of everything in the draft, the same for ever: two drafts with the same hash say the same.
    ///
    /// Its key is public and fixed: who can choose a row's content can only make their own row look unchanged.
    package var contentHash: UInt64 {
        var writer = ByteWriter()
        // The version of this form.
        writer.write(UInt8(2))
        let texts = [
            self.crmID, self.email?.text, self.firstName, self.lastName, self.phone, self.mobile, self.company,
            self.companyDomain, self.ownerName, self.ownerEmail?.text, self.status?.rawValue, self.title, self.role,
        ]
        for text in texts {
            writer.write(UInt8(text == nil ? 0 : 1))
            if let text { writer.writeText(text) }
        }
        for flag in [self.mailConsent, self.objected] {
            writer.write(flag.map { $0 ? UInt8(2) : 1 } ?? 0)
        }
        writer.writeVarint(UInt64(self.fields.count))
        for field in self.fields {
            writer.writeText(field.name)
            writer.writeText(field.value)
        }
        let key = SipKey(0x7665_6e64_616e_6765, 0x636f_6e74_6163_7473)
        return writer.bytes.withUnsafeBytes { SipHash.hash($0, key: key) }
    }
}
