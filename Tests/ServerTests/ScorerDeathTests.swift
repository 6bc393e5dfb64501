import Domain
import EventLog
import Logging
import ScoreStore
import Settings
import Testing

@testable import Server

/// What the fold cannot read ends the service: it must not go on to take events that are never folded (decision 0051).
@Suite struct ScorerDeathTests {
    typealias Harness = AdministrationHarness

    /// A contact's record that ends in the middle.
    private static var unreadable: ByteWriter {
        var frames = ByteWriter()
        RecordFrame.append(to: &frames, kind: .contact, slot: Slot(1)) { $0.write(UInt8(1)) }
        return frames
    }

    @Test(.timeLimit(.minutes(10))) func aRecordThatCannotBeReadEndsTheService() async throws {
        let directory = TemporaryPath()
        var settings = Harness.settings(directory.path)
        settings.publicListener.host = "127.0.0.1"
        settings.publicListener.port = 0
        settings.privateListener.port = 0
        settings.destinations = []
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let service = VendangeService(settings: settings, logger: logger) { open in
            _ = try await open.core.commands.append(Self.unreadable.bytes, records: 1)
        }
        let failure = await #expect(throws: ServiceFailure.self) { try await service.run() }
        guard case .scorerStopped(.record(let offset, _))? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(failure?.description.contains("the record \(offset)") == true)
        // Everything is closed: the directory can be opened again, and the record is as unreadable as before.
        let again = VendangeService(settings: settings, logger: logger)
        await #expect(throws: (any Error).self) { try await again.run() }
    }

    @Test(.timeLimit(.minutes(10))) func whoWaitsForTheFoldHearsThatItHasStopped() async throws {
        try await Harness.run { harness in
            _ = try await harness.administration.putContact(Harness.input(crmID: "1"))
            let offset = harness.core.log.end
            let failure = await #expect(throws: ScorerFailure.self) {
                try await harness.core.submit(Self.unreadable, records: 1)
            }
            guard case .record(offset: offset, _)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(harness.core.scorerFailure == failure)
            var failures = harness.core.failures.makeAsyncIterator()
            #expect(await failures.next() == failure)
            await #expect(
                throws: AdministrationError.unavailable(retryAfterSeconds: 60, "The scorer has stopped.")
            ) { try await harness.administration.putContact(Harness.input(crmID: "2")) }
            #expect(await harness.administration.health(.scoring).contains { $0.component == "scorer" })
        }
    }
}
