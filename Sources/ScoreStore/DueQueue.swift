package import Domain

/// Which contacts of a slot must be looked at, soonest first: a binary heap with lazy deletion.
///
/// Not part of a slot's bytes: it follows from the contacts and is built anew when a slot is loaded.
package struct DueQueue: Sendable {
    private var heap: [(time: Timestamp, contact: ContactID)] = []

    /// No notes.
    package init() {}

    /// How many notes it holds, stale ones included.
    package var count: Int { self.heap.count }

    /// The soonest note.
    package var first: (time: Timestamp, contact: ContactID)? { self.heap.first }

    /// Adds a note.
    package mutating func push(_ contact: ContactID, at time: Timestamp) {
        self.heap.append((time, contact))
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.isSooner(child, parent) else { return }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the soonest note if it is due.
    package mutating func pop(through time: Timestamp) -> (time: Timestamp, contact: ContactID)? {
        guard let first = self.heap.first, first.time <= time else { return nil }
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return first }
        self.heap[0] = last
        var parent = 0
        while true {
            var soonest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count {
                if self.isSooner(child, soonest) { soonest = child }
            }
            guard soonest != parent else { return first }
            self.heap.swapAt(parent, soonest)
            parent = soonest
        }
    }

    /// Forgets everything.
    package mutating func removeAll() { self.heap.removeAll(keepingCapacity: true) }

    // Ties are broken by contact, so that the order of folding never depends on the order of insertion.
    private func isSooner(_ left: Int, _ right: Int) -> Bool {
        (self.heap[left].time, self.heap[left].contact) < (self.heap[right].time, self.heap[right].contact)
    }
}
