import Domain
import NIOCore

/// One connection of the public port: reads requests with the collector's own codec, keeps their answers in order and
/// writes them when they may be said.
///
/// What may happen when is ``ConnectionMachine``'s; what a request means is the endpoints'. After a hand-over the
/// handler stays in front of the standard pipeline, so that order, limits and time-outs are the same there.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: CollectorLoop
    /// The connection's socket, if nothing stands between the two; else bytes go through the pipeline.
    private let socket: SocketChannel?
    private var machine: ConnectionMachine
    private var parser = RequestParser()
    /// What arrived and was not taken yet.
    private(set) var input: ByteBuffer?
    private var answers = AnswerQueue()
    private var context: ChannelHandlerContext?
    private var holdsRead = false
    private(set) var peer: NetworkAddress?

    init(loop: CollectorLoop, socket: SocketChannel? = nil) {
        self.loop = loop
        self.socket = socket
        // The loop may have slept until now.
        loop.beginCycle()
        self.machine = ConnectionMachine(openedAt: loop.monotonicNow)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.peer = NetworkAddress(context.remoteAddress)
        self.loop.opened(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.peer = NetworkAddress(context.remoteAddress)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.loop.closed(self)
        self.answers.removeAll()
        self.input = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.loop.closed(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.unwrapInboundIn(data).withUnsafeReadableBytes { self.received($0, context: context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.writeReady(context: context)
        context.fireChannelReadComplete()
    }

    /// Bytes from the socket itself, and then, as far as one read goes, no more. They are the reader's again afterwards.
    func received(_ bytes: UnsafeRawBufferPointer) {
        guard let context else { return }
        self.received(bytes, context: context)
        self.channelReadComplete(context: context)
    }

    /// Whether the socket is to be read on; if not, it will be when there is room again.
    func readsOn() -> Bool {
        self.holdsRead = !self.machine.mayRead
        return !self.holdsRead
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.machine.isWritable = context.channel.isWritable
        self.resume(context: context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? ChannelEvent {
        case .some(.inputClosed):
            let holdsInput = self.input.map { $0.readableBytes > 0 } ?? false
            self.perform(self.machine.inputClosed(holdsInput: holdsInput), context: context)
        case .some(.outputClosed):
            self.loop.beginCycle()
            self.machine.outputClosed(at: self.loop.monotonicNow)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A broken socket has nobody to tell.
        context.close(promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        if self.readsOn() { context.read() }
    }

    // MARK: Requests

    /// Why the taking of requests paused.
    private enum Pause {
        /// Everything was taken.
        case empty
        /// What is left is the beginning of a request.
        case part
        /// What is left is for the standard pipeline to judge.
        case notUnderstood
        /// The answers have to be written first.
        case full
    }

    private func received(_ bytes: UnsafeRawBufferPointer, context: ChannelHandlerContext) {
        self.loop.beginCycle()
        self.machine.received(at: self.loop.monotonicNow)
        switch self.machine.state {
        case .handedOver:
            self.keep(bytes)
            self.feed(context: context)
        case .reading where self.input == nil:
            // Nearly always whole requests, of which nothing has to be kept.
            let (length, pause) = self.takeRequests(from: bytes)
            if length < bytes.count { self.keep(UnsafeRawBufferPointer(rebasing: bytes[length...])) }
            self.pause(pause, context: context)
        case .reading, .draining(.handOver):
            self.keep(bytes)
            self.parse(context: context)
        case .draining(.close), .lingering, .closed: break
        }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        guard var input = self.input.take() else {
            self.input = ByteBuffer(bytes: bytes)
            return
        }
        // A peer whose reads always end within a request would else make the buffer grow for ever. Moved only when it
        // frees at least as much as is moved, so that a byte is moved once or twice in its life.
        if input.readerIndex >= input.readableBytes { input.discardReadBytes() }
        input.writeBytes(bytes)
        self.input = input
    }

    private func parse(context: ChannelHandlerContext) {
        guard let input else { return }
        let (length, pause) = input.withUnsafeReadableBytes { self.takeRequests(from: $0) }
        if pause == .empty { self.input = nil } else { self.input?.moveReaderIndex(forwardBy: length) }
        self.pause(pause, context: context)
    }

    /// Gives the standard pipeline what arrived, little by little: of what it has, it answers all at once.
    private func feed(context: ChannelHandlerContext) {
        while self.machine.state == .handedOver, self.machine.mayRead, let rest = self.input?.readableBytes, rest > 0 {
            guard let part = self.input?.readSlice(length: min(rest, Limits.standardBytes)) else { break }
            context.fireChannelRead(self.wrapInboundOut(part))
        }
        guard self.input?.readableBytes == 0 else { return }
        self.input = nil
        guard self.machine.inputIsClosed else { return }
        self.perform(self.machine.inputClosed(holdsInput: false), context: context)
    }

    /// Takes whole requests, as many as may be. Returns how long they are.
    private func takeRequests(from bytes: UnsafeRawBufferPointer) -> (length: Int, pause: Pause) {
        var start = 0
        while start < bytes.count {
            guard self.machine.mayParse else { return (start, .full) }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            switch self.parser.parse(rest, routes: self.loop.collector.routes) {
            case .needMore: return (start, .part)
            case .handOver: return (start, .notUnderstood)
            case .request(let head, let route, let length):
                let reply = self.loop.answer(Request(head: head, bytes: rest, route: route), peer: self.peer)
                self.take(reply, closes: !head.keepsAlive)
                start += length
            }
        }
        return (start, .empty)
    }

    private func pause(_ pause: Pause, context: ChannelHandlerContext) {
        let now = self.loop.monotonicNow
        switch pause {
        case .empty: self.perform(self.machine.paused(holdsPart: false, at: now), context: context)
        case .part: self.perform(self.machine.paused(holdsPart: true, at: now), context: context)
        case .notUnderstood: self.perform(self.machine.didNotUnderstand(), context: context)
        case .full: break
        }
    }

    /// Whether the standard pipeline's requests are still answered: not behind an answer that closes.
    var takesRequests: Bool { self.machine.state == .handedOver }

    /// The answer to a request; to one that the standard pipeline read, while ``takesRequests``.
    func take(_ reply: consuming Reply, closes: Bool) {
        self.machine.took(closes: closes)
        self.append(reply, closes: closes)
    }

    /// Interim bytes the standard pipeline's peer waits for; only while nothing else is to be answered.
    func writeInterim(_ text: StaticString) {
        guard let context, self.answers.isEmpty else { return }
        var buffer = context.channel.allocator.buffer(capacity: text.utf8CodeUnitCount)
        buffer.writeStaticString(text)
        context.writeAndFlush(self.wrapOutboundOut(buffer), promise: nil)
    }

    // MARK: Answers

    private func append(_ reply: consuming Reply, closes: Bool) {
        let wait = reply.wait
        let serial = self.answers.append(reply, closes: closes, loop: self.loop)
        switch wait {
        case .none: break
        case .commit(let ticket, let lane): self.loop.await(ticket, on: lane, for: self)
        case .commitBriefly(let ticket, let lane):
            self.loop.await(ticket, on: lane, for: self)
            self.loop.awaitBriefly(serial: serial, for: self)
        }
    }

    /// Everything up to a lane's ticket is durable.
    func committed(through ticket: UInt64, on lane: LogWriterRole) {
        self.answers.release(lane, through: ticket)
        self.writeReady()
    }

    /// Nothing more of a lane's will be durable.
    func failed(on lane: LogWriterRole) {
        self.answers.fail(lane, loop: self.loop)
        self.writeReady()
    }

    /// Whether an answer waits for its commit.
    func awaits(serial: UInt64) -> Bool { self.answers.awaits(serial: serial) }

    /// An answer has waited for its commit as long as it may.
    func waitedEnough(serial: UInt64) {
        self.answers.release(serial: serial)
        self.writeReady()
    }

    private func writeReady() {
        guard let context else { return }
        self.loop.beginCycle()
        self.writeReady(context: context)
    }

    private func writeReady(context: ChannelHandlerContext) {
        guard let (bytes, count) = self.answers.takeReady() else { return }
        if let socket {
            socket.writeAtOnce(bytes)
        } else {
            context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
        }
        self.perform(self.machine.answered(count, at: self.loop.monotonicNow), context: context)
        self.resume(context: context)
    }

    /// Goes on with requests that waited for room.
    private func resume(context: ChannelHandlerContext) {
        if self.machine.mayParse, self.input != nil {
            self.loop.beginCycle()
            self.parse(context: context)
            self.writeReady(context: context)
        } else if self.machine.state == .handedOver, self.machine.mayRead, self.input != nil {
            self.loop.beginCycle()
            self.feed(context: context)
            self.writeReady(context: context)
        }
        guard self.holdsRead, self.machine.mayRead else { return }
        self.holdsRead = false
        context.read()
    }

    // MARK: Ends

    /// The coarse timer passed.
    func tick() {
        guard let context else { return }
        self.perform(self.machine.tick(at: self.loop.monotonicNow), context: context)
    }

    /// The service stops.
    func stop() {
        guard let context else { return }
        self.perform(self.machine.stop(), context: context)
    }

    private func perform(_ action: ConnectionMachine.Action, context: ChannelHandlerContext) {
        switch action {
        case .none: break
        case .close: context.close(promise: nil)
        case .closeOutput:
            self.input = nil
            context.close(mode: .output, promise: nil)
            // The peer's end of file has to be read to be seen.
            self.resume(context: context)
        case .handOver: self.handOver(context: context)
        }
    }

    private func handOver(context: ChannelHandlerContext) {
        self.loop.counters.count { $0.handedOver += 1 }
        do {
            try StandardPipeline.add(behind: self, loop: self.loop, context: context)
        } catch {
            context.close(promise: nil)
            return
        }
        guard self.input != nil else {
            guard self.machine.inputIsClosed else { return }
            return self.perform(self.machine.inputClosed(holdsInput: false), context: context)
        }
        self.feed(context: context)
        context.fireChannelReadComplete()
        self.writeReady(context: context)
        self.resume(context: context)
    }
}
