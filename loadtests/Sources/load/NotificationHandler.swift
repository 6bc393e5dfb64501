import NIOCore
import NIOHTTP1
import NIOPosix

/// A destination for webhooks: answers 204 to everything, and tells which of the contacts whose keys begin alike
/// each is about.
final class NotificationHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// How the contacts' keys begin in JSON; a number follows.
    private let key: [UInt8]
    private let onNotification: @Sendable (Int) -> Void
    private var body: [UInt8] = []

    private init(prefix: String, onNotification: @escaping @Sendable (Int) -> Void) {
        self.key = Array("\"\(prefix)".utf8)
        self.onNotification = onNotification
    }

    /// Listens on a port of this machine. What is received is told on the loop.
    static func listen(
        on port: Int,
        prefix: String,
        loop: any EventLoop,
        onNotification: @escaping @Sendable (Int) -> Void
    ) -> EventLoopFuture<any Channel> {
        ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        NotificationHandler(prefix: prefix, onNotification: onNotification)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: port)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head: self.body.removeAll(keepingCapacity: true)
        case .body(let bytes): self.body.append(contentsOf: bytes.readableBytesView)
        case .end:
            if let number = self.number(in: self.body) { self.onNotification(number) }
            let head = HTTPResponseHead(version: .http1_1, status: .noContent)
            context.write(self.wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    private func number(in body: [UInt8]) -> Int? {
        guard body.count > self.key.count else { return nil }
        for start in 0..<(body.count - self.key.count) where body[start] == self.key[0] {
            let end = start + self.key.count
            guard body[start..<end].elementsEqual(self.key) else { continue }
            let digits = body[end...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            return Int(String(decoding: digits, as: UTF8.self))
        }
        return nil
    }
}
