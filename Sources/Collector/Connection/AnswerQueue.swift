import Domain
import NIOCore

/// The answers of one connection in the order of their requests: turned into bytes when they are decided, written
/// when they may be said.
///
/// Rendered at once, an answer is bytes in a buffer the connection keeps, and what waits for a commit is a few
/// numbers beside it. Kept as values until the commit, answers cost a good part of a request in reference counts.
struct AnswerQueue {
    private struct Mark {
        /// Where its bytes end.
        var end: Int
        var wait: Reply.Wait
        var isReady: Bool
        var closes: Bool
        var onFailure: Answer?
    }

    /// A buffer that grew beyond this for a burst is not kept.
    private static let keptBytes = 16_384
    private static let initialBytes = 512

    private var bytes = ByteBuffer()
    private var marks: [Mark] = []
    /// The number of the first answer within the connection.
    private var firstSerial: UInt64 = 0

    /// Whether nothing is to be answered.
    var isEmpty: Bool { self.marks.isEmpty }

    /// Adds an answer. Returns its number within the connection.
    mutating func append(_ reply: consuming Reply, closes: Bool, loop: CollectorLoop) -> UInt64 {
        if self.marks.isEmpty { self.beginAfresh() }
        loop.render(reply.answer, closes: closes, into: &self.bytes)
        self.marks.append(
            Mark(
                end: self.bytes.writerIndex,
                wait: reply.wait,
                isReady: !reply.wait.isNeeded,
                closes: closes,
                onFailure: reply.onFailure
            )
        )
        return self.firstSerial + UInt64(self.marks.count - 1)
    }

    // Whoever wrote the last bytes has let them go by now, so that the memory is ours alone again.
    private mutating func beginAfresh() {
        self.bytes.clear(minimumCapacity: Self.initialBytes)
    }

    /// Everything up to a lane's ticket is durable.
    mutating func release(_ lane: LogWriterRole, through ticket: UInt64) {
        for index in self.marks.indices where self.marks[index].wait.ends(lane, at: ticket) {
            self.marks[index].isReady = true
        }
    }

    /// An answer has waited long enough, whatever it waits for.
    mutating func release(serial: UInt64) {
        guard let index = self.index(of: serial) else { return }
        self.marks[index].isReady = true
    }

    /// Whether an answer is here, and may not be said yet.
    func awaits(serial: UInt64) -> Bool { self.index(of: serial).map { !self.marks[$0].isReady } ?? false }

    private func index(of serial: UInt64) -> Int? {
        guard serial >= self.firstSerial, serial < self.firstSerial + UInt64(self.marks.count) else { return nil }
        return Int(serial - self.firstSerial)
    }

    /// Nothing more of a lane's will be durable: who waits for it is told so instead.
    mutating func fail(_ lane: LogWriterRole, loop: CollectorLoop) {
        var rendered = ByteBuffer()
        var start = self.bytes.readerIndex
        for index in self.marks.indices {
            let mark = self.marks[index]
            let isLost = !mark.isReady && mark.wait.ends(lane, at: .max)
            if isLost, let answer = mark.onFailure {
                loop.render(answer, closes: mark.closes, into: &rendered)
            } else if var kept = self.bytes.getSlice(at: start, length: mark.end - start) {
                rendered.writeBuffer(&kept)
            }
            start = mark.end
            self.marks[index].end = rendered.writerIndex
            if isLost { self.marks[index].isReady = true }
        }
        self.bytes = rendered
    }

    /// Takes the answers from the first on that may be said: their bytes, and how many they are. Nil if there is none.
    mutating func takeReady() -> (bytes: ByteBuffer, count: Int)? {
        let count = self.marks.firstIndex { !$0.isReady } ?? self.marks.count
        guard count > 0 else { return nil }
        let length = self.marks[count - 1].end - self.bytes.readerIndex
        guard let ready = self.bytes.readSlice(length: length) else { return nil }
        self.firstSerial += UInt64(count)
        self.marks.removeFirst(count)
        self.giveBack()
        return (ready, count)
    }

    /// Keeps no more memory than what is left to be said needs, so that a burst is not paid for until the next one.
    private mutating func giveBack() {
        if self.marks.isEmpty {
            if self.bytes.capacity > Self.keptBytes { self.bytes = ByteBuffer() }
            return
        }
        let said = self.bytes.readerIndex
        guard said > Self.keptBytes, said >= self.bytes.readableBytes else { return }
        self.bytes = ByteBuffer(bytes: self.bytes.readableBytesView)
        for index in self.marks.indices { self.marks[index].end -= said }
    }

    /// Forgets everything.
    mutating func removeAll() {
        self.marks = []
        self.bytes = ByteBuffer()
    }
}
