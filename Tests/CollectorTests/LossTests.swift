import Domain
import NIOCore
import NIOEmbedded
import Testing

@testable import Collector

/// Losses are counted: what was accepted and answered without waiting, and then never reached the disk, is taken back.
@Suite struct LossTests {
    private let view = "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://shop.example/a\"}"

    private var post: String { Port.request("POST", "/e", ["Content-Length: \(self.view.utf8.count)"]) + self.view }

    @Test func anOpenThatWasAnsweredAtOnceIsLostWithTheLog() throws {
        let port = Port(commits: false)
        _ = try port.get("/o/9/\(port.token(.contact)).gif")
        _ = try port.get("/o/9/\(port.token(.contact)).gif")
        #expect(port.counters.accepted == 2)
        port.log.fail()
        port.eventLoop.run()
        #expect(port.counters.accepted == 0)
        #expect(port.counters.received == 0)
        #expect(port.counters.opensLost == 2)
    }

    @Test func aRedirectThatWasLetGoIsLostWithTheLog() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        try connection.send(Port.request("GET", "/c/5/\(port.token(.contact))"))
        port.eventLoop.advanceTime(by: .milliseconds(250))
        #expect(try connection.responses().map(\.status) == [302])
        try connection.send(Port.request("GET", "/c/5/\(port.token(.contact))"))
        port.log.fail()
        port.eventLoop.run()
        #expect(try connection.responses().map(\.status) == [302])
        #expect(port.counters.accepted == 0)
        #expect(port.counters.clicksLost == 2)
        #expect(port.counters.refused == 2)
    }

    @Test func anEventWhoseSenderIsGoneIsLostWithTheLogToo() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        try connection.send(self.post)
        connection.channel.close(promise: nil)
        port.eventLoop.run()
        port.log.fail()
        port.eventLoop.run()
        #expect(port.counters.accepted == 0)
        #expect(port.counters.refused == 1)
    }

    @Test func whatIsOnDiskStaysCounted() throws {
        let port = Port(commits: false)
        _ = try port.get("/o/9/\(port.token(.contact)).gif")
        let connection = try port.connect()
        try connection.send(self.post)
        port.log.commit()
        port.eventLoop.run()
        _ = try port.get("/o/9/\(port.token(.contact)).gif")
        port.log.fail()
        port.eventLoop.run()
        #expect(port.counters.accepted == 2)
        #expect(port.counters.opensLost == 1)
    }

    @Test func aRedirectWaitsNoLongerThanItMayBehindOthersThatWereAnswered() throws {
        let port = Port(commits: false)
        let early = try port.connect()
        try early.send(Port.request("GET", "/c/5/\(port.token(.contact))"))
        port.log.commit()
        port.eventLoop.run()
        #expect(try early.responses().map(\.status) == [302])
        port.eventLoop.advanceTime(by: .milliseconds(100))
        let late = try port.connect()
        try late.send(Port.request("GET", "/c/5/\(port.token(.contact))"))
        port.eventLoop.advanceTime(by: .milliseconds(249))
        #expect(try late.responses().isEmpty)
        port.eventLoop.advanceTime(by: .milliseconds(1))
        #expect(try late.responses().map(\.status) == [302])
    }
}
