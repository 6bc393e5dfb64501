/// A visitor as the store and its checkpoints keep them, in as few bytes as their history takes:
///
///     i64  last seen
///     u8   1 if kept, 2 if tied, trust << 2
///     u64  contact, if tied
///     …    varints: last seen − first seen; last seen − last confirmed + 1, or 0; visits; page views
///     …    balances, windows, pages, event ids; times as what lies between them and the last event
///
/// A million strangers are kept in memory this way: as values with four arrays each they would take three times as
/// much. What decides who makes way lies at fixed places, so that it is read without unpacking the rest.
extension Visitor {
    private static let flagsOffset = 8

    /// When a packed visitor was last seen.
    package static func lastSeen(ofPacked bytes: UnsafeRawBufferPointer) -> Timestamp {
        Timestamp(microseconds: Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)))
    }

    /// Whether a packed visitor's cookie ever came back.
    package static func isKept(packed bytes: UnsafeRawBufferPointer) -> Bool { bytes[self.flagsOffset] & 1 != 0 }

    /// How a packed visitor is tied to a contact; nil for one who is not.
    package static func tie(ofPacked bytes: UnsafeRawBufferPointer) -> LinkTrust? {
        let flags = bytes[self.flagsOffset]
        return flags & 2 == 0 ? nil : LinkTrust(rawValue: flags >> 2)
    }

    /// Appends all of the visitor but their id.
    package func pack(into writer: inout ByteWriter) {
        writer.write(atMost: Self.mostHeadBytes) { self.packHead(into: &$0) }
        self.balances.encode(to: &writer)
        self.windows.pack(into: &writer, lastSeen: self.lastSeen)
        writer.write(atMost: 1 + self.pages.count * 18) { room in
            room.write(UInt8(self.pages.count))
            for page in self.pages {
                room.write(page.page.rawValue)
                room.writeSpan(from: page.time, to: self.lastSeen)
            }
        }
        self.seen.encode(to: &writer)
    }

    private static let mostHeadBytes = 57

    private func packHead(into room: inout RoomWriter) {
        room.write(self.lastSeen.microseconds)
        room.write(UInt8(self.isKept ? 1 : 0) | (self.contact == nil ? 0 : 2) | self.trust.rawValue << 2)
        if let contact { room.write(contact.rawValue) }
        room.writeSpan(from: self.firstSeen, to: self.lastSeen)
        if self.lastConfirmed == .distantPast {
            room.writeVarint(0)
        } else {
            room.writeVarint(UInt64(bitPattern: self.lastSeen.since(self.lastConfirmed).microseconds) &+ 1)
        }
        room.writeVarint(UInt64(self.visits))
        room.writeVarint(UInt64(self.pageViews))
    }

    /// Becomes the visitor of an id as packed bytes tell.
    package mutating func unpack(_ bytes: UnsafeRawBufferPointer, id: VisitorID) throws(DecodingFailure) {
        var reader = ByteReader(bytes)
        self.id = id
        self.lastSeen = Timestamp(microseconds: try reader.readWord())
        let flags = try reader.readByte()
        self.isKept = flags & 1 != 0
        guard let trust = LinkTrust(rawValue: flags >> 2) else { throw .invalid("trust") }
        self.trust = trust
        self.contact = flags & 2 == 0 ? nil : ContactID(try reader.readWord())
        self.firstSeen = try reader.readTime(before: self.lastSeen)
        let confirmed = try reader.readVarint()
        // Wraps for no visitor that was packed, and must not trap for bytes that are none.
        self.lastConfirmed =
            confirmed == 0
            ? .distantPast
            : Timestamp(microseconds: self.lastSeen.microseconds &- Int64(bitPattern: confirmed &- 1))
        self.visits = UInt32(truncatingIfNeeded: try reader.readVarint())
        self.pageViews = UInt32(truncatingIfNeeded: try reader.readVarint())
        try self.balances.decode(from: &reader)
        try self.windows.unpack(from: &reader, lastSeen: self.lastSeen)
        try self.pages.refill(Int(try reader.readByte())) { (room) throws(DecodingFailure) in
            let page = PageKey(try reader.readWord())
            room.append(RememberedPage(page: page, time: try reader.readTime(before: self.lastSeen)))
        }
        try self.seen.decode(from: &reader)
        try reader.expectEnd()
    }
}

extension ByteReader {
    /// The time that lies a written span before another.
    mutating func readTime(before later: Timestamp) throws(DecodingFailure) -> Timestamp {
        Timestamp(microseconds: later.microseconds &- Int64(bitPattern: try self.readVarint()))
    }
}
