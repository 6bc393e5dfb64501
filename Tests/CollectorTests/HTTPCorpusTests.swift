import Domain
import NIOEmbedded
import Testing

@testable import Collector

/// Requests that are wrong, odd or meant to be read differently by two readers, at the public port.
@Suite struct HTTPCorpusTests {
    private struct Outcome: Equatable, CustomStringConvertible {
        var answers: [Int]
        var logged: [String]
        var staysOpen: Bool

        var description: String {
            "answers \(self.answers) logged \(self.logged) end \(self.staysOpen ? "open" : "closed")"
        }
    }

    @Test(arguments: HTTPCase.all)
    func theVerdictDoesNotDependOnHowTheBytesArrive(_ sample: HTTPCase) throws {
        let expected = Outcome(answers: sample.answers, logged: sample.logged, staysOpen: sample.staysOpen)
        for (number, pieces) in sample.cuts(seed: 11).enumerated() {
            let outcome = try Self.outcome(of: pieces)
            let lengths = pieces.count < 8 ? "\(pieces.map(\.count))" : "\(pieces.count) pieces"
            #expect(outcome == expected, "cut \(number): \(lengths)")
            if outcome != expected { return }
        }
    }

    private static func outcome(of pieces: [[UInt8]]) throws -> Outcome {
        let port = Port()
        let connection = try port.connect()
        for piece in pieces where connection.channel.isActive { try connection.send(piece) }
        let isHead = pieces.joined().starts(with: "HEAD ".utf8)
        return Outcome(
            answers: try connection.responses(omittingBodies: isHead).map(\.status),
            logged: port.log.events.map { event in
                let url = event.text(\.url)
                return url.lastIndex(of: "/").map { String(url[$0...].dropFirst()) } ?? url
            },
            staysOpen: connection.channel.isActive
        )
    }

    @Test func theCorpusHasItsSizeAndEveryCaseItsOwnTitle() {
        #expect(HTTPCase.all.count >= 150)
        #expect(Set(HTTPCase.all.map(\.title)).count == HTTPCase.all.count)
        #expect(HTTPCase.all.allSatisfy { !$0.rule.isEmpty && !$0.bytes.isEmpty })
    }
}
