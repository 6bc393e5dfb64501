import Domain

/// The packed bytes of visitors, found by their ids: entries in chunks of memory, and a table of where they begin.
///
///     entry:  u64 id.high, u64 id.low, u16 bytes used (0xffff: free), u16 bytes there are, bytes
///
/// An array of its own for each of a million strangers would cost as much again as what it holds, and events would
/// spend their time in the allocator. What grows out of its entry moves to the chunk that is being filled; when that is
/// full, the chunk of which the most is free is squeezed and filled next, or a new one, if none is free enough. Where an
/// entry lies is nobody's business: nothing depends on it.
struct PackedVisitors: Sendable {
    /// The most bytes of one visitor, far above what their limits allow: an entry of them fits in a chunk.
    static let mostBytes = 3_200

    private var chunks: [VisitorChunk] = []
    /// The chunk that is being filled.
    private var open = 0
    private var table = VisitorPlaces()

    /// How many visitors there are.
    var count: Int { self.table.count }

    // MARK: Reading

    /// Calls `body` with the bytes of a visitor; nil if there is none.
    @discardableResult
    func withBytes<Result>(of id: VisitorID, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        guard let index = self.index(of: id) else { return nil }
        let place = self.table[index]
        return self.chunks[place.chunk].withEntry(at: place.offset) { body($0.bytes) }
    }

    /// Has brought into the caches how long the tables are.
    func prefetchHeads() {
        self.table.prefetchHead()
        bringHeadNearer(of: self.chunks)
    }

    /// Has brought into the caches what leads to a visitor.
    func prefetchTables(for id: VisitorID) {
        self.table.prefetch(id)
        self.chunks.withUnsafeBytes { bringNearer($0.baseAddress, count: $0.count) }
    }

    /// Has what there is of a visitor brought into the caches.
    func prefetch(_ id: VisitorID) {
        // Whose tag is the same is most likely the same, and looking would be the wait this is to spare.
        var probe = self.table.probe(id)
        guard let place = self.table.place(&probe) else { return }
        VisitorChunk.prefetch(self.memory(ofChunk: place.chunk), place.offset)
        // Who grows out of their entry moves behind the last one.
        VisitorChunk.prefetch(self.memory(ofChunk: self.open), self.chunks[self.open].end)
    }

    /// A chunk's array, as an address: to count a reference to it would wait for the very memory that hints ask for.
    private func memory(ofChunk number: Int) -> UnsafeRawPointer? {
        let array = self.chunks.withUnsafeBytes { chunks in
            chunks.load(fromByteOffset: number * MemoryLayout<VisitorChunk>.stride, as: UInt.self)
        }
        return UnsafeRawPointer(bitPattern: array)
    }

    /// Calls `body` with every visitor, in no particular order.
    func forEachVisitor(_ body: (VisitorID, UnsafeRawBufferPointer) -> Void) {
        for chunk in self.chunks { chunk.forEachEntry { _, entry in body(entry.id, entry.bytes) } }
    }

    /// Where in the table the place of a visitor is noted; nil if there is none.
    private func index(of id: VisitorID) -> Int? {
        var probe = self.table.probe(id)
        while let place = self.table.place(&probe) {
            if self.chunks[place.chunk].holds(id, at: place.offset) { return probe.index }
            probe.advance()
        }
        return nil
    }

    // MARK: Writing

    /// Puts bytes, at most ``mostBytes``, in place of those there were, with which it calls `body` first; nil if there
    /// were none.
    @discardableResult
    mutating func set<Result>(
        _ id: VisitorID,
        _ bytes: [UInt8],
        replacing body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        guard let index = self.index(of: id) else {
            if self.table.isFull { self.growTable() }
            self.table.insert(id, at: self.append(id, bytes))
            return nil
        }
        let place = self.table[index]
        let old = self.chunks[place.chunk].withEntry(at: place.offset) { (room: $0.room, result: body($0.bytes)) }
        if bytes.count <= old.room {
            self.chunks[place.chunk].write(bytes, at: place.offset)
        } else {
            self.chunks[place.chunk].release(at: place.offset)
            self.table[index] = self.append(id, bytes)
        }
        return old.result
    }

    /// Takes a visitor out; nothing if there is none.
    mutating func remove(_ id: VisitorID) {
        guard let index = self.index(of: id) else { return }
        let place = self.table[index]
        self.chunks[place.chunk].release(at: place.offset)
        self.table.remove(at: index) { [chunks] in chunks[$0.chunk].id(at: $0.offset) }
    }

    private mutating func append(_ id: VisitorID, _ bytes: [UInt8]) -> VisitorPlaces.Place {
        precondition(bytes.count <= Self.mostBytes, "a packed visitor is bounded by its limits")
        if self.chunks.isEmpty || !self.chunks[self.open].hasRoom(for: bytes.count) {
            self.openAnother(for: bytes.count)
        }
        return VisitorPlaces.Place(chunk: self.open, offset: self.chunks[self.open].append(id, bytes))
    }

    // MARK: Room

    private mutating func openAnother(for bytes: Int) {
        let loosest = self.chunks.indices.max { self.chunks[$0].free < self.chunks[$1].free }
        guard let loosest, self.chunks[loosest].isWorthSqueezing(for: bytes) else {
            self.open = self.chunks.count
            // The first begins small: most slots of a small site have a visitor or two.
            self.chunks.append(self.chunks.isEmpty ? VisitorChunk() : VisitorChunk(reserving: VisitorChunk.capacity))
            return
        }
        self.open = loosest
        var chunk = VisitorChunk()
        swap(&chunk, &self.chunks[loosest])
        chunk.squeeze { id, old, new in
            self.table.move(
                id,
                from: VisitorPlaces.Place(chunk: loosest, offset: old),
                to: VisitorPlaces.Place(chunk: loosest, offset: new)
            )
        }
        swap(&chunk, &self.chunks[loosest])
    }

    private mutating func growTable() {
        self.table.grow()
        for (number, chunk) in self.chunks.enumerated() {
            chunk.forEachEntry { offset, entry in
                self.table.insert(entry.id, at: VisitorPlaces.Place(chunk: number, offset: offset))
            }
        }
    }
}
