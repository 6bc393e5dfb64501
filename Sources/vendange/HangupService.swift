import Server
import ServiceLifecycle
import Synchronization
import UnixSignals

/// SIGHUP: the certificate's files were replaced. Without this the signal would end the process.
final class HangupService: Service {
    private let target = Mutex<OpenService?>(nil)

    /// The service that is told.
    func set(_ service: OpenService) { self.target.withLock { $0 = service } }

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            self.target.withLock { $0 }?.reloadCertificate()
        }
    }
}
