import Domain
import Foundation
import Settings

/// The API key of whoever can read the data directory: what the command line uses on the service's own machine.
struct OperatorKey {
    let settings: ServiceSettings

    /// Makes the key at the first start. Removed from the API, it is not made again while its file is there.
    func make(with administration: any Administration) async throws {
        let file = URL(filePath: self.settings.dataDirectory).appending(path: "admin.key")
        guard !FileManager.default.fileExists(atPath: file.path) else { return }
        let created = try await administration.createKey(name: "operator of this machine", scopes: [.admin])
        try Data((created.secret + "\n").utf8).write(to: file, options: [.withoutOverwriting])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
}
