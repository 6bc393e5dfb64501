import Catalog
import Domain
import EventLog
import Foundation
import ScoreStore
import Settings
import TestSupport
import Testing

@testable import Server

@Suite struct BackupTests {
    typealias Harness = AdministrationHarness

    /// A service with contacts, points and deliveries, backed up while it runs; then it goes on.
    private static func backedUp(
        _ source: TemporaryPath,
        to backup: TemporaryPath,
        _ more: (Harness) async throws -> Void = { _ in }
    ) async throws {
        try await Harness.run(in: source.path) { harness in
            _ = try await AdministrationScoreTests.scored(harness)
            #expect(await CheckpointJob(core: harness.core).run())
            try await RebuildTests.objection(harness, crmID: "2")
            let summary = try Backup(of: Harness.settings(source.path), to: backup.path).run(
                at: harness.clock.wallTime()
            )
            #expect(summary.end == harness.core.log.end)
            try await RebuildTests.objection(harness, crmID: "3")
            try await more(harness)
        }
    }

    @Test func aRestoredServiceHasTheSameScoresAndRepeatsNothing() async throws {
        let (source, backup, restored) = (TemporaryPath(), TemporaryPath(), TemporaryPath())
        var old: [String: DeliveryRow.State] = [:]
        try await Self.backedUp(source, to: backup) { old = try await RebuildTests.states($0) }
        let summary = try Restore(backup.path, into: Harness.settings(restored.path)).run(SeededSource(seed: 99))
        let end = try BackupManifest.read(in: backup.path).end
        let before = try ScoreChecksum.compute(DataDirectory(source.path), at: end)
        #expect(try ScoreChecksum.compute(DataDirectory(restored.path), at: nil) == before)
        #expect(try ScoreChecksum.compute(DataDirectory(source.path), at: end - 1) != before)

        try await Harness.run(in: restored.path) { harness in
            await harness.core.settle()
            #expect(harness.core.log.id == summary.stream)
            #expect(harness.core.log.end == end)
            let kept = try await RebuildTests.states(harness)
            #expect(!kept.isEmpty)
            // What waited keeps its key, so that a receiver that has it already knows it.
            #expect(kept.allSatisfy { old[$0.key] != nil && $0.value == .pending })
            try await RebuildTests.objection(harness, crmID: "3")
            let now = try await RebuildTests.states(harness)
            let new = now.keys.filter { kept[$0] == nil }
            #expect(!new.isEmpty && new.allSatisfy { $0.hasPrefix(summary.stream.description) && old[$0] == nil })
        }
        #expect(Examination(Harness.settings(restored.path), at: Timestamp(seconds: 0)).run().isWell)
    }

    @Test func aBackupThatWasChangedOrNotFinishedIsRefused() async throws {
        let (source, backup) = (TemporaryPath(), TemporaryPath())
        try await Self.backedUp(source, to: backup)
        let manifest = try BackupManifest.read(in: backup.path)
        #expect(manifest.files.map(\.name).contains { $0.hasPrefix("checkpoints/") })
        for file in manifest.files {
            let target = TemporaryPath()
            let url = URL(filePath: backup.path + "/" + file.name)
            let content = try Data(contentsOf: url)
            var changed = content
            changed[changed.count / 2] ^= 1
            try changed.write(to: url)
            #expect(throws: BackupFailure.damaged(file.name)) {
                try Restore(backup.path, into: Harness.settings(target.path)).run(SeededSource(seed: 1))
            }
            #expect(!FileManager.default.fileExists(atPath: target.path))
            try content.write(to: url)
        }
        try FileManager.default.removeItem(atPath: backup.path + "/manifest.json")
        #expect(throws: BackupFailure.unfinished(backup.path)) {
            try Restore(backup.path, into: Harness.settings(TemporaryPath().path)).run(SeededSource(seed: 1))
        }
    }

    @Test func nothingIsOverwritten() async throws {
        let (source, backup) = (TemporaryPath(), TemporaryPath())
        try await Self.backedUp(source, to: backup)
        #expect(throws: BackupFailure.notEmpty(source.path)) {
            try Restore(backup.path, into: Harness.settings(source.path)).run(SeededSource(seed: 1))
        }
        #expect(throws: BackupFailure.notEmpty(backup.path)) {
            try Backup(of: Harness.settings(source.path), to: backup.path).run(at: Timestamp(seconds: 0))
        }
        let elsewhere = TemporaryPath()
        var settings = Harness.settings(elsewhere.path)
        settings.keyFile = source.path + "-other-keys"
        defer { try? FileManager.default.removeItem(atPath: settings.keyFile) }
        try Data("1: other\n".utf8).write(to: URL(filePath: settings.keyFile))
        #expect(throws: BackupFailure.otherKeys(settings.keyFile)) {
            try Restore(backup.path, into: settings).run(SeededSource(seed: 1))
        }
    }

    @Test func aStoppedDirectoryIsLockedAndARunningOneIsNot() async throws {
        let place = TemporaryPath()
        #expect(throws: BackupFailure.noData(place.path)) { try Backup.lockStopped(Harness.settings(place.path)) }
        try await Harness.run(in: place.path) { (_) async throws in
            #expect(try Backup.lockStopped(Harness.settings(place.path)) == nil)
        }
        let hold = try #require(try Backup.lockStopped(Harness.settings(place.path)))
        await #expect(throws: StartFailure.inUse(place.path)) { try await Harness.run(in: place.path) { _ in } }
        hold.release()
        try await Harness.run(in: place.path) { _ in }
    }

    @Test func theLogIsNotTrimmedWhileABackupRuns() async throws {
        try await Harness.run { harness in
            let holds = harness.core.trimHolds
            let hold = try await harness.administration.beginBackup()
            #expect(holds.isHeld(at: harness.clock.monotonicTime()))
            try await harness.administration.endBackup(hold.id)
            #expect(!holds.isHeld(at: harness.clock.monotonicTime()))
            await #expect(throws: AdministrationError.self) { try await harness.administration.endBackup(hold.id) }
            for _ in 0..<Limits.trimHolds { _ = try await harness.administration.beginBackup() }
            await #expect(throws: AdministrationError.self) { try await harness.administration.beginBackup() }
            harness.clock.advance(TrimHolds.longest)
            #expect(!holds.isHeld(at: harness.clock.monotonicTime()))
            _ = try await harness.administration.beginBackup()
        }
    }
}
