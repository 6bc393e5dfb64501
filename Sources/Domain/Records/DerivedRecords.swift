/// From a visitor's slot to a contact's: this visitor is yours, with what they did since they accepted.
package struct LinkedRecord: Equatable, Sendable {
    /// The visitor.
    package var visitor: VisitorID
    /// The contact.
    package var contact: ContactID
    /// How they came to be tied.
    package var trust: LinkTrust
    /// What the token that did it leaves; none without one.
    package var mark: TieMark
    /// When the visitor was first seen.
    package var firstSeen: Timestamp
    /// The visitor's last act known to be a person's that brought points; `.distantPast` if none did.
    package var lastConfirmed: Timestamp
    /// Visits and page views so far.
    package var visits: UInt32
    package var pageViews: UInt32
    /// The visitor's points, as they stood.
    package var balances: Balances
    /// The last pages, oldest first.
    package var pages: [RememberedPage]
    /// For a claim: the form's fields, from which an unknown contact is made.
    package var fields: [UInt8]
    /// Whether a second key has passed it on: it is not passed on again, so that no ring of keys turns for ever.
    package var isPassedOn = false

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.contact.rawValue)
        writer.write(self.visitor.high)
        writer.write(self.visitor.low)
        writer.write(self.trust.rawValue)
        writer.write(UInt8(self.isPassedOn ? 1 : 0))
        self.mark.encode(to: &writer)
        writer.write(self.firstSeen.microseconds)
        writer.write(self.lastConfirmed.microseconds)
        writer.writeVarint(UInt64(self.visits))
        writer.writeVarint(UInt64(self.pageViews))
        self.balances.encode(to: &writer)
        RememberedPage.encode(self.pages, to: &writer)
        writer.writeCounted(self.fields)
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        let high: UInt64 = try reader.readWord()
        self.visitor = VisitorID(high: high, low: try reader.readWord())
        guard let trust = LinkTrust(rawValue: try reader.readByte()) else { throw .invalid("trust") }
        self.trust = trust
        self.isPassedOn = try reader.readByte() == 1
        self.mark = try TieMark(decoding: &reader)
        self.firstSeen = Timestamp(microseconds: try reader.readWord())
        self.lastConfirmed = Timestamp(microseconds: try reader.readWord())
        self.visits = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.pageViews = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.balances = try Balances(decoding: &reader)
        self.pages = try RememberedPage.decodeList(&reader)
        let range = try reader.readCountedRange()
        self.fields = Array(reader.bytes[range])
    }

    /// A record of a visitor.
    package init(visitor: VisitorID, contact: ContactID, trust: LinkTrust, mark: TieMark) {
        self.visitor = visitor
        self.contact = contact
        self.trust = trust
        self.mark = mark
        self.firstSeen = .never
        self.lastConfirmed = .distantPast
        self.visits = 0
        self.pageViews = 0
        self.balances = Balances()
        self.pages = []
        self.fields = []
    }
}

/// A page a visitor saw, and when.
package struct RememberedPage: Equatable, Sendable {
    /// The page.
    package var page: PageKey
    /// When it was last seen.
    package var time: Timestamp

    /// A remembered page.
    package init(page: PageKey, time: Timestamp) {
        self.page = page
        self.time = time
    }

    /// Appends a list.
    package static func encode(_ list: [RememberedPage], to writer: inout ByteWriter) {
        writer.write(UInt8(list.count))
        for page in list {
            writer.write(page.page.rawValue)
            writer.write(page.time.microseconds)
        }
    }

    /// Reads a list.
    package static func decodeList(_ reader: inout ByteReader) throws(DecodingFailure) -> [RememberedPage] {
        var list: [RememberedPage] = []
        for _ in 0..<(try reader.readByte()) {
            let page = PageKey(try reader.readWord())
            list.append(RememberedPage(page: page, time: Timestamp(microseconds: try reader.readWord())))
        }
        return list
    }
}

/// From a visitor's slot to a contact's: your visitor did this. The event's own payload follows, without what its
/// form says of somebody else.
package struct TouchRecord: Sendable {
    /// The contact.
    package var contact: ContactID
    /// The visitor; nil when the contact was found through an alias of an act without a visitor.
    package var visitor: VisitorID?
    /// How the visitor is tied, for a contact who does not hold the tie.
    package var trust: LinkTrust
    /// Whether a second key has passed it on.
    package var isPassedOn: Bool
    /// The event's payload, within the record's.
    package var event: Range<Int>

    /// Appends a payload around an event's.
    package static func encode(
        contact: ContactID,
        visitor: VisitorID?,
        trust: LinkTrust,
        isPassedOn: Bool = false,
        event: UnsafeRawBufferPointer,
        to writer: inout ByteWriter
    ) {
        writer.write(contact.rawValue)
        writer.write(trust.rawValue)
        writer.write(UInt8(visitor == nil ? 0 : 1) | (isPassedOn ? 2 : 0))
        if let visitor {
            writer.write(visitor.high)
            writer.write(visitor.low)
        }
        writer.append(event)
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        guard let trust = LinkTrust(rawValue: try reader.readByte()) else { throw .invalid("trust") }
        self.trust = trust
        let flags = try reader.readByte()
        self.isPassedOn = flags & 2 != 0
        if flags & 1 != 0 {
            let high: UInt64 = try reader.readWord()
            self.visitor = VisitorID(high: high, low: try reader.readWord())
        }
        self.event = reader.offset..<reader.bytes.count
        try reader.skip(self.event.count)
    }
}

/// From a visitor's slot to a contact's: the tie to this visitor was wrong, or the visitor is gone.
package struct UnlinkedRecord: Equatable, Sendable {
    /// The contact.
    package var contact: ContactID
    /// The visitor.
    package var visitor: VisitorID
    /// Why.
    package var reason: ReversalReason
    /// Whether a second key has passed it on.
    package var isPassedOn = false

    /// A record.
    package init(contact: ContactID, visitor: VisitorID, reason: ReversalReason) {
        self.contact = contact
        self.visitor = visitor
        self.reason = reason
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.contact.rawValue)
        writer.write(self.visitor.high)
        writer.write(self.visitor.low)
        writer.write(self.reason.rawValue)
        writer.write(UInt8(self.isPassedOn ? 1 : 0))
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        let high: UInt64 = try reader.readWord()
        self.visitor = VisitorID(high: high, low: try reader.readWord())
        guard let reason = ReversalReason(rawValue: try reader.readByte()) else { throw .invalid("reason") }
        self.reason = reason
        self.isPassedOn = try reader.readByte() == 1
    }
}

/// From a contact's slot to a network's: a click nobody has confirmed came from there.
package struct SightingRecord: Equatable, Sendable {
    /// Keyed hash of the network.
    package var network: UInt32
    /// Who clicked, as far as the token says.
    package var contact: ContactID
    /// The click.
    package var click: UInt64

    /// A sighting.
    package init(network: UInt32, contact: ContactID, click: UInt64) {
        self.network = network
        self.contact = contact
        self.click = click
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.network)
        writer.write(self.contact.rawValue)
        writer.write(self.click)
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.network = try reader.readWord()
        self.contact = ContactID(try reader.readWord())
        self.click = try reader.readWord()
    }
}

/// From a network's slot to a contact's: many people's mail was clicked from one network within seconds, so this click
/// was a machine's.
package struct VerdictRecord: Equatable, Sendable {
    /// Whose click.
    package var contact: ContactID
    /// Which.
    package var click: UInt64

    /// A verdict.
    package init(contact: ContactID, click: UInt64) {
        self.contact = contact
        self.click = click
    }

    /// Appends the payload.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.contact.rawValue)
        writer.write(self.click)
    }

    /// Reads a payload.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.contact = ContactID(try reader.readWord())
        self.click = try reader.readWord()
    }
}
