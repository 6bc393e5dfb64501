package import Domain

/// The visitors of a slot, within fixed room.
///
/// A visitor whose cookie came back once is kept, the one seen longest ago making way; those never seen twice share a
/// fixed fifth of the slot, first in, first out. So a flood of made-up visitors displaces only other strangers.
package struct VisitorTable: Equatable, Sendable {
    private var visitors: [VisitorID: Visitor] = [:]
    /// Those never seen twice, oldest first.
    private var strangers: [VisitorID] = []

    /// No visitors.
    package init() {}

    /// How many there are.
    package var count: Int { self.visitors.count }

    /// One of them.
    package subscript(id: VisitorID) -> Visitor? { self.visitors[id] }

    /// Puts a visitor in, new or changed. A stranger becomes a kept visitor when its `isKept` is set.
    package mutating func put(_ visitor: Visitor) {
        let old = self.visitors.updateValue(visitor, forKey: visitor.id)
        switch (old, visitor.isKept) {
        case (nil, false):
            self.strangers.append(visitor.id)
            if self.strangers.count > Limits.onceSeenVisitorsPerSlot {
                self.visitors[self.strangers.removeFirst()] = nil
            }
        case (nil, true):
            self.makeRoom()
        case (.some(let old), true) where !old.isKept:
            self.strangers.removeAll { $0 == visitor.id }
            self.makeRoom()
        case (.some, _):
            break
        }
    }

    /// Takes a visitor out.
    package mutating func remove(_ id: VisitorID) -> Visitor? {
        guard let visitor = self.visitors.removeValue(forKey: id) else { return nil }
        if !visitor.isKept { self.strangers.removeAll { $0 == id } }
        return visitor
    }

    private mutating func makeRoom() {
        let kept = self.visitors.count - self.strangers.count
        guard kept > Limits.visitorsPerSlot - Limits.onceSeenVisitorsPerSlot else { return }
        let oldest = self.visitors.values.lazy.filter(\.isKept).min { left, right in
            (left.lastSeen, left.id) < (right.lastSeen, right.id)
        }
        if let oldest { self.visitors[oldest.id] = nil }
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
        }
        for _ in 0..<(try reader.readVarint()) {
            let high: UInt64 = try reader.readWord()
            self.strangers.append(VisitorID(high: high, low: try reader.readWord()))
        }
    }
}
