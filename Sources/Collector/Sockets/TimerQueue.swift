import HeapModule
import NIOCore

/// What a loop has to do later: the earliest first, and of one time what was added first.
struct TimerQueue {
    /// One thing to do at a time, or not to do any more.
    ///
    /// `@unchecked Sendable`: made anywhere, then handed to its loop's thread, which alone adds, runs and cancels it.
    final class Timer: @unchecked Sendable {
        fileprivate let deadline: NIODeadline
        fileprivate var serial: UInt64 = 0
        private var body: (() -> Void)?
        private let whenAbandoned: () -> Void

        /// A timer that does something at a time, or something else when that time never comes.
        init(at deadline: NIODeadline, run body: @escaping () -> Void, abandon: @escaping () -> Void) {
            self.deadline = deadline
            self.body = body
            self.whenAbandoned = abandon
        }

        fileprivate var isCancelled: Bool { self.body == nil }

        /// Lets go of what it would have done.
        func cancel() { self.body = nil }

        /// Does it, unless it was cancelled. Once.
        func run() { self.body.take()?() }

        /// Its time never comes.
        func abandon() { if self.body.take() != nil { self.whenAbandoned() } }
    }

    private struct Entry: Comparable {
        let timer: Timer

        static func < (left: Entry, right: Entry) -> Bool {
            (left.timer.deadline, left.timer.serial) < (right.timer.deadline, right.timer.serial)
        }

        static func == (left: Entry, right: Entry) -> Bool { left.timer === right.timer }
    }

    private var heap = Heap<Entry>()
    private var nextSerial: UInt64 = 0

    /// Adds a timer.
    mutating func add(_ timer: Timer) {
        timer.serial = self.nextSerial
        self.nextSerial += 1
        self.heap.insert(Entry(timer: timer))
    }

    /// When there is something to do next.
    mutating func next() -> NIODeadline? {
        while let first = self.heap.min {
            guard first.timer.isCancelled else { return first.timer.deadline }
            self.heap.removeMin()
        }
        return nil
    }

    /// Takes the timer that is due first, if one is.
    mutating func take(at now: NIODeadline) -> Timer? {
        guard let deadline = self.next(), deadline <= now else { return nil }
        return self.heap.removeMin().timer
    }

    /// Takes all of them, in no order.
    mutating func removeAll() -> [Timer] {
        defer { self.heap = Heap() }
        return self.heap.unordered.map(\.timer)
    }
}
