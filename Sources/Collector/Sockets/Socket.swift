import CSockets
import Glibc
import NIOCore

/// A TCP socket of the system's. None of its calls blocks. Whoever owns it closes it, once.
struct Socket: Sendable {
    /// What moving bytes led to.
    enum Transfer {
        /// So many bytes were moved; none by a receive means that the peer sends no more.
        case moved(Int)
        /// Not now.
        case wouldBlock
        /// The connection is broken; the system's error number.
        case broken(CInt)
    }

    /// What asking for a new connection led to.
    enum Arrival {
        /// A connection, and whose it is, unless it has ended already.
        case connection(Socket, SocketAddress?)
        /// Nobody waits.
        case none
        /// The system has no room for another connection, and who waits goes on waiting.
        case noRoom
    }

    let descriptor: CInt

    /// A socket on which connections to an address arrive.
    static func listen(at address: SocketAddress, backlog: CInt) throws(IOError) -> Socket {
        let family = CInt(address.protocol.rawValue)
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Socket(descriptor: Glibc.socket(family, kind, 0))
        guard socket.descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        // A restart does not wait for the last connections of the process before.
        socket.set(SO_REUSEADDR, of: SOL_SOCKET)
        let isBound = address.withSockAddr { Glibc.bind(socket.descriptor, $0, socklen_t($1)) == 0 }
        guard isBound, Glibc.listen(socket.descriptor, backlog) == 0 else {
            let code = errno
            socket.close()
            throw IOError(errnoCode: code, reason: isBound ? "listen" : "bind")
        }
        return socket
    }

    /// The next connection that waits on a listening socket.
    func accept() -> Arrival {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = withUnsafeMutablePointer(to: &storage) { storage in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    accept4(self.descriptor, $0, &length, CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
                }
            }
            if accepted >= 0 {
                let socket = Socket(descriptor: accepted)
                // An answer is one write: waiting for more of it would only make it late.
                socket.set(TCP_NODELAY, of: CInt(IPPROTO_TCP))
                return .connection(socket, Self.address(storage))
            }
            switch errno {
            case EAGAIN: return .none
            // Whoever it was is gone already, or the network had an error of its own: accept(2), "Error handling".
            case EINTR, ECONNABORTED, EPERM, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
                EOPNOTSUPP, ENETUNREACH:
                continue
            default: return .noRoom
            }
        }
    }

    /// Where it listens.
    var localAddress: SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(self.descriptor, $0, &length) }
        }
        return code == 0 ? Self.address(storage) : nil
    }

    /// Takes what has arrived, as far as there is room for it.
    func receive(into room: UnsafeMutableRawBufferPointer) -> Transfer {
        self.transfer { recv(self.descriptor, room.baseAddress, room.count, 0) }
    }

    /// Sends as much as the system takes.
    func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        self.transfer { Glibc.send(self.descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)) }
    }

    // Called for every request, so that the closure is worth being inlined.
    @inline(__always)
    private func transfer(_ move: () -> Int) -> Transfer {
        while true {
            let count = move()
            guard count < 0 else { return .moved(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .broken(errno)
            }
        }
    }

    /// Tells the peer that nothing more is sent.
    func endOutput() { _ = shutdown(self.descriptor, CInt(SHUT_WR)) }

    func close() { _ = Glibc.close(self.descriptor) }

    private func set(_ option: CInt, of level: CInt) {
        var value: CInt = 1
        _ = setsockopt(self.descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private static func address(_ storage: sockaddr_storage) -> SocketAddress? {
        withUnsafeBytes(of: storage) { bytes in
            switch CInt(storage.ss_family) {
            case AF_INET: SocketAddress(bytes.loadUnaligned(as: sockaddr_in.self))
            case AF_INET6: SocketAddress(bytes.loadUnaligned(as: sockaddr_in6.self))
            default: nil
            }
        }
    }
}
