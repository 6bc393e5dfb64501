/// The payload of an event record.
///
///     u32  which fields follow, a bit each (``EventRecord/Present``)
///     u8   kind
///     u8   verdict, consent << 2, trust << 4
///     …    the fields present, in the order of their bits: varints for numbers, little-endian words for hashes,
///          counted UTF-8 for texts
///
/// A field that has its default value takes no room. The path costs two small numbers, because it lies in the url.
extension EventRecord {
    /// Which fields a payload holds. The bits are the log's format and never change meaning.
    private struct Present: OptionSet {
        let rawValue: UInt32

        static let filter = Present(rawValue: 1 << 0)
        static let site = Present(rawValue: 1 << 1)
        static let visitor = Present(rawValue: 1 << 2)
        static let contact = Present(rawValue: 1 << 3)
        static let message = Present(rawValue: 1 << 4)
        static let link = Present(rawValue: 1 << 5)
        static let quote = Present(rawValue: 1 << 6)
        static let click = Present(rawValue: 1 << 7)
        static let nonce = Present(rawValue: 1 << 8)
        static let counter = Present(rawValue: 1 << 9)
        static let lateness = Present(rawValue: 1 << 10)
        static let page = Present(rawValue: 1 << 11)
        static let engaged = Present(rawValue: 1 << 12)
        static let scroll = Present(rawValue: 1 << 13)
        static let network = Present(rawValue: 1 << 14)
        static let agent = Present(rawValue: 1 << 15)
        static let listVersion = Present(rawValue: 1 << 16)
        static let url = Present(rawValue: 1 << 17)
        /// As offset and length within the url.
        static let pathInURL = Present(rawValue: 1 << 18)
        static let title = Present(rawValue: 1 << 19)
        static let referrer = Present(rawValue: 1 << 20)
        static let campaignSource = Present(rawValue: 1 << 21)
        static let campaignMedium = Present(rawValue: 1 << 22)
        static let campaignName = Present(rawValue: 1 << 23)
        static let name = Present(rawValue: 1 << 24)
        static let target = Present(rawValue: 1 << 25)
        static let fields = Present(rawValue: 1 << 26)
        static let cookieReturned = Present(rawValue: 1 << 27)
        static let isUpgrade = Present(rawValue: 1 << 28)
        /// As a text of its own, for a record whose path is not part of its url.
        static let pathApart = Present(rawValue: 1 << 29)

        /// Content, term and click id's name: three texts, of which some may be empty.
        static let campaignDetail = Present(rawValue: 1 << 30)

        static let known = Present(rawValue: (1 << 31) - 1)

        mutating func insert(_ member: Present, if condition: Bool) {
            if condition { self.insert(member) }
        }
    }

    /// What a payload tells of, without reading the rest of it; nil for bytes that are none.
    package static func kind(of payload: UnsafeRawBufferPointer) -> EventKind? {
        payload.count > 4 ? EventKind(rawValue: payload[4]) : nil
    }

    /// The visitor a payload names, without reading the rest of it; nil if it names none, and for bytes that are none.
    package static func visitor(of payload: UnsafeRawBufferPointer) -> VisitorID? {
        do throws(DecodingFailure) {
            var reader = ByteReader(payload)
            let present = Present(rawValue: try reader.readWord())
            guard present.contains(.visitor) else { return nil }
            try reader.skip(present.contains(.filter) ? 3 : 2)
            if present.contains(.site) { _ = try reader.readVarint() }
            let high: UInt64 = try reader.readWord()
            return VisitorID(high: high, low: try reader.readWord())
        } catch {
            return nil
        }
    }

    /// Appends the payload. `text` is the buffer that the texts' ranges mean; they must lie within it.
    package func encode(to writer: inout ByteWriter, text: UnsafeRawBufferPointer) {
        let present = self.present
        writer.write(present.rawValue)
        writer.write(self.kind.rawValue)
        writer.write(self.verdict.rawValue | self.consent.rawValue << 2 | self.trust.rawValue << 4)
        if present.contains(.filter) { writer.write(self.filter.rawValue) }
        if present.contains(.site) { writer.writeVarint(UInt64(self.site.rawValue)) }
        if let visitor {
            writer.write(visitor.high)
            writer.write(visitor.low)
        }
        if let contact { writer.write(contact.rawValue) }
        self.encodeNumbers(present, to: &writer)
        self.encodeTexts(present, to: &writer, text: text)
    }

    /// The payload without the fields of its form; `text` is the buffer that the texts' ranges mean.
    package func withoutForm(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var record = self
        record.fields = .empty
        var writer = ByteWriter()
        record.encode(to: &writer, text: text)
        return writer.bytes
    }

    /// Reads a payload, whole. The texts' ranges mean `payload`.
    package init(decoding payload: UnsafeRawBufferPointer) throws(DecodingFailure) {
        var reader = ByteReader(payload)
        let present = Present(rawValue: try reader.readWord())
        guard present.isSubset(of: .known) else { throw .invalid("event fields") }
        self.init()
        try self.decodeHead(present, from: &reader)
        try self.decodeNumbers(present, from: &reader)
        try self.decodeTexts(present, from: &reader)
        self.cookieReturned = present.contains(.cookieReturned)
        self.isUpgrade = present.contains(.isUpgrade)
        try reader.expectEnd()
    }

    private var present: Present {
        var present: Present = []
        present.insert(.filter, if: self.filter != .none)
        present.insert(.site, if: self.site.rawValue != 0)
        present.insert(.visitor, if: self.visitor != nil)
        present.insert(.contact, if: self.contact != nil)
        present.insert(.message, if: self.message != 0)
        present.insert(.link, if: self.link != 0)
        present.insert(.quote, if: self.quote != 0)
        present.insert(.click, if: self.click != 0)
        present.insert(.nonce, if: self.nonce != 0)
        present.insert(.counter, if: self.counter != 0)
        present.insert(.lateness, if: self.latenessSeconds != 0)
        present.insert(.page, if: self.page != .none)
        present.insert(.engaged, if: self.engagedMilliseconds != 0)
        present.insert(.scroll, if: self.scrollPercent != 0)
        present.insert(.network, if: self.network != 0)
        present.insert(.agent, if: self.agent != 0)
        present.insert(.listVersion, if: self.listVersion != 0)
        present.insert(.url, if: !self.url.isEmpty)
        let pathInURL = self.url.bounds.contains(self.path.bounds)
        present.insert(.pathInURL, if: !self.path.isEmpty && pathInURL)
        present.insert(.pathApart, if: !self.path.isEmpty && !pathInURL)
        present.insert(.title, if: !self.title.isEmpty)
        present.insert(.referrer, if: !self.referrer.isEmpty)
        present.insert(.campaignSource, if: !self.campaignSource.isEmpty)
        present.insert(.campaignMedium, if: !self.campaignMedium.isEmpty)
        present.insert(.campaignName, if: !self.campaignName.isEmpty)
        let detail = [self.campaignContent, self.campaignTerm, self.clickIDName]
        present.insert(.campaignDetail, if: detail.contains { !$0.isEmpty })
        present.insert(.name, if: !self.name.isEmpty)
        present.insert(.target, if: !self.target.isEmpty)
        present.insert(.fields, if: !self.fields.isEmpty)
        present.insert(.cookieReturned, if: self.cookieReturned)
        present.insert(.isUpgrade, if: self.isUpgrade)
        return present
    }

    private func encodeNumbers(_ present: Present, to writer: inout ByteWriter) {
        if present.contains(.message) { writer.writeVarint(UInt64(self.message)) }
        if present.contains(.link) { writer.writeVarint(UInt64(self.link)) }
        if present.contains(.quote) { writer.writeVarint(UInt64(self.quote)) }
        if present.contains(.click) { writer.write(self.click) }
        if present.contains(.nonce) { writer.write(self.nonce) }
        if present.contains(.counter) { writer.writeVarint(UInt64(self.counter)) }
        if present.contains(.lateness) { writer.writeVarint(UInt64(self.latenessSeconds)) }
        if present.contains(.page) { writer.write(self.page.rawValue) }
        if present.contains(.engaged) { writer.writeVarint(UInt64(self.engagedMilliseconds)) }
        if present.contains(.scroll) { writer.write(self.scrollPercent) }
        if present.contains(.network) { writer.write(self.network) }
        if present.contains(.agent) { writer.write(self.agent) }
        if present.contains(.listVersion) { writer.writeVarint(UInt64(self.listVersion)) }
    }

    private func encodeTexts(_ present: Present, to writer: inout ByteWriter, text: UnsafeRawBufferPointer) {
        if present.contains(.url) { writer.writeCounted(text[self.url.bounds]) }
        if present.contains(.pathInURL) {
            writer.writeVarint(UInt64(self.path.start - self.url.start))
            writer.writeVarint(UInt64(self.path.count))
        }
        if present.contains(.title) { writer.writeCounted(text[self.title.bounds]) }
        if present.contains(.referrer) { writer.writeCounted(text[self.referrer.bounds]) }
        if present.contains(.campaignSource) { writer.writeCounted(text[self.campaignSource.bounds]) }
        if present.contains(.campaignMedium) { writer.writeCounted(text[self.campaignMedium.bounds]) }
        if present.contains(.campaignName) { writer.writeCounted(text[self.campaignName.bounds]) }
        if present.contains(.name) { writer.writeCounted(text[self.name.bounds]) }
        if present.contains(.target) { writer.writeCounted(text[self.target.bounds]) }
        if present.contains(.fields) { writer.writeCounted(text[self.fields.bounds]) }
        if present.contains(.pathApart) { writer.writeCounted(text[self.path.bounds]) }
        if present.contains(.campaignDetail) {
            writer.writeCounted(text[self.campaignContent.bounds])
            writer.writeCounted(text[self.campaignTerm.bounds])
            writer.writeCounted(text[self.clickIDName.bounds])
        }
    }

    private mutating func decodeHead(_ present: Present, from reader: inout ByteReader) throws(DecodingFailure) {
        guard let kind = EventKind(rawValue: try reader.readByte()) else { throw .invalid("event kind") }
        self.kind = kind
        let packed = try reader.readByte()
        guard let verdict = Verdict(rawValue: packed & 3) else { throw .invalid("verdict") }
        guard let consent = ConsentChoice(rawValue: packed >> 2 & 3) else { throw .invalid("consent") }
        guard let trust = LinkTrust(rawValue: packed >> 4) else { throw .invalid("trust") }
        self.verdict = verdict
        self.consent = consent
        self.trust = trust
        if present.contains(.filter) {
            guard let filter = FilterReason(rawValue: try reader.readByte()) else { throw .invalid("filter") }
            self.filter = filter
        }
        if present.contains(.site) { self.site = SiteID(try reader.readNumber()) }
        if present.contains(.visitor) {
            let high: UInt64 = try reader.readWord()
            self.visitor = VisitorID(high: high, low: try reader.readWord())
        }
        if present.contains(.contact) { self.contact = ContactID(try reader.readWord()) }
    }

    private mutating func decodeNumbers(_ present: Present, from reader: inout ByteReader) throws(DecodingFailure) {
        if present.contains(.message) { self.message = try reader.readNumber() }
        if present.contains(.link) { self.link = try reader.readNumber() }
        if present.contains(.quote) { self.quote = try reader.readNumber() }
        if present.contains(.click) { self.click = try reader.readWord() }
        if present.contains(.nonce) { self.nonce = try reader.readWord() }
        if present.contains(.counter) { self.counter = try reader.readNumber() }
        if present.contains(.lateness) { self.latenessSeconds = try reader.readNumber() }
        if present.contains(.page) { self.page = PageKey(try reader.readWord()) }
        if present.contains(.engaged) { self.engagedMilliseconds = try reader.readNumber() }
        if present.contains(.scroll) { self.scrollPercent = try reader.readByte() }
        if present.contains(.network) { self.network = try reader.readWord() }
        if present.contains(.agent) { self.agent = try reader.readWord() }
        if present.contains(.listVersion) { self.listVersion = try reader.readNumber() }
    }

    private mutating func decodeTexts(_ present: Present, from reader: inout ByteReader) throws(DecodingFailure) {
        if present.contains(.url) { self.url = try reader.readTextRange() }
        if present.contains(.pathInURL) {
            let start: UInt32 = try reader.readNumber()
            let count: UInt32 = try reader.readNumber()
            guard UInt64(start) + UInt64(count) <= UInt64(self.url.count) else { throw .invalid("path") }
            self.path = TextRange(start: Int(self.url.start) + Int(start), count: Int(count))
        }
        if present.contains(.title) { self.title = try reader.readTextRange() }
        if present.contains(.referrer) { self.referrer = try reader.readTextRange() }
        if present.contains(.campaignSource) { self.campaignSource = try reader.readTextRange() }
        if present.contains(.campaignMedium) { self.campaignMedium = try reader.readTextRange() }
        if present.contains(.campaignName) { self.campaignName = try reader.readTextRange() }
        if present.contains(.name) { self.name = try reader.readTextRange() }
        if present.contains(.target) { self.target = try reader.readTextRange() }
        if present.contains(.fields) { self.fields = try reader.readTextRange() }
        if present.contains(.pathApart) { self.path = try reader.readTextRange() }
        if present.contains(.campaignDetail) {
            self.campaignContent = try reader.readTextRange()
            self.campaignTerm = try reader.readTextRange()
            self.clickIDName = try reader.readTextRange()
        }
    }
}

extension ByteReader {
    /// A varint that must fit the result's width.
    fileprivate mutating func readNumber<Number: FixedWidthInteger>() throws(DecodingFailure) -> Number {
        guard let number = Number(exactly: try self.readVarint()) else { throw .invalid("number") }
        return number
    }

    /// The range of a counted text, which is skipped.
    fileprivate mutating func readTextRange() throws(DecodingFailure) -> TextRange {
        let range = try self.readCountedRange()
        return TextRange(start: range.lowerBound, count: range.count)
    }
}
