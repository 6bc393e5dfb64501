/// What a signed token leaves on the tie it makes between a visitor and a contact.
///
/// A second browser that brings the mark of the first has the first one's mail: it is probably forwarded.
package struct TieMark: Equatable, Sendable {
    /// The message, else the quote, else the link the token belongs to, with its kind in the two highest bits (the
    /// catalog numbers all three from 1); 0 if none.
    package var object: UInt32
    /// The click the redirect handed over; 0 if none.
    package var click: UInt64

    /// The mark of a tie that no token made.
    package static let none = TieMark(object: 0, click: 0)

    /// A mark of its parts.
    package init(object: UInt32, click: UInt64) {
        self.object = object
        self.click = click
    }

    /// The mark an event's token leaves.
    package init(of event: EventRecord) {
        self.init(object: 0, click: event.click)
        if event.message != 0 {
            self.object = event.message
        } else if event.quote != 0 {
            self.object = 1 << 30 | event.quote
        } else if event.link != 0 {
            self.object = 2 << 30 | event.link
        }
    }

    /// Whether both come from one click, or from tokens of one object.
    package func isShared(with other: TieMark) -> Bool {
        self.click != 0 && self.click == other.click || self.object != 0 && self.object == other.object
    }

    /// Appends the mark.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.object)
        writer.write(self.click)
    }

    /// Reads a mark.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let object: UInt32 = try reader.readWord()
        self.init(object: object, click: try reader.readWord())
    }
}
