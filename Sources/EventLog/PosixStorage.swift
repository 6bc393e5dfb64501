package import Domain
import Glibc
import Synchronization

/// A directory of the file system.
package final class PosixStorage: LogStorage {
    private static let lockName = "lock"

    private let directory: String
    /// The descriptor that holds the `flock`, while it does.
    private let lockDescriptor = Mutex<Int32?>(nil)

    /// The directory at `path`, created (with mode 0700: it holds personal data) if it is missing and may be.
    package init(_ path: String, createsDirectory: Bool = true) throws(StorageFailure) {
        self.directory = path
        var status = stat()
        guard stat(path, &status) != 0 else {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw StorageFailure("open", path, .system(ENOTDIR)) }
            return
        }
        guard createsDirectory else { throw PosixFile.failure("open", path, errno) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw PosixFile.failure("creation", path, errno) }
        try Self.syncDirectory(path + "/..")
    }

    deinit { self.unlock() }

    package var location: String { self.directory }

    package func lock() throws(StorageFailure) {
        let path = self.path(Self.lockName)
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PosixFile.failure("lock", path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK ? StorageFailure("lock", path, .locked) : PosixFile.failure("lock", path, code)
        }
        self.lockDescriptor.withLock { $0 = descriptor }
    }

    package func unlock() {
        self.lockDescriptor.withLock { descriptor in
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }

    package func list() throws(StorageFailure) -> [String] {
        guard let stream = opendir(self.directory) else { throw PosixFile.failure("listing", self.directory, errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != "..", name != Self.lockName { names.append(name) }
        }
        return names
    }

    package func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> any StorageFile {
        try PosixFile(self.path(name), flags: forWriting ? O_RDWR : O_RDONLY)
    }

    package func create(_ name: String) throws(StorageFailure) -> any StorageFile {
        try PosixFile(self.path(name), flags: O_RDWR | O_CREAT | O_TRUNC)
    }

    package func rename(_ name: String, to newName: String) throws(StorageFailure) {
        guard Glibc.rename(self.path(name), self.path(newName)) == 0 else {
            throw PosixFile.failure("rename", self.path(name), errno)
        }
    }

    package func remove(_ name: String) throws(StorageFailure) {
        guard unlink(self.path(name)) == 0 else { throw PosixFile.failure("removal", self.path(name), errno) }
    }

    package func syncDirectory() throws(StorageFailure) { try Self.syncDirectory(self.directory) }

    package func freeBytes() throws(StorageFailure) -> UInt64 {
        var status = statvfs()
        guard statvfs(self.directory, &status) == 0 else {
            throw PosixFile.failure("query", self.directory, errno)
        }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    private func path(_ name: String) -> String { self.directory + "/" + name }

    private static func syncDirectory(_ path: String) throws(StorageFailure) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PosixFile.failure("sync", path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw PosixFile.failure("sync", path, errno) }
    }
}

/// An open file of the file system.
private final class PosixFile: StorageFile {
    let name: String
    private let descriptor: Int32

    init(_ path: String, flags: Int32) throws(StorageFailure) {
        self.name = path
        self.descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard self.descriptor >= 0 else { throw Self.failure("open", path, errno) }
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    func size() throws(StorageFailure) -> Int {
        var status = stat()
        guard fstat(self.descriptor, &status) == 0 else { throw Self.failure("query", self.name, errno) }
        return Int(status.st_size)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(StorageFailure) -> Int {
        guard !buffer.isEmpty else { return 0 }
        while true {
            let count = pread(self.descriptor, buffer.baseAddress, buffer.count, off_t(position))
            if count >= 0 { return count }
            guard errno == EINTR else { throw Self.failure("read", self.name, errno) }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(StorageFailure) -> Int {
        guard !bytes.isEmpty else { return 0 }
        while true {
            let count = pwrite(self.descriptor, bytes.baseAddress, bytes.count, off_t(position))
            if count > 0 { return count }
            // An interrupted call wrote nothing; it did not fail.
            guard count < 0, errno == EINTR else {
                throw Self.failure("write", self.name, count == 0 ? ENOSPC : errno)
            }
        }
    }

    func sync() throws(StorageFailure) {
        // Not repeated on any error: the kernel may have dropped what it could not write.
        guard fdatasync(self.descriptor) == 0 else { throw Self.failure("sync", self.name, errno) }
    }

    static func failure(_ operation: StaticName, _ name: String, _ code: Int32) -> StorageFailure {
        switch code {
        case ENOENT: StorageFailure(operation, name, .notFound)
        case ENOSPC, EDQUOT: StorageFailure(operation, name, .noSpace)
        default: StorageFailure(operation, name, .system(code))
        }
    }
}
