import Glibc

/// The standard library's `Mutex` on a lock that the thread sanitizer knows.
///
/// The standard one waits on a futex within a library that is not instrumented: everything it guards looks like a race.
/// Under the thread sanitizer this module takes the place of `Synchronization` (see `Package.swift`), so that the
/// sources under test are the same to the letter.
///
/// `@unchecked Sendable`: the value is reached through the lock alone.
public struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    /// A mutex around a value.
    public init(_ initial: consuming sending Value) {
        self.lock = .allocate(capacity: 1)
        pthread_mutex_init(self.lock, nil)
        self.value = .allocate(capacity: 1)
        self.value.initialize(to: initial)
    }

    deinit {
        pthread_mutex_destroy(self.lock)
        self.lock.deallocate()
        self.value.deinitialize(count: 1)
        self.value.deallocate()
    }

    /// Calls `body` with the value while nobody else does.
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(self.lock)
        defer { pthread_mutex_unlock(self.lock) }
        nonisolated(unsafe) let value = self.value
        return try body(&value.pointee)
    }
}
