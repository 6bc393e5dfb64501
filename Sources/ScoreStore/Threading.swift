import Glibc

/// A thread of the operating system. Runs until its body returns.
package struct SystemThread: Sendable {
    private let handle: pthread_t

    /// Starts a thread that is called `name`, of at most 15 bytes, in `top` and `perf`: what a service spends can then
    /// be told by its parts. One of a niceness (0…19) leaves the processor to others that want it, the more the higher
    /// it is. Nil when the system gives none.
    package static func start(
        _ name: String,
        niceness: Int = 0,
        _ body: @escaping @Sendable () -> Void
    ) -> SystemThread? {
        let box = Unmanaged.passRetained(
            ThreadBody {
                Self.takeName(name)
                // Linux counts niceness by thread. One that keeps its own works as well.
                if niceness > 0 { _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, Int32(niceness)) }
                body()
            }
        )
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, runThreadBody, box.toOpaque())
        guard code == 0 else {
            box.release()
            return nil
        }
        return SystemThread(handle: handle)
    }

    // The C library's own call is not in the headers that Swift sees. A thread without a name works as well.
    private static func takeName(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, name, name.utf8.count)
        close(descriptor)
    }

    /// Lets the thread end by itself; it is not joined then.
    package func detach() { _ = pthread_detach(self.handle) }

    /// Waits until the thread's body has returned. Once only.
    package func join() { _ = pthread_join(self.handle, nil) }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}

/// A value behind a lock on which threads can wait for the value to change.
///
/// `@unchecked Sendable`: `value` is touched only within ``withLock(_:)`` and ``wait(until:_:)``, which hold `mutex`;
/// `mutex` and `condition` are initialised once, never moved, and made for use from many threads.
package final class Monitor<Value: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    /// A monitor of a value.
    package init(_ value: Value) {
        self.value = value
        self.mutex.initialize(to: pthread_mutex_t())
        self.condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        var code = pthread_mutex_init(self.mutex, nil)
        code |= pthread_condattr_init(&attributes)
        // Waits are measured on the monotonic clock, so that a step of the wall clock prolongs none.
        code |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        code |= pthread_cond_init(self.condition, &attributes)
        pthread_condattr_destroy(&attributes)
        precondition(code == 0, "the system gives no lock")
    }

    deinit {
        pthread_cond_destroy(self.condition)
        pthread_mutex_destroy(self.mutex)
        self.condition.deallocate()
        self.mutex.deallocate()
    }

    /// Runs `body` on the value alone, then wakes every waiter if `body` says so.
    package func withLock(_ body: (inout Value) -> Bool) {
        pthread_mutex_lock(self.mutex)
        let wakes = body(&self.value)
        pthread_mutex_unlock(self.mutex)
        if wakes { pthread_cond_broadcast(self.condition) }
    }

    /// Waits until `isReady` holds, or `microseconds` have passed (nil: for ever); then runs `body` and returns its
    /// result. `isReady` may change the value, to count waiters for instance.
    package func wait<Result>(
        microseconds: Int64? = nil,
        until isReady: (inout Value) -> Bool,
        _ body: (inout Value) -> Result
    ) -> Result {
        let deadline = microseconds.map(Self.deadline)
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        while !isReady(&self.value) {
            if var deadline {
                if pthread_cond_timedwait(self.condition, self.mutex, &deadline) == ETIMEDOUT { break }
            } else {
                pthread_cond_wait(self.condition, self.mutex)
            }
        }
        return body(&self.value)
    }

    private static func deadline(in microseconds: Int64) -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        // A century is for ever, and keeps the sum within its type.
        let span = min(max(0, microseconds), 3_155_760_000_000_000)
        let nanoseconds = now.tv_nsec + Int(span % 1_000_000) * 1_000
        return timespec(
            tv_sec: now.tv_sec + Int(span / 1_000_000) + nanoseconds / 1_000_000_000,
            tv_nsec: nanoseconds % 1_000_000_000
        )
    }
}
