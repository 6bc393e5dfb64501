import Domain
import TestSupport
import Testing

@testable import Collector

@Suite struct RequestParserTests {
    private let routes = Routes(prefix: "")

    private enum Seen: Equatable {
        case needMore
        case handOver
        case request(path: String, query: String, body: String, length: Int, keepsAlive: Bool)
    }

    private func parse(_ text: String) -> Seen { self.parse(Array(text.utf8)) }

    private func parse(_ bytes: [UInt8]) -> Seen {
        var parser = RequestParser()
        return self.parse(bytes, with: &parser)
    }

    private func parse(_ bytes: [UInt8], with parser: inout RequestParser) -> Seen {
        bytes.withUnsafeBytes { raw in
            switch parser.parse(raw, routes: self.routes) {
            case .needMore: .needMore
            case .handOver: .handOver
            case .request(let head, _, let length):
                .request(
                    path: head.path.string(in: raw),
                    query: head.query.string(in: raw),
                    body: head.body.string(in: raw),
                    length: length,
                    keepsAlive: head.keepsAlive
                )
            }
        }
    }

    @Test func aSimpleGetIsRead() {
        let text = "GET /p.gif?site=shop&x=1 HTTP/1.1\r\nHost: a\r\nDNT:1\r\n\r\n"
        let expected = Seen.request(
            path: "/p.gif",
            query: "site=shop&x=1",
            body: "",
            length: text.utf8.count,
            keepsAlive: true
        )
        #expect(self.parse(text) == expected)
    }

    @Test func aPostIsWholeOnlyWithItsBody() {
        let head = "POST /e HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
        #expect(self.parse(head + "abc") == .needMore)
        let expected = Seen.request(
            path: "/e",
            query: "",
            body: "abcd",
            length: head.utf8.count + 4,
            keepsAlive: false
        )
        #expect(self.parse(head + "abcdGET") == expected)
    }

    @Test func splittingAtEveryByteChangesNothing() {
        let text = Array("POST /e?a HTTP/1.1\r\nHost: a\r\nCookie: x=y\r\nContent-Length: 3\r\n\r\nabc".utf8)
        let whole = self.parse(text)
        for split in 0..<text.count {
            var parser = RequestParser()
            #expect(self.parse(Array(text[..<split]), with: &parser) == .needMore)
            #expect(self.parse(text, with: &parser) == whole)
        }
        var parser = RequestParser()
        for count in 0..<text.count { #expect(self.parse(Array(text[..<count]), with: &parser) == .needMore) }
        #expect(self.parse(text, with: &parser) == whole)
    }

    @Test(arguments: [
        "PUT /e HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/p.gif HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /p.gif HTTP/1.0\r\nHost: a\r\n\r\n",
        "GET /p.gif  HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /p.gif#x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /p.gif HTTP/1.1\nHost: a\n\n",
        "GET /p.gif HTTP/1.1\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\rb\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\u{0}\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n",
        "GET /p.gif HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
        "POST /e HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
        "POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\na",
        "POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\na",
        "POST /e HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
        "\r\nGET /p.gif HTTP/1.1\r\nHost: a\r\n\r\n",
        "\u{16}\u{3}\u{1}",
    ])
    func whatIsNotPlainIsHandedOver(_ text: String) {
        #expect(self.parse(text) == .handOver)
    }

    @Test func aHeadWithoutEndIsNotKeptForEver() {
        var text = "GET /p.gif HTTP/1.1\r\nHost: a\r\n"
        while text.utf8.count <= Limits.requestHeadBytes {
            text += "X-Filler: \(String(repeating: "x", count: 80))\r\n"
        }
        #expect(self.parse(text) == .handOver)
    }

    @Test func arbitraryBytesNeverCrash() {
        var random = SeededRandom(seed: 3)
        let base = Array("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nCookie: a=b\r\n\r\nabc".utf8)
        var outcomes: [Int] = [0, 0, 0]
        for _ in 0..<20_000 {
            var bytes = base
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                }
            }
            switch self.parse(bytes) {
            case .needMore: outcomes[0] += 1
            case .handOver: outcomes[1] += 1
            case .request(_, _, _, let length, _):
                outcomes[2] += 1
                #expect(length <= bytes.count)
            }
        }
        #expect(outcomes.allSatisfy { $0 > 50 })
    }
}
