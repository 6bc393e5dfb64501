package import Domain

/// The visitors of a slot, packed, within fixed room.
///
/// A visitor whose cookie came back once is kept, those seen longest ago making way; those never seen twice share a
/// fixed fifth of the slot, first in, first out. So a flood of made-up visitors displaces only other strangers.
///
/// A visitor who is tied to a contact makes way for nobody while their cookie may still come back: they may refuse
/// one day, and only they know whom to tell. Where there is no room for another tie, none is made.
package struct VisitorTable: Sendable {
    private var packed = PackedVisitors()
    /// Those never seen twice, oldest first.
    private var strangers: [VisitorID] = []
    /// How many are tied.
    private var tied = 0

    /// How long a browser may come back after it was last seen: its cookie lives 395 days from the first.
    private static let cookieLife = TimeSpan.days(395)
    /// How many make way at once: finding the oldest looks at all, and must not be done for every newcomer.
    private static let evictedTogether = 32

    /// What room a visitor takes up.
    private enum Standing: Equatable {
        /// Never seen twice.
        case stranger
        /// Came back, and nobody knows them.
        case kept
        /// Tied to a contact.
        case tied(LinkTrust)

        init(_ packed: UnsafeRawBufferPointer) {
            if let trust = Visitor.tie(ofPacked: packed) {
                self = .tied(trust)
            } else {
                self = Visitor.isKept(packed: packed) ? .kept : .stranger
            }
        }

        var isTied: Bool { if case .tied = self { true } else { false } }
    }

    /// No visitors.
    package init() {}

    /// How many there are.
    package var count: Int { self.packed.count }

    /// One of them.
    package subscript(id: VisitorID) -> Visitor? {
        var visitor = Visitor(id: id, at: .distantPast)
        return self.load(id, into: &visitor) ? visitor : nil
    }

    /// Unpacks a visitor into a working copy, which allocates nothing once its lists have room. False, with nothing
    /// changed, if there is no such visitor.
    package func load(_ id: VisitorID, into visitor: inout Visitor) -> Bool {
        let isKnown: Void? = self.packed.withBytes(of: id) { bytes in
            do throws(DecodingFailure) {
                try visitor.unpack(bytes, id: id)
            } catch {
                // Packed here, or checked when the checkpoint was read.
                preconditionFailure("a packed visitor does not unpack: \(error)")
            }
        }
        return isKnown != nil
    }

    /// Has brought into the caches how long the tables are.
    func prefetchHeads() { self.packed.prefetchHeads() }

    /// Has brought into the caches what leads to a visitor.
    func prefetchTables(for id: VisitorID) { self.packed.prefetchTables(for: id) }

    /// Has what there is of a visitor brought into the caches.
    func prefetch(_ id: VisitorID) { self.packed.prefetch(id) }

    /// Puts a visitor in, new or changed.
    package mutating func put(_ visitor: Visitor) {
        var writer = ByteWriter()
        self.put(visitor, through: &writer)
    }

    /// Puts a visitor in, new or changed, packed in a buffer that is used again. A stranger becomes a kept visitor when
    /// its `isKept` is set, and a tied one with a contact.
    mutating func put(_ visitor: Visitor, through writer: inout ByteWriter) {
        writer.bytes.removeAll(keepingCapacity: true)
        visitor.pack(into: &writer)
        let new = writer.bytes.withUnsafeBytes(Standing.init)
        let old = self.packed.set(visitor.id, writer.bytes, replacing: Standing.init)
        guard old != new else { return }
        if let old { self.leave(old, visitor.id) }
        switch new {
        case .stranger:
            self.strangers.append(visitor.id)
            if self.strangers.count > Limits.onceSeenVisitorsPerSlot {
                self.packed.remove(self.strangers.removeFirst())
            }
        case .kept: self.makeRoom()
        case .tied: self.tied += 1
        }
    }

    /// Takes a visitor out.
    package mutating func remove(_ id: VisitorID) -> Visitor? {
        guard let visitor = self[id], let standing = self.packed.withBytes(of: id, Standing.init) else { return nil }
        self.packed.remove(id)
        self.leave(standing, id)
        return visitor
    }

    private mutating func leave(_ standing: Standing, _ id: VisitorID) {
        switch standing {
        case .stranger:
            let place = self.strangers.firstIndex { $0.low == id.low && $0.high == id.high }
            if let place { self.strangers.remove(at: place) }
        case .tied: self.tied -= 1
        case .kept: break
        }
    }

    /// Makes room for one more tied visitor, if one whose cookie is over can make way. False if there is none. Claims
    /// have a share of their own, so that a flood of forms leaves room for the ties somebody vouches for.
    package mutating func makeRoom(forTie trust: LinkTrust, at time: Timestamp) -> Bool {
        if trust == .claim {
            var claims = 0
            self.packed.forEachVisitor { _, bytes in if Standing(bytes) == .tied(.claim) { claims += 1 } }
            guard claims < Limits.claimedVisitorsPerSlot else { return false }
        }
        if self.tied >= Limits.tiedVisitorsPerSlot, let oldest = self.oldest(1, where: \.isTied).first,
            oldest.lastSeen.adding(Self.cookieLife) <= time
        {
            _ = self.remove(oldest.id)
        }
        return self.tied < Limits.tiedVisitorsPerSlot
    }

    private mutating func makeRoom() {
        let kept = self.packed.count - self.strangers.count - self.tied
        guard kept > Limits.visitorsPerSlot - Limits.onceSeenVisitorsPerSlot else { return }
        for (_, id) in self.oldest(Self.evictedTogether, where: { $0 == .kept }) { self.packed.remove(id) }
    }

    /// Those seen longest ago: exact by time and id, so that no order of insertion decides.
    private func oldest(_ count: Int, where matches: (Standing) -> Bool) -> [(lastSeen: Timestamp, id: VisitorID)] {
        var all: [(lastSeen: Timestamp, id: VisitorID)] = []
        self.packed.forEachVisitor { id, bytes in
            if matches(Standing(bytes)) { all.append((Visitor.lastSeen(ofPacked: bytes), id)) }
        }
        return Array(all.sorted { ($0.lastSeen, $0.id) < ($1.lastSeen, $1.id) }.prefix(count))
    }

    func encode(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(self.packed.count))
        var ids: [VisitorID] = []
        self.packed.forEachVisitor { id, _ in ids.append(id) }
        for id in ids.sorted() {
            writer.write(id.high)
            writer.write(id.low)
            self.packed.withBytes(of: id) { writer.writeCounted($0) }
        }
        writer.writeVarint(UInt64(self.strangers.count))
        for id in self.strangers {
            writer.write(id.high)
            writer.write(id.low)
        }
    }

    init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        var visitor = Visitor(id: VisitorID(high: 0, low: 0), at: .distantPast)
        for _ in 0..<(try reader.readVarint()) {
            let id = try VisitorID(decoding: &reader)
            let bytes = UnsafeRawBufferPointer(rebasing: reader.bytes[try reader.readCountedRange()])
            try visitor.unpack(bytes, id: id)
            guard bytes.count <= PackedVisitors.mostBytes else { throw .invalid("visitor") }
            self.packed.set(id, Array(bytes)) { _ in }
            if visitor.contact != nil { self.tied += 1 }
        }
        for _ in 0..<(try reader.readVarint()) { self.strangers.append(try VisitorID(decoding: &reader)) }
    }
}

extension VisitorID {
    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let high: UInt64 = try reader.readWord()
        self.init(high: high, low: try reader.readWord())
    }
}
