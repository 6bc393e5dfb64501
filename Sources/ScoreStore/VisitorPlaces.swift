import Domain

/// Where visitors are kept, by their ids: open addressing with linear probing, four bytes a place.
///
/// A word is the place in its lower 24 bits, 0 for none, and 8 bits of the id's hash above them: so that a look-up reads
/// the one entry it looks for and, but for one in 256, no other on its way. Each would be a miss of the caches.
struct VisitorPlaces: Sendable {
    /// Where an entry begins.
    struct Place: Equatable {
        /// The number of its chunk. One is added only when every other is mostly in use, so that there are as many as the
        /// slot's visitors once needed: far fewer than 2¹⁵.
        let chunk: Int
        /// The first of its bytes there, a multiple of 8; below 4,096.
        let offset: Int

        /// A place.
        init(chunk: Int, offset: Int) {
            self.chunk = chunk
            self.offset = offset
        }

        fileprivate init(_ word: UInt32) {
            let number = Int(word & 0xff_ffff) - 1
            self.init(chunk: number >> 9, offset: (number & 0x1ff) << 3)
        }

        fileprivate var number: UInt32 {
            let number = self.chunk << 9 + self.offset >> 3 + 1
            precondition(number < 1 << 24, "a slot's visitors are bounded by its limits")
            return UInt32(number)
        }
    }

    private var words: [UInt32] = []

    /// How many places it holds.
    private(set) var count = 0

    /// Whether it must grow before another place is put in.
    var isFull: Bool { (self.count + 1) * 4 > self.words.count * 3 }

    /// The place at an index that a search found. Setting it is for an entry that moved.
    subscript(index: Int) -> Place {
        get { Place(self.words[index]) }
        set { self.words[index] = self.words[index] & 0xff00_0000 | newValue.number }
    }

    /// A search for the place of an id.
    struct Probe {
        /// Where in the table it is.
        fileprivate(set) var index: Int
        fileprivate let tag: UInt32
        fileprivate let mask: Int

        /// Goes on behind a place that was another's.
        mutating func advance() { self.index = (self.index + 1) & self.mask }
    }

    /// Begins a search.
    func probe(_ id: VisitorID) -> Probe {
        let hash = self.hash(id)
        return Probe(index: hash.home, tag: hash.tag, mask: self.words.count - 1)
    }

    /// The next place that may be the id's, and most likely is; nil if there is none.
    @inline(__always)
    func place(_ probe: inout Probe) -> Place? {
        guard !self.words.isEmpty else { return nil }
        while self.words[probe.index] != 0 {
            if self.words[probe.index] & 0xff00_0000 == probe.tag { return Place(self.words[probe.index]) }
            probe.advance()
        }
        return nil
    }

    /// Has brought into the caches how long the table is.
    func prefetchHead() { bringHeadNearer(of: self.words) }

    /// Has brought into the caches where the place of an id is noted.
    func prefetch(_ id: VisitorID) {
        guard !self.words.isEmpty else { return }
        let home = self.hash(id).home
        self.words.withUnsafeBufferPointer { words in
            bringNearer(words.baseAddress?.advanced(by: home), count: MemoryLayout<UInt32>.size)
        }
    }

    /// Puts in the place of an id that is not there, if it is not full.
    mutating func insert(_ id: VisitorID, at place: Place) {
        let hash = self.hash(id)
        var index = hash.home
        while self.words[index] != 0 { index = (index + 1) & (self.words.count - 1) }
        self.words[index] = hash.tag | place.number
        self.count += 1
    }

    /// Notes that the entry of an id moved.
    mutating func move(_ id: VisitorID, from old: Place, to new: Place) {
        var probe = self.probe(id)
        while let place = self.place(&probe) {
            guard place != old else {
                self[probe.index] = new
                return
            }
            probe.advance()
        }
        preconditionFailure("what moves was there")
    }

    /// Becomes an empty table of twice the size.
    mutating func grow() {
        self.words = [UInt32](repeating: 0, count: max(8, self.words.count * 2))
        self.count = 0
    }

    /// Takes out the place at an index and moves back those behind it that would no longer be found (Knuth, vol. 3,
    /// 6.4, algorithm R). `id` says whose an entry is.
    mutating func remove(at index: Int, _ id: (Place) -> VisitorID) {
        let mask = self.words.count - 1
        var hole = index
        var next = index
        self.count -= 1
        while true {
            self.words[hole] = 0
            repeat {
                next = (next + 1) & mask
                guard self.words[next] != 0 else { return }
            } while Self.isBetween(hole, self.hash(id(Place(self.words[next]))).home, next)
            self.words[hole] = self.words[next]
            hole = next
        }
    }

    /// Whether, going round the table, `home` lies behind `hole` and not behind `index`.
    private static func isBetween(_ hole: Int, _ home: Int, _ index: Int) -> Bool {
        hole <= index ? hole < home && home <= index : hole < home || home <= index
    }

    // MARK: Hashing

    private func hash(_ id: VisitorID) -> (home: Int, tag: UInt32) {
        let hash = Self.hash(id)
        return (Int(hash >> 32) & (self.words.count - 1), UInt32(truncatingIfNeeded: hash >> 24) & 0xff00_0000)
    }

    /// Ids may be made up by whoever sends them. So the hash is keyed anew in each process, that nobody can aim at one
    /// place of a table: the vector multiply-shift scheme (Thorup, "High speed hashing for integers and strings",
    /// 2015), whose upper 32 bits are strongly universal.
    private static func hash(_ id: VisitorID) -> UInt64 {
        let keys = Self.keys
        return keys.4 &+ keys.0 &* (id.high >> 32) &+ keys.1 &* (id.high & 0xffff_ffff)
            &+ keys.2 &* (id.low >> 32) &+ keys.3 &* (id.low & 0xffff_ffff)
    }

    // From the standard library's seed, so that a process that is told to hash the same way every time does.
    private static let keys = (Self.key(0), Self.key(1), Self.key(2), Self.key(3), Self.key(4))

    private static func key(_ number: Int) -> UInt64 { UInt64(bitPattern: Int64(number.hashValue)) }
}
