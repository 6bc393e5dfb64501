package import Domain
package import ScoreStore
import Synchronization

/// The checkpoints of a store: two generations of one file each, so that one is whole at any time.
///
/// Written under a temporary name, synced, read back, renamed, and the directory synced; only then the oldest goes. A
/// file that does not read back whole is passed over for the one before it, and that for the log from its beginning.
package final class CheckpointStore: Sendable {
    let storage: any LogStorage
    /// Held during a save: two at a time would write into one draft.
    private let saving = Mutex(())

    /// The generations kept.
    private static let generations = 2
    private static let prefix = "slots-"
    private static let suffix = ".ckpt"
    private static let draft = "slots.tmp"

    /// Checkpoints in a directory.
    package init(_ storage: any LogStorage) { self.storage = storage }

    /// A checkpoint read back.
    package struct Loaded: Sendable {
        /// Its head.
        package var head: CheckpointHead
        /// Its models.
        package var models: ModelHistory
        /// Its slots.
        package var slots: [SlotState]
        /// The causes the log need not look for.
        package var causes: CauseCheckpoint
    }

    /// A checkpoint was written by a newer version of Vendange, whose slots this one cannot read.
    package struct NewerVersion: Error, Equatable, Sendable {
        /// Its file.
        package var file: String
    }

    /// The newest checkpoint that is whole, of this stream, and not ahead of what the catalog has applied. Nil: the
    /// store is to be folded from the log's beginning. `passedOver` is told why others were not taken.
    /// - Throws: ``NewerVersion``, or the ``StorageFailure``.
    package func load(
        stream: StreamID?,
        applied: UInt64,
        passedOver: (String, String) -> Void
    ) throws -> Loaded? {
        for name in try self.names().reversed() {
            let file = try self.storage.open(name, forWriting: false)
            let bytes = try file.bytes(at: 0, count: try file.size())
            let version = Self.slotVersion(bytes) ?? SlotState.version
            guard !CheckpointHead.isNewer(bytes), version <= SlotState.version else { throw NewerVersion(file: name) }
            guard version == SlotState.version else {
                passedOver(name, "an older version of Vendange wrote it")
                continue
            }
            do throws(DecodingFailure) {
                let loaded = try Self.decode(bytes)
                if let stream, loaded.head.stream != stream {
                    passedOver(name, "it belongs to another log")
                } else if loaded.head.high > applied {
                    passedOver(name, "it is ahead of the catalog")
                } else {
                    return loaded
                }
            } catch {
                passedOver(name, "it is damaged")
            }
        }
        return nil
    }

    /// The version of the slots in a file: what the first one's first byte says; nil if there is none.
    private static func slotVersion(_ bytes: [UInt8]) -> UInt8? {
        bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            guard let head = try? CheckpointHead(decoding: &reader), head.slots > 0,
                let slot = try? CheckpointHead.readSlot(from: &reader), !slot.isEmpty
            else { return nil }
            return raw[slot.lowerBound]
        }
    }

    private static func decode(_ bytes: [UInt8]) throws(DecodingFailure) -> Loaded {
        try bytes.withUnsafeBufferPointer { (buffer) throws(DecodingFailure) in
            var reader = ByteReader(UnsafeRawBufferPointer(buffer))
            let head = try CheckpointHead(decoding: &reader)
            let models = try Self.parse(head.models) { (reader) throws(DecodingFailure) in
                try ModelHistory(decoding: &reader)
            }
            let table = try Self.parse(head.causes) { (reader) throws(DecodingFailure) in
                try CauseTable(from: &reader)
            }
            var slots: [SlotState] = []
            for _ in 0..<head.slots {
                let range = try CheckpointHead.readSlot(from: &reader)
                var inner = ByteReader(UnsafeRawBufferPointer(rebasing: reader.bytes[range]))
                slots.append(try SlotState(decoding: &inner, models: models))
                try inner.expectEnd()
            }
            try reader.expectEnd()
            let causes = CauseCheckpoint(table: table, offset: head.causesOffset)
            return Loaded(head: head, models: models, slots: slots, causes: causes)
        }
    }

    private static func parse<Value>(
        _ bytes: [UInt8],
        _ body: (inout ByteReader) throws(DecodingFailure) -> Value
    ) throws(DecodingFailure) -> Value {
        try bytes.withUnsafeBufferPointer { (buffer) throws(DecodingFailure) in
            var reader = ByteReader(UnsafeRawBufferPointer(buffer))
            return try body(&reader)
        }
    }

    /// Writes a checkpoint whose slots `next` hands out until nil, and makes it the newest. Older generations go once
    /// it was read back whole. Callers wait for each other.
    package func save(_ head: CheckpointHead, next: () -> [UInt8]?) throws(CheckpointFailure) {
        try self.saving.withLock { _ throws(CheckpointFailure) in
            let isWhole: Bool
            do throws(StorageFailure) {
                isWhole = try Self.isWhole(try self.write(head, next), slots: head.slots)
                if isWhole { try self.adopt(head) }
            } catch {
                throw .storage(error)
            }
            guard isWhole else { throw .unreadable }
        }
    }

    private func write(_ head: CheckpointHead, _ next: () -> [UInt8]?) throws(StorageFailure) -> any StorageFile {
        let file = try self.storage.create(Self.draft)
        var buffer = ByteWriter(head.bytes)
        var position = 0
        while let slot = next() {
            CheckpointHead.append(slot: slot, to: &buffer)
            if buffer.bytes.count > Limits.syncBytes { try Self.drain(&buffer, into: file, &position) }
        }
        try Self.drain(&buffer, into: file, &position)
        return file
    }

    /// Makes the draft the newest generation.
    private func adopt(_ head: CheckpointHead) throws(StorageFailure) {
        let number = String(head.high, radix: 16)
        let name = Self.prefix + String(repeating: "0", count: 16 - number.count) + number + Self.suffix
        try self.storage.rename(Self.draft, to: name)
        try self.storage.syncDirectory()
        for old in try self.names().dropLast(Self.generations) { try self.storage.remove(old) }
        try self.storage.syncDirectory()
    }

    /// Each part is synced: the disk, and with it the next commit, is never kept busy by more than that.
    private static func drain(
        _ buffer: inout ByteWriter,
        into file: any StorageFile,
        _ position: inout Int
    ) throws(StorageFailure) {
        let start = position
        try buffer.bytes.withUnsafeBufferPointer { (bytes) throws(StorageFailure) in
            try file.writeAll(UnsafeRawBufferPointer(bytes), at: start)
        }
        try file.sync()
        position += buffer.bytes.count
        buffer.bytes.removeAll(keepingCapacity: true)
    }

    /// The lowest low offset of all generations: the log below it is needed no more. Nil while one is missing, or has no
    /// head to tell.
    ///
    /// That is not always the oldest one's. A start that passed a damaged generation over goes on from the one before it,
    /// and with slots far apart the next checkpoint may begin below the damaged one.
    package func oldestLow() throws(StorageFailure) -> UInt64? {
        let names = try self.names()
        guard names.count >= Self.generations else { return nil }
        var lowest = UInt64.max
        for name in names {
            guard let low = try self.head(of: name)?.low else { return nil }
            lowest = min(lowest, low)
        }
        return lowest
    }

    /// The low offset of the newest generation: where a start would begin to read.
    package func newestLow() throws(StorageFailure) -> UInt64? {
        guard let newest = try self.names().last else { return nil }
        return try self.head(of: newest)?.low
    }

    private func head(of name: String) throws(StorageFailure) -> CheckpointHead? {
        let file = try self.storage.open(name, forWriting: false)
        return try Self.head(of: file)?.head
    }

    /// A file's head, if it is whole, and where its slots begin.
    private static func head(of file: any StorageFile) throws(StorageFailure) -> (head: CheckpointHead, end: Int)? {
        let start = try file.bytes(at: 0, count: CheckpointHead.prefixBytes)
        guard let count = CheckpointHead.byteCount(prefix: start), count <= (try file.size()) else { return nil }
        let bytes = try file.bytes(at: 0, count: count)
        let head = try? Self.parse(bytes) { (reader) throws(DecodingFailure) in try CheckpointHead(decoding: &reader) }
        return head.map { ($0, count) }
    }

    /// Whether a file reads back as it was to be written: every checksum is right, and nothing is missing or left over.
    private static func isWhole(_ file: any StorageFile, slots: UInt16) throws(StorageFailure) -> Bool {
        guard let (head, start) = try self.head(of: file), head.slots == slots else { return false }
        let size = try file.size()
        var position = start
        for _ in 0..<slots {
            let prefix = try file.bytes(at: position, count: CheckpointHead.slotPrefixBytes)
            guard let count = CheckpointHead.slotByteCount(prefix: prefix), count <= size - position else {
                return false
            }
            let bytes = try file.bytes(at: position, count: count)
            let slot = try? Self.parse(bytes) { (reader) throws(DecodingFailure) in
                try CheckpointHead.readSlot(from: &reader)
            }
            guard slot != nil else { return false }
            position += count
        }
        return position == size
    }

    /// The files, oldest first.
    func names() throws(StorageFailure) -> [String] {
        try self.storage.list().filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(Self.suffix) }.sorted()
    }
}

/// Why a checkpoint was not saved. The generations before it are as they were.
package enum CheckpointFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The storage failed.
    case storage(StorageFailure)
    /// What was written does not read back.
    case unreadable

    /// For the operator.
    package var description: String {
        switch self {
        case .storage(let failure): failure.description
        case .unreadable: "the checkpoint does not read back as it was written"
        }
    }
}
