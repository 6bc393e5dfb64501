import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// Sends requests at a fixed rate, whatever becomes of those before them, and says how long the answers took.
///
/// Latency counts from the time at which a request was meant to be sent. A generator that waits for an answer before
/// it sends the next request measures least when the server is slowest ("coordinated omission"); this one does not.
@main
struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vendange-load",
        abstract: "Sends prepared requests at a fixed rate to a port of this machine; prints one JSON object."
    )

    @Option(help: "The port of 127.0.0.1 the requests go to.")
    var port: Int
    @Option(help: "A file of requests, each after a line with its number of bytes (loadtests/requests.py).")
    var requests: String
    @Option(help: "Requests a second.")
    var rate: Double
    @Option(help: "Seconds that are measured.")
    var seconds: Double = 10
    @Option(help: "Seconds before them, which are not.")
    var warmUp: Double = 1
    @Option(help: "Connections; a request waits until one is free, and that is part of its latency.")
    var connections = 64
    @Option(help: "Tells the event ids of one run from those of another.")
    var seed: UInt64 = 1
    @Option(help: "Listens on this port for a notification for each request.")
    var receive: Int?
    @Option(help: "How the keys of the contacts begin that notifications are about; the request's number follows.")
    var contacts = "load-"

    func validate() throws {
        guard self.rate > 0, self.seconds > 0, self.warmUp >= 0, self.connections > 0 else {
            throw ValidationError("rate, seconds and connections are more than nothing")
        }
    }

    func run() throws {
        let requests = try PreparedRequests(file: self.requests)
        let schedule = Schedule(rate: self.rate, warmUp: self.warmUp, seconds: self.seconds)
        let (port, connections, seed) = (self.port, self.connections, self.seed)
        let receive = self.receive.map { Generator.Receiving(port: $0, prefix: self.contacts) }
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let report = try loop.flatSubmit {
            Generator(schedule, requests, seed: seed, loop: loop)
                .run(port: port, connections: connections, receive: receive)
        }.wait()
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
        if let warning = report.warning { FileHandle.standardError.write(Data("warning: \(warning)\n".utf8)) }
    }
}
