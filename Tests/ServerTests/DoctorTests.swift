import Domain
import EventLog
import Foundation
import TestSupport
import Testing

@testable import Server

@Suite struct DoctorTests {
    typealias Harness = AdministrationHarness
    typealias Kind = Diagnosis.Finding.Kind

    private static func examine(_ path: String, at time: Timestamp = SystemClock().wallTime()) -> Diagnosis {
        Examination(Harness.settings(path), at: time).run()
    }

    /// The kind and part of whatever has to be done.
    private static func problems(_ path: String) -> [String] {
        self.examine(path).findings.filter { $0.kind != .note }.map { "\($0.kind.rawValue) \($0.part)" }
    }

    private static func stopped() async throws -> TemporaryPath {
        let place = TemporaryPath()
        try await Harness.run(in: place.path) { _ = try await AdministrationScoreTests.scored($0) }
        return place
    }

    @Test func aDirectoryIsWellBesideARunningServiceAndWithoutOne() async throws {
        let place = TemporaryPath()
        try await Harness.run(in: place.path) { harness in
            _ = try await AdministrationScoreTests.scored(harness)
            let found = Self.examine(place.path)
            #expect(found.isRunning)
            #expect(found.isWell, "\(found.findings)")
        }
        let found = Self.examine(place.path)
        #expect(!found.isRunning)
        #expect(found.isWell, "\(found.findings)")
        #expect(found.log?.end == found.catalog?.applied)
        #expect(found.catalog?.lagRecords == 0)
        #expect(found.checkpoints.map(\.high) == [found.log?.end])
        #expect((found.space?.freeBytes ?? 0) > 0)
    }

    @Test func theAgeOfACheckpointIsThatOfItsFile() async throws {
        let place = try await Self.stopped()
        let file = try #require(Self.examine(place.path).checkpoints.first?.file)
        let written = Timestamp(seconds: 1_700_000_000)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(written.seconds))],
            ofItemAtPath: place.path + "/checkpoints/" + file
        )
        #expect(Self.examine(place.path, at: written.adding(.minutes(95))).checkpoints.map(\.ageSeconds) == [95 * 60])
    }

    @Test func everyProblemHasAnAdvice() async throws {
        let damages: [(String, (String) throws -> Void)] = [
            ("missing directory", { try FileManager.default.removeItem(atPath: $0) }),
            ("damaged directory", { try Data().write(to: URL(filePath: $0 + "/restoring")) }),
            ("missing catalog", { try RebuildTests.removeCatalog($0) }),
            ("missing catalog", { try Data().write(to: URL(filePath: $0 + "/catalog.sqlite")) }),
            (
                "damaged catalog",
                { try Data(repeating: 0x55, count: 8_192).write(to: URL(filePath: $0 + "/catalog.sqlite")) }
            ),
            ("missing log", { try FileManager.default.removeItem(atPath: $0 + "/log") }),
            ("missing keys", { try FileManager.default.removeItem(atPath: $0 + "/keys.yaml") }),
            (
                "access directory",
                { try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: $0 + "/keys.yaml") }
            ),
            (
                "damaged checkpoints",
                { path in
                    let names = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")
                    try Data("x".utf8).write(to: URL(filePath: path + "/checkpoints/" + names[0]))
                }
            ),
        ]
        for (expected, damage) in damages {
            let place = try await Self.stopped()
            try damage(place.path)
            let problems = Self.examine(place.path).findings.filter { $0.kind != .note }
            #expect(Self.problems(place.path) == [expected])
            #expect(problems.allSatisfy { !$0.advice.isEmpty }, "\(problems)")
        }
    }

    @Test func aLogThatLostItsEndIsNoticed() async throws {
        let place = try await Self.stopped()
        try FileManager.default.removeItem(atPath: place.path + "/log/clean")
        // The last block rots: to the log alone it looks like a write that was cut short.
        let segments = try FileManager.default.contentsOfDirectory(atPath: place.path + "/log")
            .compactMap(SegmentName.firstOffset)
        let name = place.path + "/log/" + SegmentName.name(of: try #require(segments.max()))
        var bytes = try Data(contentsOf: URL(filePath: name))
        let end = try #require(bytes.lastIndex { $0 != 0 })
        bytes[end - 2] ^= 1
        try bytes.write(to: URL(filePath: name))
        #expect(Self.problems(place.path) == ["damaged log"])
    }

    @Test func lookingChangesNothing() async throws {
        let place = try await Self.stopped()
        func names() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted() }
        let before = try names()
        _ = Examination(Harness.settings(place.path), at: Timestamp(seconds: 0)).run(scores: true)
        #expect(try names().filter { !$0.hasSuffix("lock") } == before.filter { !$0.hasSuffix("lock") })
    }
}
