import Domain

/// The packed bytes of visitors, found by their ids, in two pieces of memory: a heap of entries and a table of where
/// they begin.
///
///     entry:  u64 id.high, u64 id.low, u16 bytes used (0xffff: free), u16 bytes there are, bytes
///
/// An array of its own for each of a million strangers would cost as much again as what it holds, and events would
/// spend their time in the allocator. What grows out of its entry moves to the end; free entries are squeezed out when they
/// are a quarter of the heap. Where an entry lies is nobody's business: nothing depends on it.
struct PackedVisitors: Sendable {
    private static let headerBytes = 20
    private static let free: UInt16 = 0xffff

    /// The most bytes of one visitor, far above what their limits allow.
    static let mostBytes = 32_767

    private var heap: [UInt8] = []
    /// Open addressing, linear probing: the entry's place in units of 8 bytes, plus 1; 0 is empty.
    private var table: [UInt32] = []
    private var freed = 0

    /// How many visitors there are.
    private(set) var count = 0

    // MARK: Reading

    /// Calls `body` with the bytes of a visitor; nil if there is none.
    @discardableResult
    func withBytes<Result>(of id: VisitorID, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        self.withEntry(of: id) { _, entry in body(entry.bytes) }
    }

    private func withEntry<Result>(of id: VisitorID, _ body: (Int, Entry) -> Result) -> Result? {
        self.heap.withUnsafeBytes { heap in
            let place = self.table.withUnsafeBufferPointer { Self.place(of: id, in: heap, $0) }
            return place.map { body($0, Self.entry(at: $0, in: heap)) }
        }
    }

    /// Calls `body` with every visitor, in no particular order.
    func forEachVisitor(_ body: (VisitorID, UnsafeRawBufferPointer) -> Void) {
        self.heap.withUnsafeBytes { heap in
            var place = 0
            while place < heap.count {
                let entry = Self.entry(at: place, in: heap)
                if entry.used != Self.free { body(entry.id, entry.bytes) }
                place += Self.headerBytes + entry.room
            }
        }
    }

    private struct Entry {
        let id: VisitorID
        let used: UInt16
        let room: Int
        let bytes: UnsafeRawBufferPointer
    }

    private static func entry(at place: Int, in heap: UnsafeRawBufferPointer) -> Entry {
        let used = heap.loadUnaligned(fromByteOffset: place + 16, as: UInt16.self)
        let start = place + Self.headerBytes
        return Entry(
            id: Self.id(at: place, in: heap),
            used: used,
            room: Int(heap.loadUnaligned(fromByteOffset: place + 18, as: UInt16.self)),
            bytes: UnsafeRawBufferPointer(rebasing: heap[start..<start + (used == Self.free ? 0 : Int(used))])
        )
    }

    private static func id(at place: Int, in heap: UnsafeRawBufferPointer) -> VisitorID {
        VisitorID(
            high: heap.loadUnaligned(fromByteOffset: place, as: UInt64.self),
            low: heap.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self)
        )
    }

    private static func place(
        of id: VisitorID,
        in heap: UnsafeRawBufferPointer,
        _ table: UnsafeBufferPointer<UInt32>
    ) -> Int? {
        guard !table.isEmpty else { return nil }
        let mask = table.count - 1
        var slot = self.home(of: id, mask: mask)
        while table[slot] != 0 {
            let place = self.place(table[slot])
            if self.id(at: place, in: heap) == id { return place }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private static func place(_ number: UInt32) -> Int { Int(number - 1) * 8 }

    // Ids may be made up by whoever sends them: the standard library's hash is keyed anew in each process, so that
    // nobody can aim at one place of a table.
    private static func home(of id: VisitorID, mask: Int) -> Int { id.hashValue & mask }

    // MARK: Writing

    /// Puts bytes, at most ``mostBytes``, in place of those there were, with which it calls `body` first; nil if there
    /// were none.
    @discardableResult
    mutating func set<Result>(
        _ id: VisitorID,
        _ bytes: [UInt8],
        replacing body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        let old = self.withEntry(of: id) { place, entry in
            (place: place, room: entry.room, result: body(entry.bytes))
        }
        if let old {
            if bytes.count <= old.room {
                self.write(bytes, at: old.place)
                return old.result
            }
            self.remove(id)
        }
        if (self.count + 1) * 4 > self.table.count * 3 { self.growTable() }
        let number = self.append(id, bytes)
        self.table[self.emptySlot(for: id)] = number
        self.count += 1
        return old?.result
    }

    /// Takes a visitor out; nothing if there is none.
    mutating func remove(_ id: VisitorID) {
        guard let place = self.withEntry(of: id, { place, _ in place }) else { return }
        self.close(self.slot(of: id))
        self.release(place)
        self.count -= 1
    }

    private mutating func write(_ bytes: [UInt8], at place: Int) {
        self.heap.withUnsafeMutableBytes { heap in
            heap.storeBytes(of: UInt16(bytes.count), toByteOffset: place + 16, as: UInt16.self)
            bytes.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: heap[(place + Self.headerBytes)...]).copyMemory(from: source)
            }
        }
    }

    private mutating func release(_ place: Int) {
        self.heap.withUnsafeMutableBytes { heap in
            heap.storeBytes(of: Self.free, toByteOffset: place + 16, as: UInt16.self)
            self.freed += Self.headerBytes + Int(heap.loadUnaligned(fromByteOffset: place + 18, as: UInt16.self))
        }
    }

    /// Appends an entry with a little room to grow; returns its number for the table.
    private mutating func append(_ id: VisitorID, _ bytes: [UInt8]) -> UInt32 {
        precondition(bytes.count <= Self.mostBytes, "a packed visitor is bounded by its limits")
        // Entries begin at multiples of 8, so that the table may count in them.
        let whole = (Self.headerBytes + bytes.count + bytes.count / 8 + 7) & ~7
        self.makeRoom(for: whole)
        let place = self.heap.count
        self.heap.append(contentsOf: repeatElement(0, count: whole))
        self.heap.withUnsafeMutableBytes { heap in
            heap.storeBytes(of: id.high, toByteOffset: place, as: UInt64.self)
            heap.storeBytes(of: id.low, toByteOffset: place + 8, as: UInt64.self)
            heap.storeBytes(of: UInt16(whole - Self.headerBytes), toByteOffset: place + 18, as: UInt16.self)
        }
        self.write(bytes, at: place)
        return UInt32(place / 8 + 1)
    }

    // MARK: Room

    private mutating func makeRoom(for bytes: Int) {
        guard self.heap.count + bytes > self.heap.capacity else { return }
        if self.freed * 4 >= self.heap.count {
            self.squeeze(roomFor: bytes)
        } else {
            // By an eighth: an array that doubles would on average keep a quarter of its room empty.
            self.heap.reserveCapacity(self.heap.count + self.heap.count / 8 + bytes)
        }
    }

    /// Copies what is not free, and renews the table.
    private mutating func squeeze(roomFor bytes: Int) {
        let live = self.heap.count - self.freed
        var heap: [UInt8] = []
        heap.reserveCapacity(live + live / 8 + bytes)
        self.heap.withUnsafeBytes { old in
            var place = 0
            while place < old.count {
                let entry = Self.entry(at: place, in: old)
                let end = place + Self.headerBytes + entry.room
                if entry.used != Self.free { heap.append(contentsOf: old[place..<end]) }
                place = end
            }
        }
        self.heap = heap
        self.freed = 0
        self.fillTable(count: self.table.count)
    }

    private mutating func growTable() { self.fillTable(count: max(8, self.table.count * 2)) }

    private mutating func fillTable(count: Int) {
        var table = [UInt32](repeating: 0, count: count)
        self.heap.withUnsafeBytes { heap in
            var place = 0
            while place < heap.count {
                let entry = Self.entry(at: place, in: heap)
                if entry.used != Self.free {
                    var slot = Self.home(of: entry.id, mask: count - 1)
                    while table[slot] != 0 { slot = (slot + 1) & (count - 1) }
                    table[slot] = UInt32(place / 8 + 1)
                }
                place += Self.headerBytes + entry.room
            }
        }
        self.table = table
    }

    private func emptySlot(for id: VisitorID) -> Int {
        let mask = self.table.count - 1
        var slot = Self.home(of: id, mask: mask)
        while self.table[slot] != 0 { slot = (slot + 1) & mask }
        return slot
    }

    private func slot(of id: VisitorID) -> Int {
        self.heap.withUnsafeBytes { heap in
            let mask = self.table.count - 1
            var slot = Self.home(of: id, mask: mask)
            while Self.id(at: Self.place(self.table[slot]), in: heap) != id { slot = (slot + 1) & mask }
            return slot
        }
    }

    /// Empties a slot and moves back those behind it that would no longer be found (Knuth, vol. 3, 6.4, algorithm R).
    private mutating func close(_ slot: Int) {
        let mask = self.table.count - 1
        var hole = slot
        var next = slot
        while true {
            self.table[hole] = 0
            repeat {
                next = (next + 1) & mask
                guard self.table[next] != 0 else { return }
            } while self.isBetween(hole, self.homeOfEntry(in: next), next)
            self.table[hole] = self.table[next]
            hole = next
        }
    }

    private func homeOfEntry(in slot: Int) -> Int {
        self.heap.withUnsafeBytes { heap in
            Self.home(of: Self.id(at: Self.place(self.table[slot]), in: heap), mask: self.table.count - 1)
        }
    }

    /// Whether, going round the table, `home` lies behind `hole` and not behind `slot`.
    private func isBetween(_ hole: Int, _ home: Int, _ slot: Int) -> Bool {
        hole <= slot ? hole < home && home <= slot : hole < home || home <= slot
    }
}
