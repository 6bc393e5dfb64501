import Domain

/// The slots a worker folds.
struct SlotShare: Sendable {
    /// The worker's number.
    let worker: Int
    private let workers: Int

    /// What one of so many workers folds.
    init(worker: Int, of workers: Int) {
        self.worker = worker
        self.workers = workers
    }

    /// Whether a slot is among them.
    func contains(_ slot: Slot) -> Bool { Int(slot.rawValue) % self.workers == self.worker }

    /// All of them.
    var slots: some Sequence<Slot> {
        stride(from: self.worker, to: Int(Limits.slotCount), by: self.workers).lazy.map { Slot(UInt16($0)) }
    }
}

/// The records of a block that a worker folds, known before they are folded: so that the visitors of those that come
/// next are brought into the caches meanwhile. Of a million visitors each lies where nobody has looked for long, and
/// waiting for memory was more than half of a fold.
struct BlockAgenda: Sendable {
    /// A record to fold.
    struct Item {
        let offset: UInt64
        let kind: RecordKind
        let slot: Slot
        /// Where its payload lies in the block.
        let payload: Range<Int>
        fileprivate let visitor: VisitorID?
    }

    /// What is to be folded, in order. Its room stays: some megabytes after the largest block.
    private(set) var items: [Item] = []

    /// How many records ahead the ways to a visitor are looked up, one after the other, because each is read where the
    /// one before it leads: the slot, how long its tables are, the tables, the visitor.
    private static let distance = (slot: 20, heads: 15, tables: 10, visitor: 5)

    /// Becomes the agenda of a block: the control records from `cursor` on, and those of a worker's slots.
    mutating func read(
        _ bytes: UnsafeRawBufferPointer,
        firstOffset: UInt64,
        from cursor: UInt64,
        _ share: SlotShare
    ) throws(ScorerFailure) {
        self.items.removeAll(keepingCapacity: true)
        var reader = ByteReader(bytes)
        var offset = firstOffset
        do throws(DecodingFailure) {
            while reader.remaining > 0 {
                let frame = try RecordFrame.read(from: &reader)
                if offset >= cursor, frame.kind.isControl || share.contains(frame.slot) {
                    let payload = UnsafeRawBufferPointer(rebasing: bytes[frame.payload])
                    let visitor = frame.kind == .event ? EventRecord.visitor(of: payload) : nil
                    self.items.append(
                        Item(
                            offset: offset,
                            kind: frame.kind,
                            slot: frame.slot,
                            payload: frame.payload,
                            visitor: visitor
                        )
                    )
                }
                offset += 1
            }
        } catch {
            throw .record(offset: offset, error)
        }
    }

    /// Has brought nearer what the records behind the one at an index need.
    func prefetch(behind index: Int, in store: ScoreStore) {
        if let (slot, _) = self.visitor(at: index + Self.distance.slot) { store.prefetch(slot) }
        if let (slot, _) = self.visitor(at: index + Self.distance.heads) {
            store.read(slot) { $0.prefetchHeads() }
        }
        if let (slot, id) = self.visitor(at: index + Self.distance.tables) {
            store.read(slot) { $0.prefetchTables(for: id) }
        }
        if let (slot, id) = self.visitor(at: index + Self.distance.visitor) {
            store.read(slot) { $0.prefetchVisitor(id) }
        }
    }

    private func visitor(at index: Int) -> (Slot, VisitorID)? {
        guard index < self.items.count, let visitor = self.items[index].visitor else { return nil }
        return (self.items[index].slot, visitor)
    }
}
