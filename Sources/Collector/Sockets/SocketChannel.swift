import NIOCore
import Synchronization

/// A connection of the public port on a ``SocketLoop``: to its handlers NIO's `Channel`, with half-closure and reading
/// by itself.
///
/// - Reading: once for each change that the loop tells, into the loop's own memory; on in the next turn if that was not
///   all and the handlers want more. Nothing is read, and nothing asked of the system, while they do not.
/// - Writing: at once, on a flush. What the system does not take waits until it does.
/// - Closing: both halves closed is closed, once what was written is sent. A broken connection is read to its end first,
///   whether reading or writing showed that it is, as a page that was left may have sent something worth keeping before.
///
/// `@unchecked Sendable`: everything mutable is touched on the loop alone, but for the three atomics that other threads
/// may ask for.
final class SocketChannel: Channel, @unchecked Sendable {
    let eventLoop: any EventLoop
    let remoteAddress: SocketAddress?
    let loop: SocketLoop
    let socket: Socket
    private(set) lazy var pipeline = ChannelPipeline(channel: self)
    let closePromise: EventLoopPromise<Void>

    /// The port's own handler, if nothing stands between it and the socket. What the pipeline costs, most of it counting
    /// of references, is saved then.
    var connection: ConnectionHandler?

    // The core's, which is an extension.
    var key: UInt64?
    var writes = PendingWrites()
    var isSending = false
    /// Whether handlers wait for bytes.
    var wantsBytes = false
    /// Whether the system may hold bytes that were not read.
    var holdsBytes = false
    /// Whether everything the peer will ever send has arrived.
    var isEnding = false
    var isToReadOn = false
    var inputIsClosed = false
    var outputClosing = Closing.open

    /// How far the closing of the writing half is.
    enum Closing {
        case open
        case afterWrites(EventLoopPromise<Void>?)
        case closed
        /// The system takes nothing any more: what the peer sent before is read, and then the connection closed.
        case broken(IOError)
    }

    let isOpenFlag = Atomic(true)
    let isActiveFlag = Atomic(false)
    let isWritableFlag = Atomic(true)

    /// A connection that is not read before ``open()``.
    init(_ socket: Socket, peer: SocketAddress?, loop: SocketLoop) {
        self.socket = socket
        self.remoteAddress = peer
        self.loop = loop
        self.eventLoop = loop
        self.closePromise = loop.makePromise()
    }

    /// Begins to read. On the loop, when the handlers are there.
    func open() { self.registerAlreadyConfigured0(promise: nil) }

    // MARK: Channel

    var allocator: ByteBufferAllocator { ByteBufferAllocator() }
    var closeFuture: EventLoopFuture<Void> { self.closePromise.futureResult }
    var localAddress: SocketAddress? { self.isOpen ? self.socket.localAddress : nil }
    var parent: (any Channel)? { nil }
    var isWritable: Bool { self.isWritableFlag.load(ordering: .relaxed) }
    var isActive: Bool { self.isActiveFlag.load(ordering: .relaxed) }
    var isOpen: Bool { self.isOpenFlag.load(ordering: .relaxed) }
    var _channelCore: any ChannelCore { self }
    var syncOptions: (any NIOSynchronousChannelOptions)? { Options() }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        self.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        self.eventLoop.makeCompletedFuture { try Options().getOption(option) }
    }

    /// The options, which are what they are.
    private struct Options: NIOSynchronousChannelOptions {
        func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws {
            throw ChannelError.operationUnsupported
        }

        func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
            let isOn =
                option is ChannelOptions.Types.AutoReadOption
                || option is ChannelOptions.Types.AllowRemoteHalfClosureOption
            guard isOn, let value = true as? Option.Value else { throw ChannelError.operationUnsupported }
            return value
        }
    }
}
