import Domain
import Synchronization

/// A simulated directory that fails as told.
///
/// What it can do to the log, and what the log promises then:
/// - ``crash()``: a power cut. Loses any part of what was not synced, tears the last write, undoes directory changes
///   in any combination. Survived: everything acknowledged is there.
/// - ``crash(after:)``: the same in the middle of the n-th operation. Survived.
/// - ``restart()``: the process dies, the machine does not. Survived.
/// - ``failSync()``: a sync fails, and from then on the cache shows bytes that will never reach the disk.
///   Survived: the log stops, and the next opening writes what it reads anew.
/// - ``writesShort``: writes take a part only. Not noticed.
/// - ``freeSpace``, ``runOut(for:)``: space ends, or ends for a while. Survived: events are refused first, nothing is lost.
/// - ``flipBit(of:at:bit:)``, ``truncate(_:to:)``: stored bytes change. Refused, except in the last block, which then
///   counts as never written.
package final class FaultyStorage: LogStorage {
    static let sectorBytes = 512

    /// A file, whatever its names.
    struct Node {
        var cached: [UInt8] = []
        var stored: [UInt8] = []
        var dirty: Set<Int> = []
    }

    enum Change {
        case create(String, Int)
        case rename(String, String)
        case remove(String)
    }

    struct World {
        var random: SeededRandom
        var nodes: [Int: Node] = [:]
        var names: [String: Int] = [:]
        var storedNames: [String: Int] = [:]
        var changes: [Change] = []
        var nextNode = 0
        /// Raised by a crash or restart: what was open before is of a dead process.
        var life = 0
        var isLocked = false
        var isDown = false
        var operations = 0
        var crashPoint: Int?
        var failingSyncs = 0
        var freeSpace = Int.max / 2
        /// How many more times there is no free space.
        var shortages = 0
        var writesShort = false
    }

    let world: Mutex<World>

    /// An empty directory; `seed` decides what crashes leave.
    package init(seed: UInt64) { self.world = Mutex(World(random: SeededRandom(seed: seed))) }

    package let location = "simulated"

    /// Bytes that files may still grow.
    package var freeSpace: Int {
        get { self.world.withLock { $0.freeSpace } }
        set { self.world.withLock { $0.freeSpace = newValue } }
    }

    /// Lets others fill the disk until it was asked `count` times for its free space.
    package func runOut(for count: Int) { self.world.withLock { $0.shortages = count } }

    /// Whether writes of more than one byte stop short.
    package var writesShort: Bool {
        get { self.world.withLock { $0.writesShort } }
        set { self.world.withLock { $0.writesShort = newValue } }
    }

    /// Operations that could change something, so far.
    package var operations: Int { self.world.withLock { $0.operations } }

    /// Whether a crash point was reached: every operation fails until ``crash()`` or ``restart()``.
    package var isDown: Bool { self.world.withLock { $0.isDown } }

    /// Makes the machine stop in the middle of the `count`-th operation from now.
    package func crash(after count: Int) {
        self.world.withLock { $0.crashPoint = $0.operations + count }
    }

    /// Makes the next sync of a file fail.
    package func failSync() { self.world.withLock { $0.failingSyncs = 1 } }

    /// Cuts the power and starts the machine again.
    package func crash() {
        self.world.withLock { world in
            for key in world.nodes.keys.sorted() { world.tear(key) }
            for change in world.changes where Bool.random(using: &world.random) {
                change.apply(to: &world.storedNames)
            }
            world.names = world.storedNames
            world.changes = []
            world.start()
        }
    }

    /// Kills the process; what it wrote stays in the cache.
    package func restart() { self.world.withLock { $0.start() } }

    /// Inverts a bit, on disk and in the cache.
    package func flipBit(of name: String, at position: Int, bit: Int) {
        self.world.withLock { world in
            world.edit(name) { $0[position] ^= UInt8(1 << bit) }
        }
    }

    /// Inverts any bit of one of some files. Returns which; nil if they hold nothing.
    @discardableResult
    package func flipBit(among names: [String], using random: inout SeededRandom) -> String? {
        guard let name = names.randomElement(using: &random), let count = self.contents(of: name)?.count, count > 0
        else { return nil }
        let position = Int.random(in: 0..<count, using: &random)
        self.flipBit(of: name, at: position, bit: Int.random(in: 0..<8, using: &random))
        return name
    }

    /// Cuts a file, on disk and in the cache.
    package func truncate(_ name: String, to count: Int) {
        self.world.withLock { world in
            world.edit(name) { $0.removeLast(max(0, $0.count - count)) }
        }
    }

    /// What a file holds, as a process would read it; nil if there is none.
    package func contents(of name: String) -> [UInt8]? {
        self.world.withLock { world in world.names[name].flatMap { world.nodes[$0]?.cached } }
    }

    /// Puts a file there, durable at once.
    package func put(_ bytes: [UInt8], as name: String) {
        self.world.withLock { world in
            let node = world.add(Node(cached: bytes, stored: bytes))
            world.names[name] = node
            world.storedNames[name] = node
        }
    }

    /// A directory with the same files, all of them durable.
    package func copy(seed: UInt64) -> FaultyStorage {
        let copy = FaultyStorage(seed: seed)
        let files = self.world.withLock { world in world.names.mapValues { world.nodes[$0]?.cached ?? [] } }
        for (name, bytes) in files { copy.put(bytes, as: name) }
        return copy
    }
}

extension FaultyStorage.Change {
    func apply(to names: inout [String: Int]) {
        switch self {
        case .create(let name, let node): names[name] = node
        case .rename(let name, let newName):
            // Half of a rename that depends on a lost creation is lost with it.
            guard let node = names.removeValue(forKey: name) else { return }
            names[newName] = node
        case .remove(let name): names[name] = nil
        }
    }
}

extension FaultyStorage.World {
    mutating func start() {
        self.life += 1
        self.isLocked = false
        self.isDown = false
        self.crashPoint = nil
        self.failingSyncs = 0
    }

    mutating func add(_ node: FaultyStorage.Node) -> Int {
        self.nextNode += 1
        self.nodes[self.nextNode] = node
        return self.nextNode
    }

    /// Counts an operation. Returns false if the machine goes down with it; whether it took place is then open.
    mutating func operate() -> Bool {
        self.operations += 1
        if let point = self.crashPoint, self.operations >= point { self.isDown = true }
        return !self.isDown
    }

    mutating func change(_ change: FaultyStorage.Change) {
        change.apply(to: &self.names)
        self.changes.append(change)
    }

    mutating func edit(_ name: String, _ body: (inout [UInt8]) -> Void) {
        guard let key = self.names[name], var node = self.nodes.removeValue(forKey: key) else { return }
        body(&node.cached)
        node.stored = node.cached
        node.dirty = []
        self.nodes[key] = node
    }

    /// What a power cut leaves of a file: of the sectors written since the last sync any, and of the last of them
    /// perhaps a part.
    mutating func tear(_ key: Int) {
        guard var node = self.nodes[key] else { return }
        for sector in node.dirty.sorted() where Bool.random(using: &self.random) {
            let isLast = sector == node.dirty.max()
            let count = isLast ? Int.random(in: 0...FaultyStorage.sectorBytes, using: &self.random) : .max
            node.store(sector, bytes: count)
        }
        node.dirty = []
        node.cached = node.stored
        self.nodes[key] = node
    }
}

extension FaultyStorage.Node {
    /// Brings a sector to the disk, or its first bytes only.
    mutating func store(_ sector: Int, bytes: Int = .max) {
        let start = sector * FaultyStorage.sectorBytes
        let end = min(start + min(bytes, FaultyStorage.sectorBytes), self.cached.count)
        guard start < end else { return }
        if self.stored.count < end { self.stored += [UInt8](repeating: 0, count: end - self.stored.count) }
        self.cached.withUnsafeBytes { cached in
            self.stored.overwrite(at: start, with: UnsafeRawBufferPointer(rebasing: cached[start..<end]))
        }
    }
}

extension [UInt8] {
    /// Copies bytes over those at a position; all of them exist. By memory, because simulations write megabytes.
    mutating func overwrite(at position: Int, with bytes: UnsafeRawBufferPointer) {
        self.withUnsafeMutableBytes { own in
            UnsafeMutableRawBufferPointer(rebasing: own[position..<(position + bytes.count)]).copyMemory(from: bytes)
        }
    }
}
