import Domain
import Hummingbird
import Synchronization

/// The live events as server-sent events (WHATWG HTML, section 9.2): `id` is the record's offset, `data` its JSON.
///
/// A comment every fifteen seconds keeps proxies from cutting a quiet line, and finds out that a reader is gone.
final class LiveStreams: Sendable {
    private let readers = Mutex(0)

    /// A place for one more reader; nil when there are ``Limits/liveReaders``.
    func open(_ events: AsyncStream<LiveEvent>) -> ResponseBody? {
        let isOpen = self.readers.withLock { readers in
            guard readers < Limits.liveReaders else { return false }
            readers += 1
            return true
        }
        guard isOpen else { return nil }
        // Lives as long as the body, so that a reader who is gone before the first write gives the place back as well.
        let place = Place(self)
        return ResponseBody { writer in
            defer { withExtendedLifetime(place) {} }
            try await Self.write(events, to: &writer)
        }
    }

    private final class Place: Sendable {
        private let streams: LiveStreams

        init(_ streams: LiveStreams) { self.streams = streams }

        deinit { self.streams.readers.withLock { $0 -= 1 } }
    }

    @concurrent
    private static func write(_ events: AsyncStream<LiveEvent>, to writer: inout any ResponseBodyWriter) async throws {
        let (lines, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self,
            bufferingPolicy: .bufferingNewest(Limits.liveBacklog)
        )
        let feed = Task {
            await withTaskGroup { group in
                group.addTask {
                    for await event in events {
                        if let line = try? Self.line(event) { continuation.yield(line) }
                    }
                }
                group.addTask {
                    while (try? await Task.sleep(for: .seconds(15))) != nil {
                        continuation.yield(ByteBuffer(string: ":\n\n"))
                    }
                }
                // The events end, or the feed is cancelled: either ends both.
                await group.next()
                group.cancelAll()
            }
            continuation.finish()
        }
        defer { feed.cancel() }
        // The first line goes at once, so that the reader knows it is connected.
        try await writer.write(ByteBuffer(string: "retry: 5000\n\n"))
        for await line in lines { try await writer.write(line) }
        try await writer.finish(nil)
    }

    private static func line(_ event: LiveEvent) throws -> ByteBuffer {
        ByteBuffer(
            string: "id: \(event.offset)\ndata: \(String(decoding: try JSONText.encode(event), as: UTF8.self))\n\n"
        )
    }
}
