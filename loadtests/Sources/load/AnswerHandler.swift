import NIOCore

/// One connection: a request at a time, and its answer. Knows as much of HTTP/1.1 as tells where an answer ends: its
/// Content-Length, and the statuses that have no body.
final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Failure: Error {
        case closed
        case unreadable(String)
    }

    private static let headEnd = Array("\r\n\r\n".utf8)
    private static let lengthName = Array("\r\ncontent-length:".utf8)

    private let onAnswer: (AnswerHandler, _ number: Int, _ status: Int) -> Void
    private let onFailure: (any Error) -> Void
    private var received: [UInt8] = []
    private var context: ChannelHandlerContext?
    /// The request whose answer is awaited.
    private var number: Int?

    init(
        onAnswer: @escaping (AnswerHandler, _ number: Int, _ status: Int) -> Void,
        onFailure: @escaping (any Error) -> Void
    ) {
        self.onAnswer = onAnswer
        self.onFailure = onFailure
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends a request; the connection must be free.
    func send(_ request: ByteBuffer, number: Int) {
        self.number = number
        self.context?.writeAndFlush(self.wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.received.append(contentsOf: self.unwrapInboundIn(data).readableBytesView)
        do {
            guard let (status, length) = try Self.answer(in: self.received) else { return }
            guard let number, self.received.count == length else {
                throw Failure.unreadable("more than the answer that was asked for")
            }
            self.received.removeAll(keepingCapacity: true)
            self.number = nil
            self.onAnswer(self, number, status)
        } catch {
            self.onFailure(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { self.onFailure(Failure.closed) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { self.onFailure(error) }

    /// The status and the bytes of the answer, once all of it is there.
    private static func answer(in bytes: [UInt8]) throws -> (status: Int, length: Int)? {
        guard let end = self.find(self.headEnd, in: bytes[...]) else { return nil }
        let head = bytes[...(end + 1)]
        guard head.count > 12, let status = Int(String(decoding: head[9..<12], as: UTF8.self)) else {
            throw Failure.unreadable(String(decoding: head, as: UTF8.self))
        }
        var body = 0
        if let name = self.find(self.lengthName, in: head) {
            let digits = head[(name + self.lengthName.count)...].drop { $0 == UInt8(ascii: " ") }
                .prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            body = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        } else if status != 204 {
            throw Failure.unreadable(String(decoding: head, as: UTF8.self))
        }
        let length = end + self.headEnd.count + body
        return bytes.count >= length ? (status, length) : nil
    }

    /// Where a text in small letters begins.
    private static func find(_ text: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= text.count else { return nil }
        for start in bytes.startIndex...(bytes.endIndex - text.count) where bytes[start] == text[0] {
            var index = 1
            while index < text.count, Self.isSame(bytes[start + index], text[index]) { index += 1 }
            if index == text.count { return start }
        }
        return nil
    }

    private static func isSame(_ byte: UInt8, _ small: UInt8) -> Bool {
        byte == small || (UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte && byte | 0x20 == small)
    }
}
