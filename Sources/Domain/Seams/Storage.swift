/// Why a storage operation failed.
package struct StorageFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong, as far as the caller acts on it.
    package enum Reason: Equatable, Sendable {
        /// There is no file of that name.
        case notFound
        /// The device or quota is full.
        case noSpace
        /// Another process holds the lock.
        case locked
        /// Anything else, by the system's error number.
        case system(Int32)
    }

    /// What was attempted, as in "sync".
    package var operation: StaticName
    /// The file, or the directory itself.
    package var name: String
    /// What went wrong.
    package var reason: Reason

    /// A failure of `operation` on `name`.
    package init(_ operation: StaticName, _ name: String, _ reason: Reason) {
        self.operation = operation
        self.name = name
        self.reason = reason
    }

    /// For the operator.
    package var description: String {
        let cause =
            switch self.reason {
            case .notFound: "there is no such file"
            case .noSpace: "no space is left"
            case .locked: "another process uses it"
            case .system(let code): "error \(code)"
            }
        return "\(self.operation) of \(self.name) failed: \(cause)"
    }
}

/// One flat directory of files, as far as the log needs it. Implementations: POSIX, and a simulated one for tests;
/// both pass one contract suite.
///
/// What a crash may undo: bytes written and not yet synced, in any part and order; names created, renamed or removed
/// since the last ``syncDirectory()``, in any part.
package protocol LogStorage: AnyObject, Sendable {
    /// Where it is, for messages.
    var location: String { get }

    /// Takes the directory for this process until ``unlock()`` or the process ends; `.locked` if another holds it.
    func lock() throws(StorageFailure)

    /// Gives the directory back. Does nothing when it is not held.
    func unlock()

    /// The names of all files, in no particular order.
    func list() throws(StorageFailure) -> [String]

    /// Opens an existing file.
    func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> any StorageFile

    /// Creates an empty file for reading and writing; empties it if it exists.
    func create(_ name: String) throws(StorageFailure) -> any StorageFile

    /// Renames a file; replaces what has the new name. Files that are open stay so.
    func rename(_ name: String, to newName: String) throws(StorageFailure)

    /// Removes a file.
    func remove(_ name: String) throws(StorageFailure)

    /// Makes creations, renames and removals so far survive a crash.
    func syncDirectory() throws(StorageFailure)

    /// Bytes an ordinary process may still write to the device.
    func freeBytes() throws(StorageFailure) -> UInt64
}

/// An open file. Closed when released.
package protocol StorageFile: AnyObject, Sendable {
    /// Its name when it was opened, for messages.
    var name: String { get }

    /// Its length in bytes.
    func size() throws(StorageFailure) -> Int

    /// Reads at a position; may return fewer bytes than asked for, and 0 only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(StorageFailure) -> Int

    /// Writes at a position, beyond the end too; may write fewer bytes than given, but at least one.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(StorageFailure) -> Int

    /// Returns once everything written is on the device. After a failure what was written is in an unknown state, and
    /// a later success says nothing about it.
    func sync() throws(StorageFailure)
}

extension StorageFile {
    /// Writes all of `bytes`. A write that stopped short is continued; one that failed is not repeated.
    package func writeAll(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(StorageFailure) {
        var done = 0
        while done < bytes.count {
            done += try self.write(UnsafeRawBufferPointer(rebasing: bytes[done...]), at: position + done)
        }
    }

    /// Fills `buffer` as far as the file reaches; returns how many bytes were read.
    package func readAll(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(StorageFailure) -> Int {
        var done = 0
        while done < buffer.count {
            let count = try self.read(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]),
                at: position + done
            )
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    /// The bytes from `position` on, at most `count`, fewer at the end of the file.
    package func bytes(at position: Int, count: Int) throws(StorageFailure) -> [UInt8] {
        var failure: StorageFailure?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(StorageFailure) {
                initialized = try self.readAll(into: UnsafeMutableRawBufferPointer(buffer), at: position)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes zeros from `start` up to `end`, a mebibyte at a time.
    package func fillWithZeros(from start: Int, to end: Int) throws(StorageFailure) {
        let zeros = [UInt8](repeating: 0, count: max(0, min(1_048_576, end - start)))
        var position = start
        while position < end {
            let count = min(zeros.count, end - position)
            try zeros.withUnsafeBufferPointer { (all) throws(StorageFailure) in
                let part = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[..<count]))
                try self.writeAll(part, at: position)
            }
            position += count
        }
    }
}
