import Glibc

/// As much of Redis' protocol (RESP2) as a pipeline over a local socket needs.
final class RedisClient {
    enum Failure: Error {
        case socket(Int32)
        case closed
        case refused(String)
    }

    /// What a command is answered.
    enum Reply {
        case text(String)
        case number(Int)
        case list([Reply])
        case nothing

        var text: String? { if case .text(let text) = self { text } else { nil } }
        var number: Int? { if case .number(let number) = self { number } else { nil } }
    }

    private let descriptor: Int32
    private var outgoing: [UInt8] = []
    private var incoming: [UInt8] = []
    private var place = 0
    private var waiting = 0

    /// Connects to a server's Unix socket.
    init(path: String) throws {
        self.descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw Failure.socket(errno) }
    }

    deinit { close(self.descriptor) }

    /// Adds a command to the pipeline.
    func add(_ arguments: String...) {
        self.outgoing.append(contentsOf: "*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            self.outgoing.append(contentsOf: "$\(argument.utf8.count)\r\n".utf8)
            self.outgoing.append(contentsOf: argument.utf8)
            self.outgoing.append(contentsOf: "\r\n".utf8)
        }
        self.waiting += 1
    }

    /// Sends the pipeline; the replies, in order.
    func exchange() throws -> [Reply] {
        var sent = 0
        while sent < self.outgoing.count {
            let count = self.outgoing.withUnsafeBytes { bytes in
                write(self.descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
            }
            guard count > 0 else { throw Failure.socket(errno) }
            sent += count
        }
        self.outgoing.removeAll(keepingCapacity: true)
        var replies: [Reply] = []
        replies.reserveCapacity(self.waiting)
        for _ in 0..<self.waiting { replies.append(try self.readReply()) }
        self.waiting = 0
        self.incoming.removeSubrange(..<self.place)
        self.place = 0
        return replies
    }

    /// One command and its reply.
    func call(_ arguments: String...) throws -> Reply {
        switch arguments.count {
        case 1: self.add(arguments[0])
        case 2: self.add(arguments[0], arguments[1])
        default: self.add(arguments[0], arguments[1], arguments[2])
        }
        return try self.exchange().first ?? .nothing
    }

    private func readReply() throws -> Reply {
        let line = try self.readLine()
        let rest = String(line.dropFirst())
        switch line.first {
        case "+": return .text(rest)
        case ":": return .number(Int(rest) ?? 0)
        case "$":
            guard let count = Int(rest), count >= 0 else { return .nothing }
            while self.incoming.count < self.place + count + 2 { try self.receive() }
            let text = String(decoding: self.incoming[self.place..<(self.place + count)], as: UTF8.self)
            self.place += count + 2
            return .text(text)
        case "*":
            var list: [Reply] = []
            for _ in 0..<max(Int(rest) ?? 0, 0) { list.append(try self.readReply()) }
            return .list(list)
        default: throw Failure.refused(line)
        }
    }

    private func readLine() throws -> String {
        while true {
            if let end = self.incoming[self.place...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { self.place = end + 1 }
                return String(decoding: self.incoming[self.place..<(end - 1)], as: UTF8.self)
            }
            try self.receive()
        }
    }

    private func receive() throws {
        let before = self.incoming.count
        let room = 65_536
        self.incoming.append(contentsOf: repeatElement(0, count: room))
        let count = self.incoming.withUnsafeMutableBytes { bytes in
            read(self.descriptor, bytes.baseAddress?.advanced(by: before), room)
        }
        self.incoming.removeLast(room - max(count, 0))
        guard count > 0 else { throw Failure.closed }
    }
}
