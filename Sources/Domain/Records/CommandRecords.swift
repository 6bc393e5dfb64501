/// Ties a visitor to a contact, or unties them, by an authenticated call. In the visitor's slot.
package struct LinkRecord: Equatable, Sendable {
    /// The visitor.
    package var visitor: VisitorID
    /// The contact.
    package var contact: ContactID
    /// Whether the tie is undone.
    package var isUndone: Bool

    /// A link.
    package init(visitor: VisitorID, contact: ContactID, isUndone: Bool = false) {
        self.visitor = visitor
        self.contact = contact
        self.isUndone = isUndone
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.visitor.high)
        writer.write(self.visitor.low)
        writer.write(self.contact.rawValue)
        writer.write(UInt8(self.isUndone ? 1 : 0))
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let high: UInt64 = try reader.readWord()
        self.visitor = VisitorID(high: high, low: try reader.readWord())
        self.contact = ContactID(try reader.readWord())
        self.isUndone = try reader.readByte() == 1
    }
}

/// Points given by hand: an entry like any other, with an author. In the contact's slot.
package struct ManualEntryRecord: Equatable, Sendable {
    /// The contact.
    package var contact: ContactID
    /// The points; may be negative.
    package var points: Double
    /// The group's name.
    package var group: String
    /// Why.
    package var reason: String
    /// Who.
    package var author: String
    /// When what is left of them is taken back; ``Timestamp/never`` if not.
    package var expires: Timestamp

    /// A manual entry.
    package init(
        contact: ContactID,
        points: Double,
        group: String,
        reason: String,
        author: String,
        expires: Timestamp = .never
    ) {
        self.contact = contact
        self.points = points
        self.group = group
        self.reason = reason
        self.author = author
        self.expires = expires
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.contact.rawValue)
        writer.write(self.points)
        writer.write(self.expires.microseconds)
        writer.writeText(self.group)
        writer.writeText(self.reason)
        writer.writeText(self.author)
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        self.points = try reader.readDouble()
        self.expires = Timestamp(microseconds: try reader.readWord())
        self.group = try reader.readText()
        self.reason = try reader.readText()
        self.author = try reader.readText()
    }
}

/// Erases a contact, or a visitor who refused. In the slot of whom it erases.
package enum ErasureRecord: Equatable, Sendable {
    /// A person asked for it.
    case contact(ContactID)
    /// The visitor withdrew on the banner, or was erased with their contact.
    case visitor(VisitorID)

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        switch self {
        case .contact(let contact):
            writer.write(UInt8(1))
            writer.write(contact.rawValue)
        case .visitor(let visitor):
            writer.write(UInt8(2))
            writer.write(visitor.high)
            writer.write(visitor.low)
        }
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        switch try reader.readByte() {
        case 1:
            self = .contact(ContactID(try reader.readWord()))
        case 2:
            let high: UInt64 = try reader.readWord()
            self = .visitor(VisitorID(high: high, low: try reader.readWord()))
        default:
            throw .invalid("erasure kind")
        }
    }
}

/// A salesperson's answer to a lead. In the contact's slot.
package struct LeadAnswerRecord: Equatable, Sendable {
    /// What they said.
    package enum Answer: UInt8, Sendable, CaseIterable {
        /// Worth the call.
        case good = 1
        /// Right person, wrong time.
        case notNow = 2
        /// Should not have been handed over.
        case wrong = 3

        /// The name in the API.
        package var name: String {
            switch self {
            case .good: "good"
            case .notNow: "not_now"
            case .wrong: "wrong"
            }
        }
    }

    /// The contact.
    package var contact: ContactID
    /// The answer.
    package var answer: Answer
    /// Who answered; empty if the link does not say.
    package var author: String

    /// An answer.
    package init(contact: ContactID, answer: Answer, author: String) {
        self.contact = contact
        self.answer = answer
        self.author = author
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.contact.rawValue)
        writer.write(self.answer.rawValue)
        writer.writeText(self.author)
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        guard let answer = Answer(rawValue: try reader.readByte()) else { throw .invalid("answer") }
        self.answer = answer
        self.author = try reader.readText()
    }
}

/// Somebody knows that the clicks which were taken for a machine's were the contact's own. In the contact's slot.
package struct ReinstatementRecord: Equatable, Sendable {
    /// The contact.
    package var contact: ContactID
    /// Who says so.
    package var author: String

    /// A reinstatement.
    package init(contact: ContactID, author: String) {
        self.contact = contact
        self.author = author
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.contact.rawValue)
        writer.writeText(self.author)
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        self.author = try reader.readText()
    }
}

/// A second key of a contact: acts under it are passed on. A key that stands for itself is nobody's second key (any
/// longer). In the slot of the second key.
package struct AliasRecord: Equatable, Sendable {
    /// The id the second key hashes to.
    package var alias: ContactID
    /// The contact.
    package var contact: ContactID

    /// An alias.
    package init(alias: ContactID, contact: ContactID) {
        self.alias = alias
        self.contact = contact
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.alias.rawValue)
        writer.write(self.contact.rawValue)
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.alias = ContactID(try reader.readWord())
        self.contact = ContactID(try reader.readWord())
    }
}
