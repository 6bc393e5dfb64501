import Domain
import NIOCore
import NIOEmbedded
import Testing

@testable import Collector

@Suite struct ConnectionTests {
    private let view = "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://shop.example/a\"}"

    private var post: String { Port.request("POST", "/e", ["Content-Length: \(self.view.utf8.count)"]) + self.view }

    @Test func aSilentConnectionIsClosedAndForgotten() throws {
        let port = Port()
        let connection = try port.connect()
        port.eventLoop.advanceTime(by: .seconds(74))
        #expect(connection.channel.isActive)
        port.eventLoop.advanceTime(by: .seconds(3))
        #expect(!connection.channel.isActive)
        #expect(port.loop.connectionCount == 0)
    }

    @Test func aConnectionIsNotOlderThanItsOpeningWhenTheLoopSleptBefore() throws {
        let port = Port()
        port.eventLoop.advanceTime(by: .hours(1))
        let connection = try port.connect()
        port.eventLoop.advanceTime(by: .seconds(74))
        #expect(connection.channel.isActive)
    }

    @Test func aRequestThatTricklesInIsCutOffAlsoInTheStandardPipeline() throws {
        for start in ["GET /t.js HTTP/1.1\r\nHost: a\r\n", "GET /nowhere HTTP/1.1\r\nHost: a\r\n"] {
            let port = Port()
            let connection = try port.connect()
            try connection.send(start)
            for _ in 0..<20 {
                try connection.send("X: y\r\n")
                port.eventLoop.advanceTime(by: .seconds(1))
            }
            #expect(connection.channel.isActive)
            port.eventLoop.advanceTime(by: .seconds(2))
            #expect(!connection.channel.isActive)
        }
    }

    @Test func aConnectionThatWaitsForTheLogIsNotSilent() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        try connection.send(self.post)
        port.eventLoop.advanceTime(by: .minutes(10))
        #expect(connection.channel.isActive)
        port.log.commit()
        port.eventLoop.run()
        #expect(try connection.responses().map(\.status) == [204])
    }

    @Test func aLongPipelineIsHeldBackInTheStandardPipelineToo() throws {
        for endsInput in [false, true] {
            let port = Port(commits: false)
            let connection = try port.connect()
            try connection.send("GET http://t.example/t.js HTTP/1.1\r\nHost: t.example\r\n\r\n")
            #expect(try connection.responses().map(\.status) == [200])
            let count = Limits.pipelinedRequests * 4
            try connection.send(String(repeating: self.post, count: count))
            // What the standard pipeline has in hand, it answers.
            let inHand = Limits.standardBytes / self.post.utf8.count + 1
            #expect(port.log.events.count <= Limits.pipelinedRequests + inHand)
            if endsInput { connection.endInput() }
            var statuses: [Int] = []
            while statuses.count < count {
                let before = statuses.count
                port.log.commit()
                port.eventLoop.run()
                statuses += try connection.responses().map(\.status)
                try #require(statuses.count > before)
            }
            #expect(statuses == Array(repeating: 204, count: count))
            #expect(connection.channel.isActive != endsInput)
        }
    }

    @Test func aLongPipelineIsAnsweredInPartsAndWhole() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        let count = Limits.pipelinedRequests * 2 + 5
        try connection.send(String(repeating: self.post, count: count))
        #expect(port.log.events.count == Limits.pipelinedRequests)
        var statuses: [Int] = []
        for _ in 0..<3 {
            port.log.commit()
            port.eventLoop.run()
            statuses += try connection.responses().map(\.status)
        }
        #expect(statuses == Array(repeating: 204, count: count))
        #expect(port.log.events.count == count)
    }

    @Test func readsThatAlwaysEndWithinARequestDoNotMakeTheBufferGrow() throws {
        let port = Port()
        let connection = try port.connect()
        let request = Array(Port.request("GET", "/.well-known/gpc.json").utf8)
        let count = 10_000
        let bytes = Array(repeatElement(request, count: count).joined())
        var answered = 0
        var largest = 0
        for start in stride(from: 0, to: bytes.count, by: 997) {
            try connection.send(Array(bytes[start..<min(start + 997, bytes.count)]))
            answered += try connection.responses().count
            largest = max(largest, connection.handler.input?.capacity ?? 0)
        }
        #expect(answered == count)
        #expect(largest <= 8_192)
    }

    @Test func aHalfCloseIsAnsweredForEverythingAskedBefore() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        let count = Limits.pipelinedRequests * 2 + 5
        try connection.send(String(repeating: self.post, count: count) + "POST /e HTTP/1.1\r\nHost: a")
        connection.endInput()
        var statuses: [Int] = []
        for _ in 0..<3 {
            port.log.commit()
            port.eventLoop.run()
            statuses += try connection.responses().map(\.status)
        }
        #expect(statuses == Array(repeating: 204, count: count))
        #expect(!connection.channel.isActive)
    }

    @Test func aHalfCloseInFrontOfAHandOverIsAnsweredByTheStandardPipeline() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        try connection.send(self.post + Port.request("GET", "/nowhere") + self.post)
        connection.endInput()
        #expect(connection.channel.isActive)
        var statuses: [Int] = []
        for _ in 0..<2 {
            port.log.commit()
            port.eventLoop.run()
            statuses += try connection.responses().map(\.status)
        }
        #expect(statuses == [204, 404, 204])
        #expect(!connection.channel.isActive)
    }

    @Test func nothingBehindAClosingAnswerOfTheStandardPipelineIsRecorded() throws {
        let port = Port()
        let connection = try port.connect()
        try connection.send(Port.request("GET", "/nowhere"))
        try connection.send("GET /t.js HTTP/1.1\r\n\r\n" + self.post)
        #expect(try connection.responses().map(\.status) == [404, 400])
        #expect(port.log.events.isEmpty)
        #expect(port.counters.accepted == 0)
    }

    @Test func aHandOverWaitsForTheAnswersBeforeIt() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        try connection.send(self.post + Port.request("GET", "/nowhere"))
        #expect(try connection.output().isEmpty)
        #expect(port.counters.handedOver == 0)
        port.log.commit()
        port.eventLoop.run()
        #expect(try connection.responses().map(\.status) == [204, 404])
        #expect(port.counters.handedOver == 1)
    }

    @Test func theStandardPipelineTakesChunksOldVersionsAbsoluteFormsAndExpectations() throws {
        let port = Port()
        let size = String(self.view.utf8.count, radix: 16)
        let chunked =
            Port.request("POST", "/e", ["Transfer-Encoding: chunked"]) + "\(size)\r\n\(self.view)\r\n0\r\n\r\n"
        #expect(try port.ask(chunked).status == 204)
        let old = try port.ask("GET /t.js HTTP/1.0\r\n\r\n")
        #expect(old.status == 200)
        #expect(old["connection"] == "close")
        #expect(try port.ask("GET http://t.example/t.js?x HTTP/1.1\r\nHost: t.example\r\n\r\n").status == 200)
        #expect(try port.ask("GET /t.js HTTP/1.1\r\n\r\n").status == 400)
        #expect(try port.ask("GET /t.js HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status == 400)
        let connection = try port.connect()
        try connection.send(
            Port.request("POST", "/e", ["Expect: 100-continue", "Content-Length: \(self.view.utf8.count)"])
        )
        #expect(try connection.responses().map(\.status) == [100])
        try connection.send(self.view)
        #expect(try connection.responses().map(\.status) == [204])
    }

    @Test func closingIsSaidAndNothingBehindItIsRead() throws {
        let port = Port()
        let connection = try port.connect()
        try connection.send(Port.request("GET", "/t.js", ["Connection: close"]) + self.post)
        let responses = try connection.responses()
        #expect(responses.map(\.status) == [200])
        #expect(responses.first?["connection"] == "close")
        #expect(port.log.events.isEmpty)
    }

    @Test func aStopAnswersWhatIsDueAndThenCloses() throws {
        let port = Port(commits: false)
        let busy = try port.connect()
        try busy.send(self.post)
        let stopped = port.loop.stop()
        #expect(try busy.output().isEmpty)
        port.log.commit()
        port.eventLoop.run()
        #expect(try busy.responses().map(\.status) == [204])
        port.eventLoop.advanceTime(by: .seconds(4))
        try stopped.wait()
        #expect(!busy.channel.isActive)
    }
}
