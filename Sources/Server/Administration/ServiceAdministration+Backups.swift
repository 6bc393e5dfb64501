package import Domain

extension ServiceAdministration {
    package func beginBackup() async throws -> BackupHoldView {
        guard let id = self.core.trimHolds.take(at: self.core.clock.monotonicTime()) else {
            throw AdministrationError.conflict("\(Limits.trimHolds) backups are running already.")
        }
        return BackupHoldView(id: id, expires: self.now.adding(TrimHolds.longest))
    }

    package func endBackup(_ id: Int64) async throws {
        guard self.core.trimHolds.end(id) else { throw AdministrationError.notFound("running backup \(id)") }
    }
}
