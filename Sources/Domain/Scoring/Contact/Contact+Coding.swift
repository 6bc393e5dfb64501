/// The contact as a checkpoint keeps it. Two contacts are equal exactly when their bytes are.
extension Contact {
    /// Appends the contact.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.id.rawValue)
        writer.write(self.consents.rawValue)
        writer.write(UInt8(self.isClaimed ? 1 : 0))
        writer.writeText(self.status)
        writer.writeText(self.role)
        writer.writeVarint(UInt64(self.fields.count))
        for field in self.fields {
            writer.writeText(field.name)
            writer.writeText(field.value)
        }
        for time in [
            self.ownFirstSeen, self.lastSeen, self.lastOnSite, self.ownLastConfirmed, self.stageEnd,
        ] {
            writer.write(time.microseconds)
        }
        for count in [self.visitNumber, self.visits, self.pageViews, self.clicks, self.quoteViews] {
            writer.writeVarint(UInt64(count))
        }
        self.balances.encode(to: &writer)
        self.limited.encode(to: &writer)
        self.windows.encode(to: &writer)
        self.seen.encode(to: &writer)
        writer.writeVarint(UInt64(self.provisional.count))
        for entry in self.provisional { entry.encode(to: &writer) }
        writer.writeVarint(UInt64(self.recentClicks.count))
        for click in self.recentClicks { click.encode(to: &writer) }
        writer.writeVarint(UInt64(self.links.count))
        for link in self.links { link.encode(to: &writer) }
        writer.writeVarint(UInt64(self.expiring.count))
        for entry in self.expiring { entry.encode(to: &writer) }
        writer.writeVarint(UInt64(self.firedSilence.count))
        for key in self.firedSilence { writer.write(key) }
        self.ripeness.encode(to: &writer)
    }

    /// Reads a contact.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.init(id: ContactID(try reader.readWord()))
        self.consents = ContactConsents(rawValue: try reader.readByte())
        self.isClaimed = try reader.readByte() == 1
        self.status = try reader.readText()
        self.role = try reader.readText()
        for _ in 0..<(try reader.readVarint()) {
            let name = try reader.readText()
            self.fields.append(ContactRecord.Field(name: name, value: try reader.readText()))
        }
        self.ownFirstSeen = Timestamp(microseconds: try reader.readWord())
        self.lastSeen = Timestamp(microseconds: try reader.readWord())
        self.lastOnSite = Timestamp(microseconds: try reader.readWord())
        self.ownLastConfirmed = Timestamp(microseconds: try reader.readWord())
        self.stageEnd = Timestamp(microseconds: try reader.readWord())
        self.visitNumber = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.visits = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.pageViews = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.clicks = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.quoteViews = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.balances = try Balances(decoding: &reader)
        self.limited = try Balances(decoding: &reader)
        self.windows = try LimitWindows(decoding: &reader)
        self.seen = try SeenEvents(decoding: &reader)
        for _ in 0..<(try reader.readVarint()) { self.provisional.append(try ProvisionalEntry(decoding: &reader)) }
        for _ in 0..<(try reader.readVarint()) { self.recentClicks.append(try ClickMemory(decoding: &reader)) }
        for _ in 0..<(try reader.readVarint()) { self.links.append(try VisitorLink(decoding: &reader)) }
        for _ in 0..<(try reader.readVarint()) { self.expiring.append(try ExpiringEntry(decoding: &reader)) }
        for _ in 0..<(try reader.readVarint()) { self.firedSilence.append(try reader.readWord()) }
        self.ripeness = try Ripeness(decoding: &reader)
    }
}

extension EntryID {
    /// Appends the id.
    package func encode(to writer: inout ByteWriter) {
        writer.write(self.offset)
        writer.write(self.ordinal)
    }

    /// Reads an id.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let offset: UInt64 = try reader.readWord()
        self.init(offset: offset, ordinal: try reader.readWord())
    }
}

extension LinkTrust {
    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        guard let trust = LinkTrust(rawValue: try reader.readByte()) else { throw .invalid("trust") }
        self = trust
    }
}

extension Verdict {
    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        guard let verdict = Verdict(rawValue: try reader.readByte()) else { throw .invalid("verdict") }
        self = verdict
    }
}

extension Contact.ProvisionalEntry {
    fileprivate func encode(to writer: inout ByteWriter) {
        self.id.encode(to: &writer)
        writer.write(self.group)
        writer.write(self.topic)
        writer.write(self.points)
        writer.write(self.reading)
        writer.write(self.heldUntil.microseconds)
        writer.write(self.trust.rawValue)
        writer.write(self.verdict.rawValue)
        writer.write(self.click)
        writer.write(self.rule)
        writer.write(UInt8(self.through == nil ? 0 : 1))
        if let through {
            writer.write(through.high)
            writer.write(through.low)
        }
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.id = try EntryID(decoding: &reader)
        self.group = try reader.readByte()
        self.topic = try reader.readByte()
        self.points = try reader.readDouble()
        self.reading = try reader.readDouble()
        self.heldUntil = Timestamp(microseconds: try reader.readWord())
        self.trust = try LinkTrust(decoding: &reader)
        self.verdict = try Verdict(decoding: &reader)
        self.click = try reader.readWord()
        self.rule = try reader.readWord()
        if try reader.readByte() == 1 {
            let high: UInt64 = try reader.readWord()
            self.through = VisitorID(high: high, low: try reader.readWord())
        }
    }
}

extension Contact.ClickMemory {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(self.click)
        writer.write(self.message)
        writer.write(self.link)
        writer.write(self.time.microseconds)
        writer.write(self.verdict.rawValue)
        writer.writeVarint(UInt64(self.grants.count))
        for grant in self.grants {
            grant.entry.encode(to: &writer)
            writer.write(grant.group)
            writer.write(grant.topic)
            writer.write(grant.granted)
            writer.write(grant.rest)
            writer.write(grant.reading)
            writer.write(grant.rule)
            writer.write(grant.trust.rawValue)
        }
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.click = try reader.readWord()
        self.message = try reader.readWord()
        self.link = try reader.readWord()
        self.time = Timestamp(microseconds: try reader.readWord())
        self.verdict = try Verdict(decoding: &reader)
        self.grants = []
        for _ in 0..<(try reader.readVarint()) {
            let entry = try EntryID(decoding: &reader)
            let group = try reader.readByte()
            let topic = try reader.readByte()
            let granted = try reader.readDouble()
            let rest = try reader.readDouble()
            let reading = try reader.readDouble()
            let rule: UInt32 = try reader.readWord()
            self.grants.append(
                Contact.ClickGrant(
                    entry: entry,
                    group: group,
                    topic: topic,
                    granted: granted,
                    rest: rest,
                    reading: reading,
                    rule: rule,
                    trust: try LinkTrust(decoding: &reader)
                )
            )
        }
    }
}

extension Contact.VisitorLink {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(self.visitor.high)
        writer.write(self.visitor.low)
        writer.write(self.trust.rawValue)
        writer.write(UInt8(self.marks.count))
        for mark in self.marks { mark.encode(to: &writer) }
        self.points.encode(to: &writer)
        writer.write(self.firstSeen.microseconds)
        writer.write(self.lastConfirmed.microseconds)
        writer.writeVarint(UInt64(self.visits))
        writer.writeVarint(UInt64(self.pageViews))
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let high: UInt64 = try reader.readWord()
        let visitor = VisitorID(high: high, low: try reader.readWord())
        self.init(visitor: visitor, trust: try LinkTrust(decoding: &reader))
        for _ in 0..<(try reader.readByte()) { self.marks.append(try TieMark(decoding: &reader)) }
        self.points = try Balances(decoding: &reader)
        self.firstSeen = Timestamp(microseconds: try reader.readWord())
        self.lastConfirmed = Timestamp(microseconds: try reader.readWord())
        self.visits = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.pageViews = UInt32(truncatingIfNeeded: try reader.readVarint())
    }
}

extension Contact.ExpiringEntry {
    fileprivate func encode(to writer: inout ByteWriter) {
        self.entry.encode(to: &writer)
        writer.write(self.group)
        writer.write(self.points)
        writer.write(self.reading)
        writer.write(self.expires.microseconds)
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.entry = try EntryID(decoding: &reader)
        self.group = try reader.readByte()
        self.points = try reader.readDouble()
        self.reading = try reader.readDouble()
        self.expires = Timestamp(microseconds: try reader.readWord())
    }
}

extension Ripeness {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(self.stage.rawValue)
        let flags: [Bool] = [self.isHandedOver, self.awaitsConfirmation, self.isAnswered, self.awaitsCooldown]
        writer.write(flags.enumerated().reduce(UInt8(0)) { $0 | ($1.element ? 1 << UInt8($1.offset) : 0) })
        writer.write(self.handedOverAt.microseconds)
        writer.write(self.cooldownEnd.microseconds)
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        guard let stage = Stage(rawValue: try reader.readByte()) else { throw .invalid("stage") }
        let flags = try reader.readByte()
        self.init()
        self.stage = stage
        self.isHandedOver = flags & 1 != 0
        self.awaitsConfirmation = flags & 2 != 0
        self.isAnswered = flags & 4 != 0
        self.awaitsCooldown = flags & 8 != 0
        self.handedOverAt = Timestamp(microseconds: try reader.readWord())
        self.cooldownEnd = Timestamp(microseconds: try reader.readWord())
    }
}
