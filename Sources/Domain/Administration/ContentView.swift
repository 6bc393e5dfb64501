/// A mailing.
package struct MessageView: Equatable, Sendable, Encodable {
    package var id: UInt32
    package var name: String
    /// utm_campaign of its links; empty for none.
    package var campaign: String
    package var created: String

    /// A mailing.
    package init(id: UInt32, name: String, campaign: String, created: Timestamp) {
        self.id = id
        self.name = name
        self.campaign = campaign
        self.created = created.rfc3339
    }
}

/// A tracked link.
package struct LinkView: Equatable, Sendable, Encodable {
    package var id: UInt32
    /// Where it leads.
    package var url: String
    /// The message it is in; nil for none.
    package var message: UInt32?
    /// The key of the site it leads to; nil for none of ours.
    package var site: String?

    /// A link.
    package init(id: UInt32, url: String, message: UInt32?, site: String?) {
        self.id = id
        self.url = url
        self.message = message
        self.site = site
    }
}

/// A link to be made.
package struct LinkInput: Equatable, Sendable {
    /// Absolute, http or https.
    package var url: String
    package var message: UInt32?
    /// The key of the site it leads to; nil to find it by the address.
    package var site: String?

    /// A link.
    package init(url: String, message: UInt32? = nil, site: String? = nil) {
        self.url = url
        self.message = message
        self.site = site
    }
}

/// A quote.
package struct QuoteView: Equatable, Sendable, Encodable {
    package var id: UInt32
    package var title: String
    /// Where the document is.
    package var url: String
    /// The contact's id.
    package var contact: String

    /// A quote.
    package init(id: UInt32, title: String, url: String, contact: ContactID) {
        self.id = id
        self.title = title
        self.url = url
        self.contact = contact.text
    }
}

/// A quote to be made.
package struct QuoteInput: Equatable, Sendable {
    package var title: String
    /// Absolute, http or https.
    package var url: String
    package var contact: ContactReference

    /// A quote.
    package init(title: String, url: String, contact: ContactReference) {
        self.title = title
        self.url = url
        self.contact = contact
    }
}

/// A token to be signed.
package struct TokenInput: Equatable, Sendable {
    package var purpose: TokenPayload.Purpose
    package var contact: ContactReference
    /// The message, quote or link it belongs to; 0 for none.
    package var object: UInt32
    /// The tracked link of the click address; nil for none.
    package var link: UInt32?

    /// A token.
    package init(purpose: TokenPayload.Purpose, contact: ContactReference, object: UInt32 = 0, link: UInt32? = nil) {
        self.purpose = purpose
        self.contact = contact
        self.object = object
        self.link = link
    }
}

/// A signed token, with the addresses it opens.
package struct TokenView: Equatable, Sendable, Encodable {
    package var token: String
    /// The name of a purpose.
    package var purpose: String
    /// The contact's id.
    package var contact: String
    /// Ready-made addresses under the public base address by what they are: click, open, quote, preferences, answer.
    /// Empty when the public address is not configured.
    package var addresses: [String: String]

    /// A token.
    package init(token: String, purpose: TokenPayload.Purpose, contact: ContactID, addresses: [String: String]) {
        self.token = token
        self.purpose = purpose.name
        self.contact = contact.text
        self.addresses = addresses
    }
}

extension TokenPayload.Purpose {
    /// The name in the API.
    package var name: String {
        switch self {
        case .contact: "contact"
        case .message: "message"
        case .quote: "quote"
        case .preferences: "preferences"
        case .answer: "answer"
        case .click: "click"
        case .quoteClick: "quote_click"
        }
    }

    /// The purposes a caller can ask for: clicks are signed by the redirect and the quote's page alone.
    package static let requestable: [Self] = [.contact, .message, .quote, .preferences, .answer]
}
