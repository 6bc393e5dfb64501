import Dispatch
import Domain
import Glibc
import NIOCore
import ScoreStore
import Synchronization

/// An event loop of our own: one thread that serves the sockets of the public port.
///
/// - Purpose: what a request costs beside the system's own work. NIO's loop and channels, which this one and
///   ``SocketChannel`` replace there, took a fifth of it (decision 0094). To handlers it is NIO's `EventLoop`, so that
///   TLS and NIO's parser work on it as on any other.
/// - A turn: waits until something is ready, tells who watches it, reads on where more is left, does what is due, and
///   what was given to ``execute(_:)``. What a turn's tasks give it is done in the next one, which looks at the sockets
///   first.
/// - Waking: other threads write to the loop's descriptor only when it rests, so that a loop at work is called for
///   nothing.
///
/// `@unchecked Sendable`: everything mutable is touched by the loop's own thread alone, apart from `inbox`, which has a
/// lock, and `threadID`, which is atomic; ``poller`` is called from other threads under the inbox's lock.
final class SocketLoop: EventLoop, @unchecked Sendable {
    typealias Task = @Sendable () -> Void

    /// What other threads leave for the loop.
    private struct Inbox {
        var tasks: [Task] = []
        var isResting = false
        var isOver = false
    }

    private let poller: Poller
    private let inbox = Mutex(Inbox())
    private let threadID = Atomic<UInt64>(0)
    private var watchers = WatcherTable()
    private var tasks: [Task] = []
    // Exchanged with the tasks by every turn, so that both keep their room.
    private var dueTasks: [Task] = []
    private var timers = TimerQueue()
    /// Channels with bytes left that they may read.
    private var unread: [SocketChannel] = []
    private var reading: [SocketChannel] = []
    /// Where a channel that is told of bytes reads them, one after the other.
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.receivedBytes, alignment: 16)
    private var whenOver: [Task] = []
    private var isEnding = false

    private init() throws(IOError) { self.poller = try Poller() }

    deinit {
        self.poller.close()
        self.room.deallocate()
    }

    /// A loop on a thread of its own, which ends with ``shutdownGracefully(queue:_:)``.
    static func start(name: String) throws(IOError) -> SocketLoop {
        let loop = try SocketLoop()
        guard let thread = SystemThread.start(name, { loop.run() }) else {
            throw IOError(errnoCode: errno, reason: "pthread_create")
        }
        thread.detach()
        return loop
    }

    // MARK: Turns

    private func run() {
        self.threadID.store(Self.currentThreadID, ordering: .relaxed)
        while !self.isEnding { self.turn() }
        self.end()
    }

    private func turn() {
        self.wait()
        swap(&self.unread, &self.reading)
        for channel in self.reading { channel.readOn() }
        self.reading.removeAll(keepingCapacity: true)
        let now = self.now
        while let timer = self.timers.take(at: now) { timer.run() }
        self.runTasks()
    }

    private func wait() {
        let isBusy = !self.unread.isEmpty || !self.tasks.isEmpty
        let mayRest =
            !isBusy
            && self.inbox.withLock { inbox in
                inbox.isResting = inbox.tasks.isEmpty
                return inbox.isResting
            }
        self.poller.wait(milliseconds: mayRest ? self.patience() : 0) { key, readiness in
            self.watchers[key]?.ready(readiness)
        }
        self.collect()
    }

    /// Until the next timer, in milliseconds and rather more than less; nil if there is none.
    private func patience() -> CInt? {
        guard let deadline = self.timers.next() else { return nil }
        let nanoseconds = max(0, (deadline - self.now).nanoseconds)
        return CInt(clamping: (nanoseconds + 999_999) / 1_000_000)
    }

    /// Takes what other threads left; the last time it is called, so that they can leave no more.
    private func collect(forGood isOver: Bool = false) {
        self.inbox.withLock { inbox in
            inbox.isResting = false
            inbox.isOver = isOver
            self.tasks.append(contentsOf: inbox.tasks)
            inbox.tasks.removeAll(keepingCapacity: true)
        }
    }

    private func runTasks() {
        swap(&self.tasks, &self.dueTasks)
        for task in self.dueTasks { task() }
        self.dueTasks.removeAll(keepingCapacity: true)
    }

    private func end() {
        self.collect(forGood: true)
        // Tasks that were left may open something, and handlers that end may ask for something more.
        repeat {
            self.runTasks()
            for watcher in self.watchers.all { watcher.loopEnds() }
            for timer in self.timers.removeAll() { timer.abandon() }
        } while !self.tasks.isEmpty
        self.unread.removeAll()
        // The system may give another thread the same name.
        self.threadID.store(0, ordering: .relaxed)
        for callback in self.whenOver { callback() }
    }

    // MARK: Sockets

    /// Has a socket's changes told. Returns the key under which they are.
    func watch(_ socket: Socket, _ watcher: any SocketWatcher) throws(IOError) -> UInt64 {
        let key = self.watchers.add(watcher)
        do throws(IOError) {
            try self.poller.add(socket, key: key)
        } catch {
            self.watchers.remove(key)
            throw error
        }
        return key
    }

    /// Tells nothing more of a socket, which is closed now.
    func forget(_ key: UInt64) { self.watchers.remove(key) }

    /// Has a channel read on within the next turn.
    func readOnSoon(_ channel: SocketChannel) { self.unread.append(channel) }

    // MARK: Tasks

    var inEventLoop: Bool { self.threadID.load(ordering: .relaxed) == Self.currentThreadID }

    private static var currentThreadID: UInt64 { UInt64(pthread_self()) }

    func execute(_ task: @escaping Task) { _ = self.add(task) }

    /// Leaves a task to the loop, unless that is over.
    private func add(_ task: @escaping Task) -> Bool {
        guard !self.inEventLoop else {
            self.tasks.append(task)
            return true
        }
        return self.inbox.withLock { inbox in
            guard !inbox.isOver else { return false }
            inbox.tasks.append(task)
            if inbox.isResting { self.poller.call() }
            inbox.isResting = false
            return true
        }
    }

    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        let promise = self.makePromise(of: T.self)
        let timer = TimerQueue.Timer(
            at: deadline,
            run: { promise.assumeIsolated().completeWith(Result { try task() }) },
            abandon: { promise.fail(EventLoopError.shutdown) }
        )
        if self.inEventLoop {
            self.timers.add(timer)
        } else if !self.add({ self.timers.add(timer) }) {
            timer.abandon()
        }
        return Scheduled(promise: promise) {
            if self.inEventLoop { timer.cancel() } else { self.execute { timer.cancel() } }
        }
    }

    func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        self.scheduleTask(deadline: self.now + delay, task)
    }

    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        let isLeft = self.add {
            self.isEnding = true
            self.whenOver.append { queue.async { callback(nil) } }
        }
        if !isLeft { queue.async { callback(nil) } }
    }
}
