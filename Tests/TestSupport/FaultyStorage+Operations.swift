package import Domain
import Synchronization

extension FaultyStorage {
    private static let down: Int32 = 5

    package func lock() throws(StorageFailure) {
        let isTaken = self.world.withLock { world in
            defer { world.isLocked = true }
            return world.isLocked
        }
        if isTaken { throw StorageFailure("lock", self.location, .locked) }
    }

    package func unlock() { self.world.withLock { $0.isLocked = false } }

    package func list() throws(StorageFailure) -> [String] {
        try self.world.withLock { (world) throws(StorageFailure) in
            guard !world.isDown else { throw StorageFailure("listing", self.location, .system(Self.down)) }
            return world.names.keys.sorted()
        }
    }

    package func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> any StorageFile {
        try self.world.withLock { (world) throws(StorageFailure) in
            guard !world.isDown else { throw StorageFailure("open", name, .system(Self.down)) }
            guard let node = world.names[name] else { throw StorageFailure("open", name, .notFound) }
            return FaultyFile(self, name, node: node, life: world.life)
        }
    }

    package func create(_ name: String) throws(StorageFailure) -> any StorageFile {
        try self.world.withLock { (world) throws(StorageFailure) in
            let goesOn = world.operate()
            guard goesOn || Bool.random(using: &world.random) else {
                throw StorageFailure("creation", name, .system(Self.down))
            }
            world.release(name)
            let node: Int
            if let existing = world.names[name] {
                // The same file under the same name, empty: no change of the directory.
                node = existing
                world.nodes[node]?.cached = []
            } else {
                node = world.add(Node())
                world.change(.create(name, node))
            }
            guard goesOn else { throw StorageFailure("creation", name, .system(Self.down)) }
            return FaultyFile(self, name, node: node, life: world.life)
        }
    }

    package func rename(_ name: String, to newName: String) throws(StorageFailure) {
        try self.change("rename", name) { world in
            world.release(newName)
            world.change(.rename(name, newName))
        }
    }

    package func remove(_ name: String) throws(StorageFailure) {
        try self.change("removal", name) { world in
            world.release(name)
            world.change(.remove(name))
        }
    }

    package func syncDirectory() throws(StorageFailure) {
        try self.world.withLock { (world) throws(StorageFailure) in
            let goesOn = world.operate()
            if goesOn || Bool.random(using: &world.random) {
                world.storedNames = world.names
                world.changes = []
            }
            guard goesOn else { throw StorageFailure("sync", self.location, .system(Self.down)) }
        }
    }

    package func freeBytes() throws(StorageFailure) -> UInt64 {
        self.world.withLock { world in
            guard world.shortages == 0 else {
                world.shortages -= 1
                return 0
            }
            return UInt64(max(0, world.freeSpace))
        }
    }

    private func change(
        _ operation: StaticName,
        _ name: String,
        _ body: (inout World) -> Void
    ) throws(StorageFailure) {
        try self.world.withLock { (world) throws(StorageFailure) in
            let goesOn = world.operate()
            guard world.names[name] != nil else { throw StorageFailure(operation, name, .notFound) }
            if goesOn || Bool.random(using: &world.random) { body(&world) }
            guard goesOn else { throw StorageFailure(operation, name, .system(Self.down)) }
        }
    }
}

extension FaultyStorage.World {
    /// Gives back the space of a file that loses its name.
    mutating func release(_ name: String) {
        guard let key = self.names[name], let node = self.nodes[key] else { return }
        self.freeSpace += node.cached.count
    }
}

/// An open file of a ``FaultyStorage``.
private final class FaultyFile: StorageFile {
    let name: String
    private let storage: FaultyStorage
    private let node: Int
    private let life: Int

    init(_ storage: FaultyStorage, _ name: String, node: Int, life: Int) {
        self.storage = storage
        self.name = name
        self.node = node
        self.life = life
    }

    func size() throws(StorageFailure) -> Int {
        try self.with("query") { (world, key) throws(StorageFailure) in world.nodes[key]?.cached.count ?? 0 }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(StorageFailure) -> Int {
        let bytes = try self.with("read") { (world, key) throws(StorageFailure) -> [UInt8] in
            let content = world.nodes[key]?.cached ?? []
            guard position < content.count else { return [] }
            return Array(content[position..<min(content.count, position + buffer.count)])
        }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(StorageFailure) -> Int {
        guard !bytes.isEmpty else { return 0 }
        return try self.with("write") { (world, key) throws(StorageFailure) in
            let goesOn = world.operate()
            let limit =
                world.writesShort || !goesOn ? Int.random(in: 1...bytes.count, using: &world.random) : bytes.count
            guard var node = world.nodes.removeValue(forKey: key) else {
                throw StorageFailure("write", self.name, .notFound)
            }
            defer { world.nodes[key] = node }
            let growth = max(0, position + limit - node.cached.count)
            guard growth <= world.freeSpace, growth == 0 || world.shortages == 0 else {
                throw StorageFailure("write", self.name, .noSpace)
            }
            world.freeSpace -= growth
            node.cached += [UInt8](repeating: 0, count: growth)
            node.cached.overwrite(at: position, with: UnsafeRawBufferPointer(rebasing: bytes[..<limit]))
            let sector = FaultyStorage.sectorBytes
            node.dirty.formUnion((position / sector)...((position + limit - 1) / sector))
            guard goesOn else { throw StorageFailure("write", self.name, .system(5)) }
            return limit
        }
    }

    func sync() throws(StorageFailure) {
        try self.with("sync") { (world, key) throws(StorageFailure) in
            let goesOn = world.operate()
            guard var node = world.nodes.removeValue(forKey: key) else {
                throw StorageFailure("sync", self.name, .notFound)
            }
            defer { world.nodes[key] = node }
            if goesOn, world.failingSyncs > 0 {
                // The kernel reports the error once and forgets what it could not write; the cache goes on to show it.
                world.failingSyncs -= 1
                node.dirty = []
                throw StorageFailure("sync", self.name, .system(5))
            }
            for sector in node.dirty.sorted() where goesOn || Bool.random(using: &world.random) { node.store(sector) }
            guard goesOn else { throw StorageFailure("sync", self.name, .system(5)) }
            node.dirty = []
            if node.stored.count > node.cached.count { node.stored.removeLast(node.stored.count - node.cached.count) }
            let missing = node.cached.count - node.stored.count
            if missing > 0 { node.stored.append(contentsOf: repeatElement(0, count: missing)) }
        }
    }

    private func with<Result: Sendable>(
        _ operation: StaticName,
        _ body: (inout FaultyStorage.World, Int) throws(StorageFailure) -> Result
    ) throws(StorageFailure) -> Result {
        try self.storage.world.withLock { (world) throws(StorageFailure) in
            guard !world.isDown, world.life == self.life else {
                throw StorageFailure(operation, self.name, .system(5))
            }
            return try body(&world, self.node)
        }
    }
}
