package import Domain

/// The visitors of a slot, within fixed room.
///
/// A visitor whose cookie came back once is kept, the one seen longest ago making way; those never seen twice share a
/// fixed fifth of the slot, first in, first out. So a flood of made-up visitors displaces only other strangers.
///
/// A visitor who is tied to a contact makes way for nobody while their cookie may still come back: they may refuse
/// one day, and only they know whom to tell. Where there is no room for another tie, none is made.
package struct VisitorTable: Equatable, Sendable {
    private var visitors: [VisitorID: Visitor] = [:]
    /// Those never seen twice, oldest first.
    private var strangers: [VisitorID] = []
    /// How many are tied.
    private var tied = 0

    /// How long a browser may come back after it was last seen: its cookie lives 395 days from the first.
    private static let cookieLife = TimeSpan.days(395)

    /// No visitors.
    package init() {}

    /// How many there are.
    package var count: Int { self.visitors.count }

    /// One of them.
    package subscript(id: VisitorID) -> Visitor? { self.visitors[id] }

    /// Puts a visitor in, new or changed. A stranger becomes a kept visitor when its `isKept` is set, and a tied one
    /// with a contact.
    package mutating func put(_ visitor: Visitor) {
        let old = self.visitors.updateValue(visitor, forKey: visitor.id)?.standing
        let new = visitor.standing
        guard old != new else { return }
        switch old {
        case .stranger: self.strangers.removeAll { $0 == visitor.id }
        case .tied: self.tied -= 1
        case .kept, nil: break
        }
        switch new {
        case .stranger:
            self.strangers.append(visitor.id)
            if self.strangers.count > Limits.onceSeenVisitorsPerSlot {
                self.visitors[self.strangers.removeFirst()] = nil
            }
        case .kept: self.makeRoom()
        case .tied: self.tied += 1
        }
    }

    /// Takes a visitor out.
    package mutating func remove(_ id: VisitorID) -> Visitor? {
        guard let visitor = self.visitors.removeValue(forKey: id) else { return nil }
        switch visitor.standing {
        case .stranger: self.strangers.removeAll { $0 == id }
        case .tied: self.tied -= 1
        case .kept: break
        }
        return visitor
    }

    /// Makes room for one more tied visitor, if one whose cookie is over can make way. False if there is none. Claims have a share of their own, so
    /// that a flood of forms leaves room for the ties somebody vouches for.
    package mutating func makeRoom(forTie trust: LinkTrust, at time: Timestamp) -> Bool {
        if trust == .claim {
            let claims = self.visitors.values.count { $0.standing == .tied && $0.trust == .claim }
            guard claims < Limits.claimedVisitorsPerSlot else { return false }
        }
        if self.tied >= Limits.tiedVisitorsPerSlot, let oldest = self.oldest(.tied),
            oldest.lastSeen.adding(Self.cookieLife) <= time
        {
            _ = self.remove(oldest.id)
        }
        return self.tied < Limits.tiedVisitorsPerSlot
    }

    private mutating func makeRoom() {
        let kept = self.visitors.count - self.strangers.count - self.tied
        guard kept > Limits.visitorsPerSlot - Limits.onceSeenVisitorsPerSlot else { return }
        if let oldest = self.oldest(.kept) { self.visitors[oldest.id] = nil }
    }

    private func oldest(_ standing: Visitor.Standing) -> Visitor? {
        self.visitors.values.lazy.filter { $0.standing == standing }.min { left, right in
            (left.lastSeen, left.id) < (right.lastSeen, right.id)
        }
    }

    func encode(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(self.visitors.count))
        for id in self.visitors.keys.sorted() { self.visitors[id]?.encode(to: &writer) }
        writer.writeVarint(UInt64(self.strangers.count))
        for id in self.strangers {
            writer.write(id.high)
            writer.write(id.low)
        }
    }

    init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        for _ in 0..<(try reader.readVarint()) {
            let visitor = try Visitor(decoding: &reader)
            self.visitors[visitor.id] = visitor
            if visitor.standing == .tied { self.tied += 1 }
        }
        for _ in 0..<(try reader.readVarint()) {
            let high: UInt64 = try reader.readWord()
            self.strangers.append(VisitorID(high: high, low: try reader.readWord()))
        }
    }
}

extension Visitor {
    /// What room a visitor takes up.
    fileprivate enum Standing: Equatable {
        /// Never seen twice.
        case stranger
        /// Came back, and nobody knows them.
        case kept
        /// Tied to a contact.
        case tied
    }

    fileprivate var standing: Standing { self.contact != nil ? .tied : self.isKept ? .kept : .stranger }
}
