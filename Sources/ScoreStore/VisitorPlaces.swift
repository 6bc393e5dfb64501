import Domain

/// Where visitors are kept, by their ids: open addressing with linear probing, four bytes a place.
///
/// A word is the place in its lower 24 bits, 0 for none, and 8 bits of the id's hash above them: so that a look-up reads
/// the one entry it looks for and, but for one in 256, no other on its way. Each would be a miss of the caches.
struct VisitorPlaces: Sendable {
    /// Where an entry begins.
    struct Place: Equatable {
        /// The number of its chunk: all but one have a visitor, so there are far fewer than 2¹⁵.
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

    /// The place at an index that ``index(of:_:)`` found. Setting it is for an entry that moved.
    subscript(index: Int) -> Place {
        get { Place(self.words[index]) }
        set { self.words[index] = self.words[index] & 0xff00_0000 | newValue.number }
    }

    /// Where an id's place is noted; `isThere` says whether an entry is this id's.
    func index(of id: VisitorID, _ isThere: (Place) -> Bool) -> Int? {
        guard !self.words.isEmpty else { return nil }
        let hash = self.hash(id)
        var index = hash.home
        while self.words[index] != 0 {
            if self.words[index] & 0xff00_0000 == hash.tag, isThere(Place(self.words[index])) { return index }
            index = (index + 1) & (self.words.count - 1)
        }
        return nil
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
        guard let index = self.index(of: id, { $0 == old }) else { preconditionFailure("what moves was there") }
        self[index] = new
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
    /// 2015), whose upper 32 bits are strongly universal, in a twentieth of the standard library's time.
    private static func hash(_ id: VisitorID) -> UInt64 {
        let keys = Self.keys
        return keys.4 &+ keys.0 &* (id.high >> 32) &+ keys.1 &* (id.high & 0xffff_ffff)
            &+ keys.2 &* (id.low >> 32) &+ keys.3 &* (id.low & 0xffff_ffff)
    }

    // From the standard library's seed, so that a process that is told to hash the same way every time does.
    private static let keys = (Self.key(0), Self.key(1), Self.key(2), Self.key(3), Self.key(4))

    private static func key(_ number: Int) -> UInt64 { UInt64(bitPattern: Int64(number.hashValue)) }
}
