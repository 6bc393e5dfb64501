/// How a caller names a contact.
package enum ContactReference: Hashable, Sendable {
    /// By our id.
    case id(ContactID)
    /// By a key they have elsewhere.
    case key(ContactKey)

    /// Sixteen hexadecimal digits, an e-mail address, or `crm:<id>`; nil for anything else.
    package init?(text: String) {
        if text.hasPrefix("crm:") {
            let id = String(text.dropFirst(4))
            guard !id.isEmpty else { return nil }
            self = .key(.crm(id))
        } else if let id = ContactID(text: text) {
            self = .id(id)
        } else if let address = EmailAddress(text) {
            self = .key(.email(address.text))
        } else {
            return nil
        }
    }

    /// The form it was given in.
    package var text: String {
        switch self {
        case .id(let id): id.text
        case .key(.crm(let id)): "crm:" + id
        case .key(.email(let address)): address
        }
    }
}
