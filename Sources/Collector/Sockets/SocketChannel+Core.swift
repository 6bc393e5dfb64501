import Domain
import NIOCore
import Synchronization

// MARK: Reading

extension SocketChannel: SocketWatcher {
    func ready(_ readiness: Poller.Readiness) {
        if !readiness.isDisjoint(with: [.ended, .broken]) { self.isEnding = true }
        if self.isEnding || readiness.contains(.readable) {
            self.holdsBytes = true
            if self.wantsBytes {
                self.receive()
            } else if readiness.contains(.broken) {
                // Nobody would notice before the next read, which may be as late as the answer that nobody gets.
                self.close0(error: ChannelError.eof, mode: .all, promise: nil)
            }
        }
        if readiness.contains(.writable), self.writes.hasFlushed { self.send() }
    }

    func loopEnds() { self.close0(error: ChannelError.ioOnClosedChannel, mode: .all, promise: nil) }

    /// The loop comes back to a channel that had something left.
    func readOn() {
        self.isToReadOn = false
        if self.wantsBytes, self.holdsBytes { self.receive() }
    }

    private func receive() {
        guard self.isOpen, !self.inputIsClosed else { return }
        self.wantsBytes = false
        switch self.socket.receive(into: self.loop.room) {
        case .moved(0):
            self.holdsBytes = false
            self.close0(error: ChannelError.eof, mode: .input, promise: nil)
        case .moved(let count):
            // A read that was not filled has taken everything, and the end of the input has no more telling to come.
            self.holdsBytes = self.isEnding || count == Limits.receivedBytes
            self.take(UnsafeRawBufferPointer(rebasing: self.loop.room[..<count]))
            return
        case .wouldBlock:
            self.holdsBytes = false
            if case .broken(let error) = self.outputClosing {
                self.close0(error: error, mode: .all, promise: nil)
                return
            }
        case .broken(let code):
            let error = IOError(errnoCode: code, reason: "recv")
            self.pipeline.syncOperations.fireErrorCaught(error)
            self.close0(error: error, mode: .all, promise: nil)
            return
        }
        self.pipeline.syncOperations.fireChannelReadComplete()
        self.readAgain()
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        if let connection {
            connection.received(bytes)
        } else {
            self.pipeline.syncOperations.fireChannelRead(NIOAny(ByteBuffer(bytes: bytes)))
            self.pipeline.syncOperations.fireChannelReadComplete()
        }
        self.readAgain()
    }

    private func readAgain() {
        guard self.isOpen else { return }
        if let connection {
            if connection.readsOn() { self.read0() }
        } else {
            self.pipeline.syncOperations.read()
        }
    }
}

// MARK: ChannelCore

extension SocketChannel: ChannelCore {
    func localAddress0() throws -> SocketAddress { try self.known(self.localAddress) }

    func remoteAddress0() throws -> SocketAddress { try self.known(self.remoteAddress) }

    private func known(_ address: SocketAddress?) throws -> SocketAddress {
        guard let address else { throw ChannelError.operationUnsupported }
        return address
    }

    func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }

    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) {
        guard self.isOpen, self.key == nil else {
            promise?.fail(ChannelError.inappropriateOperationForState)
            return
        }
        do throws(IOError) {
            self.key = try self.loop.watch(self.socket, self)
        } catch {
            promise?.fail(error)
            self.close0(error: error, mode: .all, promise: nil)
            return
        }
        self.isActiveFlag.store(true, ordering: .relaxed)
        promise?.succeed()
        self.pipeline.syncOperations.fireChannelRegistered()
        self.pipeline.syncOperations.fireChannelActive()
        self.readAgain()
    }

    func bind0(to address: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func connect0(to address: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func read0() {
        guard self.isOpen, !self.inputIsClosed else { return }
        self.wantsBytes = true
        guard self.holdsBytes, !self.isToReadOn else { return }
        self.isToReadOn = true
        self.loop.readOnSoon(self)
    }

    func channelRead0(_ data: NIOAny) {}

    func errorCaught0(error: any Error) {}

    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    // MARK: Writing

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard self.isOpen else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        guard case .open = self.outputClosing else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        if self.writes.append(self.unwrapData(data, as: ByteBuffer.self), promise) { self.changeWritability() }
    }

    func flush0() {
        self.writes.flush()
        if !self.isSending { self.send() }
    }

    private func send() {
        self.isSending = true
        defer { self.isSending = false }
        var failure: CInt?
        // Whoever is told of a write may write again, or close.
        while self.isOpen,
            let sent = self.writes.sendFirst({ bytes in
                switch self.socket.send(bytes) {
                case .moved(let count): return count
                case .wouldBlock: return nil
                case .broken(let code):
                    failure = code
                    return nil
                }
            })
        {
            sent.promise?.succeed()
            if sent.becameWritable { self.changeWritability() }
        }
        if let failure {
            self.breakOff(IOError(errnoCode: failure, reason: "send"))
        } else if self.isOpen, case .afterWrites(let promise) = self.outputClosing, !self.writes.hasFlushed {
            self.endOutput(promise)
        }
    }

    /// Nothing can be sent any more. What the peer sent before it broke off is read, and that is all there will be.
    private func breakOff(_ error: IOError) {
        self.failWrites(error)
        self.outputClosing = .broken(error)
        self.isEnding = true
        self.holdsBytes = true
        if !self.isWritable { self.changeWritability() }
        // In the next turn: whoever wrote is in the middle of it, and may want more when they are through.
        self.loop.execute {
            if self.inputIsClosed {
                self.close0(error: error, mode: .all, promise: nil)
            } else {
                self.readAgain()
            }
        }
    }

    private func failWrites(_ error: any Error) {
        for write in self.writes.removeAll() { write.fail(error) }
        if case .afterWrites(let waiting) = self.outputClosing { waiting?.fail(error) }
    }

    /// Writes bytes and flushes, without the pipeline between.
    func writeAtOnce(_ bytes: ByteBuffer) {
        guard self.isOpen, case .open = self.outputClosing else { return }
        var rest = bytes
        if self.writes.isEmpty, case .moved(let count) = bytes.withUnsafeReadableBytes({ self.socket.send($0) }) {
            guard count < bytes.readableBytes else { return }
            rest.moveReaderIndex(forwardBy: count)
        }
        // What the system does not take now, and why, is found out once more.
        if self.writes.append(rest, nil) { self.changeWritability() }
        self.flush0()
    }

    private func changeWritability() {
        self.isWritableFlag.store(self.writes.isWritable, ordering: .relaxed)
        self.pipeline.syncOperations.fireChannelWritabilityChanged()
    }

    // MARK: Closing

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard self.isOpen else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        switch mode {
        case .all: self.closeAll(error, promise)
        case .input: self.closeInput(error, promise)
        case .output: self.closeOutput(error, promise)
        }
    }

    private func closeInput(_ error: any Error, _ promise: EventLoopPromise<Void>?) {
        guard !self.inputIsClosed else {
            promise?.fail(ChannelError.inputClosed)
            return
        }
        switch self.outputClosing {
        case .closed, .broken: return self.closeAll(error, promise)
        case .open, .afterWrites: self.inputIsClosed = true
        }
        promise?.succeed()
        self.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    private func closeOutput(_ error: any Error, _ promise: EventLoopPromise<Void>?) {
        guard case .open = self.outputClosing else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        if self.writes.hasFlushed {
            self.outputClosing = .afterWrites(promise)
        } else if self.inputIsClosed {
            self.closeAll(error, promise)
        } else {
            self.endOutput(promise)
        }
    }

    private func endOutput(_ promise: EventLoopPromise<Void>?) {
        self.outputClosing = .closed
        self.socket.endOutput()
        promise?.succeed()
        self.pipeline.fireUserInboundEventTriggered(ChannelEvent.outputClosed)
        if self.inputIsClosed { self.close0(error: ChannelError.eof, mode: .all, promise: nil) }
    }

    private func closeAll(_ error: any Error, _ promise: EventLoopPromise<Void>?) {
        let wasActive = self.isActive
        self.isOpenFlag.store(false, ordering: .relaxed)
        self.isActiveFlag.store(false, ordering: .relaxed)
        if let key { self.loop.forget(key) }
        self.socket.close()
        self.failWrites(error)
        self.outputClosing = .closed
        self.connection = nil
        promise?.succeed()
        if wasActive {
            self.pipeline.syncOperations.fireChannelInactive()
            self.pipeline.syncOperations.fireChannelUnregistered()
        }
        // Whoever closes may be one of the handlers.
        self.loop.execute {
            self.removeHandlers(pipeline: self.pipeline)
            self.closePromise.succeed()
        }
    }
}
