import Collector
import Domain
import Foundation
import Logging
import Settings
import Synchronization
import Testing

@testable import Server

/// Certificates that are replaced while the service runs.
@Suite struct CertificateTests {
    /// Two files that are replaced as a renewal would.
    private struct Files {
        static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/tls")

        let folder = FileManager.default.temporaryDirectory.appending(path: "tls-" + UUID().uuidString)
        var settings = ServiceSettings.PublicListener()

        init() throws {
            try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
            self.settings.certificateFile = self.folder.appending(path: "certificate.pem").path
            self.settings.certificateKeyFile = self.folder.appending(path: "key.pem").path
            try self.put("one.crt", "certificate.pem")
            try self.put("one.key", "key.pem")
        }

        func put(_ fixture: String, _ name: String) throws {
            try Data(contentsOf: Self.fixtures.appending(path: fixture))
                .write(to: self.folder.appending(path: name), options: .atomic)
        }

        func remove() { try? FileManager.default.removeItem(at: self.folder) }
    }

    /// The levels and messages that were logged.
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])

        var logger: Logger {
            Logger(label: "test") { _ in Handler(lines: self) }
        }

        private struct Handler: LogHandler {
            let lines: Lines
            var logLevel = Logger.Level.trace
            var metadata: Logger.Metadata = [:]

            subscript(metadataKey key: String) -> Logger.MetadataValue? {
                get { self.metadata[key] }
                set { self.metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                self.lines.all.withLock { $0.append("\(event.level): \(event.message)") }
            }
        }
    }

    private let bad = "error: new certificate not usable, the old one stays in use"
    private let good = "notice: certificate loaded"

    @Test func aNewPairIsUsedOnceBothFilesAreThereAndAWrongOneIsToldOnce() throws {
        let files = try Files()
        defer { files.remove() }
        let lines = Lines()
        let certificate = try #require(try Certificate(settings: files.settings, logger: lines.logger))
        let first = certificate.end
        certificate.reloadIfChanged()
        #expect(lines.all.withLock { $0 } == [])
        // The certificate comes before its key: for now they do not belong together.
        try files.put("two.crt", "certificate.pem")
        for _ in 0..<3 { certificate.reloadIfChanged() }
        #expect(lines.all.withLock { $0 } == [self.bad])
        #expect(certificate.end == first)
        try files.put("two.key", "key.pem")
        for _ in 0..<3 { certificate.reloadIfChanged() }
        #expect(lines.all.withLock { $0 } == [self.bad, self.good])
        #expect(certificate.end < first)
    }

    @Test func anUnreadableFileLeavesTheOldPairInUse() throws {
        let files = try Files()
        defer { files.remove() }
        let lines = Lines()
        let certificate = try #require(try Certificate(settings: files.settings, logger: lines.logger))
        let first = certificate.end
        try Data("no PEM".utf8).write(to: files.folder.appending(path: "certificate.pem"), options: .atomic)
        certificate.reload()
        files.remove()
        certificate.reloadIfChanged()
        #expect(lines.all.withLock { $0 } == [self.bad, self.bad])
        #expect(certificate.end == first)
    }

    @Test func aWrongPairAtTheStartIsAnError() throws {
        let files = try Files()
        defer { files.remove() }
        try files.put("two.key", "key.pem")
        #expect(throws: TLSFailure.self) { try Certificate(settings: files.settings, logger: Lines().logger) }
    }

    @Test func withoutSettingsThereIsNone() throws {
        #expect(try Certificate(settings: ServiceSettings.PublicListener(), logger: Lines().logger) == nil)
    }

    @Test(arguments: [
        (1_000_000, 16_384), (18_432, 16_384), (10_000, 7_952), (1_024, 512),
    ])
    func thePublicPortLeavesTheRestOfTheServiceItsDescriptors(_ sample: (descriptors: Int, connections: Int)) {
        let lines = Lines()
        let connections = Descriptors.publicConnections(sample.descriptors, logger: lines.logger)
        #expect(connections == sample.connections)
        #expect(lines.all.withLock { $0.isEmpty } == (connections == Limits.publicConnections))
    }
}
