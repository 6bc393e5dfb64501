import NIOCore

/// What a connection's handlers wrote and the system has not taken yet, in order.
struct PendingWrites {
    private struct Write {
        var bytes: ByteBuffer
        var promise: EventLoopPromise<Void>?
    }

    /// More than this makes a connection take no more until it is down to ``lowWater``; NIO's own marks.
    private static let highWater = 65_536
    private static let lowWater = 32_768

    private var writes = CircularBuffer<Write>()
    /// How many of the first ones may be sent.
    private var flushed = 0
    private var byteCount = 0

    /// Whether more may be written.
    private(set) var isWritable = true

    /// Whether everything was sent.
    var isEmpty: Bool { self.writes.isEmpty }

    /// Whether anything may be sent.
    var hasFlushed: Bool { self.flushed > 0 }

    /// Adds bytes that may be sent after the next ``flush()``. Returns whether ``isWritable`` changed.
    mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) -> Bool {
        self.byteCount += bytes.readableBytes
        self.writes.append(Write(bytes: bytes, promise: promise))
        guard self.isWritable, self.byteCount > Self.highWater else { return false }
        self.isWritable = false
        return true
    }

    /// Lets everything be sent that was written so far.
    mutating func flush() { self.flushed = self.writes.count }

    /// Hands the first bytes that may be sent to `send`, which returns how many of them it took, nil if none, for now.
    /// Returns nil then and when there are none; else what is to be told of a write that is through.
    mutating func sendFirst(_ send: (UnsafeRawBufferPointer) -> Int?) -> Sent? {
        guard self.flushed > 0 else { return nil }
        let index = self.writes.startIndex
        let isEmpty = self.writes[index].bytes.readableBytes == 0
        guard let count = isEmpty ? 0 : self.writes[index].bytes.withUnsafeReadableBytes(send) else { return nil }
        self.byteCount -= count
        var sent = Sent()
        if !self.isWritable, self.byteCount < Self.lowWater {
            self.isWritable = true
            sent.becameWritable = true
        }
        if count < self.writes[index].bytes.readableBytes {
            self.writes[index].bytes.moveReaderIndex(forwardBy: count)
        } else {
            self.flushed -= 1
            sent.promise = self.writes.removeFirst().promise
        }
        return sent
    }

    /// What came of sending.
    struct Sent {
        /// Whose write is through.
        var promise: EventLoopPromise<Void>?
        /// Whether the connection takes more again.
        var becameWritable = false
    }

    /// Forgets everything. Returns whose writes will never be through.
    mutating func removeAll() -> [EventLoopPromise<Void>] {
        defer { self = PendingWrites() }
        return self.writes.compactMap(\.promise)
    }
}
