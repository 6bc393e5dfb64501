import Domain
import NIOEmbedded
import TestSupport
import Testing

@testable import Collector

/// The collector's codec against NIOHTTP1: what ours accepts must mean the same there.
@Suite struct CodecOracleTests {
    @Test func whatOursAcceptsMeansTheSameToTheOracle() {
        var random = SeededRandom(seed: 5)
        var accepted = 0
        for _ in 0..<4_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) { bytes += RequestSample.bytes(using: &random) }
            for _ in 0..<Int.random(in: 0...2, using: &random) { RequestSample.mutate(&bytes, using: &random) }
            let ours = CodecOracle.ours(bytes)
            let oracle = CodecOracle.standard(bytes)
            accepted += ours.count
            #expect(Array(oracle.prefix(ours.count)) == ours, "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 2_000)
    }

    @Test(arguments: HTTPCase.all)
    func whatOursAcceptsOfTheCorpusMeansTheSameToTheOracle(_ sample: HTTPCase) {
        // Every beginning, as it may lie in the buffer when a read ends.
        let count = sample.bytes.count
        for end in count > 2_000 ? [count] : Array(0...count) {
            let bytes = Array(sample.bytes[..<end])
            let ours = CodecOracle.ours(bytes)
            #expect(Array(CodecOracle.standard(bytes).prefix(ours.count)) == ours, "\(end) bytes")
        }
    }

    @Test func aPipelineGetsAsManyAnswersInOneReadAsByteByByte() throws {
        var random = SeededRandom(seed: 6)
        for _ in 0..<60 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) { bytes += RequestSample.bytes(using: &random) }
            if Bool.random(using: &random) { RequestSample.mutate(&bytes, using: &random) }
            let whole = try Port().connect()
            try whole.send(bytes)
            let expected = try whole.output()
            let slow = try Port().connect()
            for byte in bytes { try slow.send([byte]) }
            let output = try slow.output()
            // NIOHTTP1 notices a wrong byte at the very end of a head at once or with the next one, depending on
            // how it arrives; everything before that must be the same.
            #expect(expected.starts(with: output), "\(String(decoding: bytes, as: UTF8.self))")
            let rest = Response.read(Array(expected.dropFirst(output.count)))
            #expect(rest.allSatisfy { $0.status == 400 }, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test func aPipelineIsAnsweredAsByTheStandardPipelineAlone() throws {
        var random = SeededRandom(seed: 9)
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...8, using: &random) { bytes += RequestSample.bytes(using: &random) }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<40, using: &random)) }
            let (port, oracle) = (Port(), Port())
            let ours = try port.connect()
            try ours.send(bytes)
            ours.endInput()
            let standard = try oracle.connect()
            try standard.send(Port.request("GET", "/nowhere"))
            #expect(try standard.responses().map(\.status) == [404])
            try standard.send(bytes)
            standard.endInput()
            #expect(try ours.output() == standard.output(), "\(String(decoding: bytes, as: UTF8.self))")
            #expect(port.log.events.count == oracle.log.events.count)
            #expect(ours.channel.isActive == standard.channel.isActive)
        }
    }

    @Test func theStandardPipelineAnswersLikeTheCodec() throws {
        var random = SeededRandom(seed: 8)
        for _ in 0..<200 {
            let bytes = RequestSample.bytes(using: &random)
            let direct = try Port().connect()
            try direct.send(bytes)
            // An unknown path first makes the connection go on with the standard pipeline.
            let handedOver = try Port().connect()
            try handedOver.send(Port.request("GET", "/nowhere"))
            #expect(try handedOver.responses().map(\.status) == [404])
            try handedOver.send(bytes)
            #expect(try handedOver.output() == direct.output(), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}

/// Requests as clients send them, and slips in them.
enum RequestSample {
    static func bytes(using random: inout SeededRandom) -> [UInt8] {
        let paths = [
            "/p.gif?site=shop&url=https%3A%2F%2Fshop.example%2Fa", "/t.js", "/e", "/e", "/c/5/abc", "/o/9/abc.gif",
            "/q/3/abc", "/u/abc", "/a/abc", "/optout", "/forms.js", "/.well-known/gpc.json", "/nowhere", "/p.gif?",
        ]
        let path = paths.randomElement(using: &random) ?? "/e"
        let method = path == "/e" ? "POST" : ["GET", "GET", "HEAD", "OPTIONS"].randomElement(using: &random) ?? "GET"
        var text = "\(method) \(path) HTTP/1.1\r\nHost: t.example\r\n"
        let fields = [
            "User-Agent: Mozilla/5.0 (X11; Linux) Firefox/140\r\n",
            "Cookie: a=b; __Host-vdg=AAAAAAAAAAAAAAAAAAAAAA\r\n",
            "DNT: 1\r\n", "Referer:  https://shop.example/  \r\n", "Accept: */*\r\n", "Connection: keep-alive\r\n",
            "X-Forwarded-For: 192.0.2.1\r\n", "Accept-Language: fr\r\n", "Connection: close\r\n",
            "X-Latin: caf\u{e9}\r\n",
            "Sec-Purpose: prefetch\r\n", "Cookie: c=d\r\n", "X_y!z: \t \r\n",
        ]
        for _ in 0..<Int.random(in: 0...4, using: &random) { text += fields.randomElement(using: &random) ?? "" }
        guard method == "POST" else { return Array((text + "\r\n").utf8) }
        let body =
            "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://shop.example/a\",\"id\":\"nonce-of-a.1\"}"
        if Int.random(in: 0..<5, using: &random) == 0 {
            let size = String(body.utf8.count, radix: 16)
            return Array((text + "Transfer-Encoding: chunked\r\n\r\n\(size)\r\n\(body)\r\n0\r\n\r\n").utf8)
        }
        return Array((text + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)").utf8)
    }

    static func mutate(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        let special: [UInt8] = [0, 9, 10, 13, 32, 58, 47, 35, 63, 127, 128, 255]
        let index = Int.random(in: 0..<bytes.count, using: &random)
        let byte = special.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[index] = byte
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(byte, at: index)
        default: bytes[index] = UInt8.random(in: 0...255, using: &random)
        }
        if bytes.isEmpty { bytes = [byte] }
    }
}
