package import Domain

extension CheckpointStore {
    /// A checkpoint that was copied.
    package struct Copy: Equatable, Sendable {
        /// Its file.
        package var file: String
        /// See ``CheckpointHead/low``.
        package var low: UInt64
        /// See ``CheckpointHead/high``.
        package var high: UInt64
    }

    /// Copies the older generation that is whole, or the only one, to `target`, as a checkpoint of `stream` if one is
    /// given. Nil when there is none. The newer one is left to whoever writes it.
    package func copyOlder(to target: any LogStorage, stream: StreamID? = nil) throws(StorageFailure) -> Copy? {
        for name in try self.names() {
            let bytes: [UInt8]
            do throws(StorageFailure) {
                let file = try self.storage.open(name, forWriting: false)
                bytes = try file.bytes(at: 0, count: try file.size())
            } catch {
                // The service has just replaced it by a newer one.
                guard error.reason == .notFound else { throw error }
                continue
            }
            guard let checked = Self.check(bytes) else { continue }
            var head = checked.head
            head.stream = stream ?? head.stream
            let copy = try target.create(name)
            let whole = head.bytes + bytes[checked.slots...]
            try whole.withUnsafeBufferPointer { (buffer) throws(StorageFailure) in
                try copy.writeAll(UnsafeRawBufferPointer(buffer), at: 0)
            }
            try copy.sync()
            try target.syncDirectory()
            return Copy(file: name, low: head.low, high: head.high)
        }
        return nil
    }

    /// What an operator sees of the generations, oldest first; nil for one that is damaged.
    package func survey() throws(StorageFailure) -> [(file: String, head: CheckpointHead?, bytes: Int)] {
        var found: [(String, CheckpointHead?, Int)] = []
        for name in try self.names() {
            let file = try self.storage.open(name, forWriting: false)
            let bytes = try file.bytes(at: 0, count: try file.size())
            found.append((name, Self.check(bytes)?.head, bytes.count))
        }
        return found
    }

    /// The head of a checkpoint whose checksums are all right, and where its slots begin.
    private static func check(_ bytes: [UInt8]) -> (head: CheckpointHead, slots: Int)? {
        bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            guard let head = try? CheckpointHead(decoding: &reader) else { return nil }
            let slots = reader.offset
            for _ in 0..<head.slots {
                guard (try? CheckpointHead.readSlot(from: &reader)) != nil else { return nil }
            }
            return reader.remaining == 0 ? (head, slots) : nil
        }
    }
}
