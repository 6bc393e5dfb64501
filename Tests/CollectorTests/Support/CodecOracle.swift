import Domain
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import Collector

/// The same bytes read by the collector's own codec and by NIOHTTP1.
enum CodecOracle {
    struct Message: Equatable {
        var method: String
        var target: String
        var fields: [String]
        var body: [UInt8]
        var keepsAlive: Bool
    }

    /// The requests at the start of `bytes` that our codec takes, until it needs more or hands over.
    static func ours(_ bytes: [UInt8]) -> [Message] {
        var messages: [Message] = []
        var rest = bytes[...]
        let routes = Routes(prefix: "")
        while !rest.isEmpty {
            var parser = RequestParser()
            let taken: (Message, Int)? = Array(rest).withUnsafeBytes { raw in
                guard case .request(let head, _, let length) = parser.parse(raw, routes: routes) else { return nil }
                let path = head.path.string(in: raw)
                let pathEnd = Int(head.path.start) + Int(head.path.count)
                let target = raw[pathEnd] == UInt8(ascii: "?") ? "\(path)?\(head.query.string(in: raw))" : path
                let fields = RequestField.allCases.filter { head.has($0) }.map {
                    "\($0.name): \(head[$0].string(in: raw))"
                }
                let message = Message(
                    method: "\(head.method)".uppercased(),
                    target: target,
                    fields: fields.sorted(),
                    body: Array(raw[head.body.bounds]),
                    keepsAlive: head.keepsAlive
                )
                return (message, length)
            }
            guard let (message, length) = taken else { break }
            messages.append(message)
            rest = rest.dropFirst(length)
            if !message.keepsAlive { break }
        }
        return messages
    }

    /// NIOHTTP1 leaves the white space behind a value, which is no part of it (RFC 9112, section 5).
    private static func withoutTrailingBlanks(_ value: String) -> String {
        var value = value
        while value.hasSuffix(" ") || value.hasSuffix("\t") { value.removeLast() }
        return value
    }

    static func standard(_ bytes: [UInt8]) -> [Message] {
        let channel = EmbeddedChannel(
            handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
        )
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var buffer = channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        _ = try? channel.writeInbound(buffer)
        var messages: [Message] = []
        var open: Message?
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                let known = RequestField.allCases.flatMap { field in
                    head.headers["\(field.name)"].map { "\(field.name): \(Self.withoutTrailingBlanks($0))" }
                }
                open = Message(
                    method: head.method.rawValue,
                    target: head.uri,
                    fields: known.sorted(),
                    body: [],
                    keepsAlive: head.isKeepAlive
                )
            case .body(let part): open?.body.append(contentsOf: part.readableBytesView)
            case .end:
                if let message = open { messages.append(message) }
                open = nil
            }
        }
        return messages
    }
}
