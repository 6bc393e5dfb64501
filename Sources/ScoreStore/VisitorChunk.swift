import Domain

/// A few kibibytes of packed visitors: see ``PackedVisitors``.
struct VisitorChunk: Sendable {
    /// An entry, valid while the chunk is read.
    struct Entry {
        let id: VisitorID
        let isFree: Bool
        /// Bytes its visitor may have.
        let room: Int
        let bytes: UnsafeRawBufferPointer
    }

    /// Bytes of a chunk, with what the array and the allocator put in front of them a page.
    static let capacity = 4_096 - 48
    private static let headerBytes = 20
    private static let freeMark: UInt16 = 0xffff

    private var memory: [UInt8]
    /// Bytes of entries that are not free.
    private var live = Bytes(0)
    private var used = Bytes(0)

    /// A number of bytes in a chunk: with two of these a chunk is told by 16 bytes.
    private typealias Bytes = Int32

    /// An empty chunk that has its memory already, as far as it is said.
    init(reserving bytes: Int = 0) { self.memory = Array(repeating: 0, count: bytes) }

    /// Where the next entry begins.
    var end: Int { Int(self.used) }

    // MARK: Reading

    /// Whether the entry at a place is a visitor's.
    func holds(_ id: VisitorID, at place: Int) -> Bool {
        let found = self.id(at: place)
        return found.high == id.high && found.low == id.low
    }

    /// The visitor of the entry at a place.
    func id(at place: Int) -> VisitorID { self.memory.withUnsafeBytes { Self.id(at: place, in: $0) } }

    /// Calls `body` with the entry at a place.
    func withEntry<Result>(at place: Int, _ body: (Entry) -> Result) -> Result {
        self.memory.withUnsafeBytes { body(Self.entry(at: place, in: $0)) }
    }

    /// Calls `body` with every entry that is not free, and its place.
    func forEachEntry(_ body: (Int, Entry) -> Void) {
        self.memory.withUnsafeBytes { memory in
            var place = 0
            while place < self.end {
                let entry = Self.entry(at: place, in: memory)
                if !entry.isFree { body(place, entry) }
                place += Self.headerBytes + entry.room
            }
        }
    }

    /// Has the entry at a place of a chunk's array brought into the caches, but for what few visitors have, and the line
    /// with the array's count of references.
    static func prefetch(_ array: UnsafeRawPointer?, _ place: Int) {
        bringNearer(array, count: 1)
        bringNearer(array?.advanced(by: arrayHeaderBytes + place), count: 256)
    }

    private static func entry(at place: Int, in memory: UnsafeRawBufferPointer) -> Entry {
        let used = memory.loadUnaligned(fromByteOffset: place + 16, as: UInt16.self)
        let start = place + Self.headerBytes
        let isFree = used == Self.freeMark
        return Entry(
            id: Self.id(at: place, in: memory),
            isFree: isFree,
            room: Int(memory.loadUnaligned(fromByteOffset: place + 18, as: UInt16.self)),
            bytes: UnsafeRawBufferPointer(rebasing: memory[start..<start + (isFree ? 0 : Int(used))])
        )
    }

    private static func id(at place: Int, in memory: UnsafeRawBufferPointer) -> VisitorID {
        VisitorID(
            high: memory.loadUnaligned(fromByteOffset: place, as: UInt64.self),
            low: memory.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self)
        )
    }

    // MARK: Writing

    // A little more than there are, for them to grow. Entries begin at multiples of 8, so that a table may count in them.
    private static func entryBytes(_ count: Int) -> Int { (Self.headerBytes + count + count / 4 + 7) & ~7 }

    /// Puts other bytes into an entry that has room for them.
    mutating func write(_ bytes: [UInt8], at place: Int) {
        self.memory.withUnsafeMutableBytes { memory in
            memory.storeBytes(of: UInt16(bytes.count), toByteOffset: place + 16, as: UInt16.self)
            bytes.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: memory[(place + Self.headerBytes)...]).copyMemory(from: source)
            }
        }
    }

    /// Appends an entry, for which there is room; returns its place.
    mutating func append(_ id: VisitorID, _ bytes: [UInt8]) -> Int {
        let place = self.end
        let whole = Self.entryBytes(bytes.count)
        if place + whole > self.memory.count {
            let room = min(Self.capacity, max(place + whole, 2 * place))
            self.memory.reserveCapacity(room)
            self.memory.append(contentsOf: repeatElement(0, count: room - self.memory.count))
        }
        self.memory.withUnsafeMutableBytes { memory in
            memory.storeBytes(of: id.high, toByteOffset: place, as: UInt64.self)
            memory.storeBytes(of: id.low, toByteOffset: place + 8, as: UInt64.self)
            memory.storeBytes(of: UInt16(whole - Self.headerBytes), toByteOffset: place + 18, as: UInt16.self)
        }
        self.live += Bytes(whole)
        self.used += Bytes(whole)
        self.write(bytes, at: place)
        return place
    }

    /// Frees the entry at a place.
    mutating func release(at place: Int) {
        self.memory.withUnsafeMutableBytes { memory in
            let room = Self.entry(at: place, in: UnsafeRawBufferPointer(memory)).room
            self.live -= Bytes(Self.headerBytes + room)
            memory.storeBytes(of: Self.freeMark, toByteOffset: place + 16, as: UInt16.self)
        }
    }

    // MARK: Room

    /// Bytes that no visitor has.
    var free: Int { Self.capacity - Int(self.live) }

    /// Whether an entry for so many bytes can be appended.
    func hasRoom(for bytes: Int) -> Bool { self.end + Self.entryBytes(bytes) <= Self.capacity }

    /// Whether squeezing makes room for so many bytes, and enough more that it need not be done again soon.
    func isWorthSqueezing(for bytes: Int) -> Bool { self.free >= max(Self.entryBytes(bytes), Self.capacity / 4) }

    /// Moves entries together. Calls `moved` with each visitor, from where and to where.
    mutating func squeeze(_ moved: (VisitorID, Int, Int) -> Void) {
        let all = self.end
        let end = self.memory.withUnsafeMutableBytes { memory in
            var place = 0
            var end = 0
            while place < all {
                let entry = Self.entry(at: place, in: UnsafeRawBufferPointer(memory))
                let next = place + Self.headerBytes + entry.room
                if !entry.isFree {
                    if place != end {
                        moved(entry.id, place, end)
                        UnsafeMutableRawBufferPointer(rebasing: memory[end...])
                            .copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[place..<next]))
                    }
                    end += next - place
                }
                place = next
            }
            return end
        }
        self.used = Bytes(end)
    }
}
