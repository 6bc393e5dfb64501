import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A destination on a real socket of the loopback interface.
final class HTTPReceiver: Sendable {
    /// A request as it arrived.
    struct Request: Sendable {
        var method: String
        var uri: String
        var headers: HTTPHeaders
        var body: [UInt8]
        /// The address that the client connected to.
        var localAddress: String?
        /// The client's port, which tells connections apart.
        var clientPort: Int?
    }

    /// What to answer; `nil` for nothing at all.
    struct Answer: Sendable {
        var status: Int
        var headers: [(String, String)] = []
        var body: [UInt8] = []

        /// No answer, but the end of the connection: how a server says farewell that has kept it long enough.
        static let farewell = Answer(status: 0)
    }

    let port: Int

    private let channel: any Channel
    private let log: RequestLog

    private init(channel: any Channel, port: Int, log: RequestLog) {
        self.channel = channel
        self.port = port
        self.log = log
    }

    /// Listens on a free port of every loopback address, 127.0.0.1 to 127.255.255.254.
    static func start(answer: @escaping @Sendable (Request) -> Answer?) async throws -> HTTPReceiver {
        let log = RequestLog()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log: log, answer: answer))
                }
            }
            .bind(host: "0.0.0.0", port: 0).get()
        return HTTPReceiver(channel: channel, port: channel.localAddress?.port ?? 0, log: log)
    }

    /// What arrived so far.
    var requests: [Request] { self.log.requests.withLock { $0 } }

    func stop() async throws { try await self.channel.close() }

    private final class RequestLog: Sendable {
        let requests = Mutex<[Request]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: RequestLog
        private let answer: @Sendable (Request) -> Answer?
        private var request: Request?

        init(log: RequestLog, answer: @escaping @Sendable (Request) -> Answer?) {
            self.log = log
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.request = Request(
                    method: head.method.rawValue,
                    uri: head.uri,
                    headers: head.headers,
                    body: [],
                    localAddress: context.localAddress?.ipAddress,
                    clientPort: context.remoteAddress?.port
                )
            case .body(let buffer):
                self.request?.body.append(contentsOf: buffer.readableBytesView)
            case .end:
                guard let request = self.request else { return }
                self.log.requests.withLock { $0.append(request) }
                guard let answer = self.answer(request) else { return }
                guard answer.status != Answer.farewell.status else { return context.close(promise: nil) }
                let head = HTTPResponseHead(
                    version: .http1_1,
                    status: HTTPResponseStatus(statusCode: answer.status),
                    headers: HTTPHeaders(answer.headers + [("content-length", "\(answer.body.count)")])
                )
                context.write(self.wrapOutboundOut(.head(head)), promise: nil)
                let body = ByteBuffer(bytes: answer.body)
                context.write(self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
                context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // A client that breaks off is part of the tests.
            context.close(promise: nil)
        }
    }
}
