import Domain
import Foundation
import Settings

/// The API key of whoever can read the data directory: what the command line uses on the service's own machine.
struct OperatorKey {
    let settings: ServiceSettings

    /// Makes the key at the first start, and when the catalog knows no key at all: then it was lost, and so was the right
    /// of the key in the file. Removed from the API while there are others, it is not made again.
    func make(with administration: any Administration) async throws {
        let file = URL(filePath: self.settings.dataDirectory).appending(path: "admin.key")
        if FileManager.default.fileExists(atPath: file.path), try await !administration.keys().isEmpty { return }
        let created = try await administration.createKey(name: "operator of this machine", scopes: [.admin])
        try? FileManager.default.removeItem(at: file)
        try Data((created.secret + "\n").utf8).write(to: file, options: [.withoutOverwriting])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
}
