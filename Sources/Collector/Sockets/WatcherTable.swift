/// Who watches a socket of a loop's.
protocol SocketWatcher: AnyObject {
    /// Something has changed. On the loop.
    func ready(_ readiness: Poller.Readiness)

    /// The loop ends. On the loop.
    func loopEnds()
}

/// Who watches what, by a key that is never given twice: what was told of a socket that has been closed since reaches
/// nobody, also when another socket has taken its place.
struct WatcherTable {
    private struct Place {
        var generation: UInt32 = 0
        var watcher: (any SocketWatcher)?
    }

    private var places: [Place] = []
    private var free: [Int] = []

    /// Gives a watcher its key.
    mutating func add(_ watcher: any SocketWatcher) -> UInt64 {
        let index: Int
        if let last = self.free.popLast() {
            index = last
        } else {
            index = self.places.count
            self.places.append(Place())
        }
        self.places[index].watcher = watcher
        return UInt64(self.places[index].generation) << 32 | UInt64(index)
    }

    /// Takes back a key that was given.
    mutating func remove(_ key: UInt64) {
        let index = Int(truncatingIfNeeded: key & 0xffff_ffff)
        guard self[key] != nil else { return }
        self.places[index].watcher = nil
        self.places[index].generation &+= 1
        self.free.append(index)
    }

    /// Who has a key, if anyone still has it.
    subscript(key: UInt64) -> (any SocketWatcher)? {
        let index = Int(truncatingIfNeeded: key & 0xffff_ffff)
        guard index < self.places.count, self.places[index].generation == UInt32(truncatingIfNeeded: key >> 32) else {
            return nil
        }
        return self.places[index].watcher
    }

    /// Everyone who watches.
    var all: [any SocketWatcher] { self.places.compactMap(\.watcher) }
}
