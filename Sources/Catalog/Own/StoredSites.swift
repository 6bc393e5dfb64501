package import Domain
internal import Foundation
internal import GRDB

/// The sites of a catalog's file, read without changing it: beside a running service, and before there is one.
package enum StoredSites {
    /// All sites by number; nil when there is no file.
    package static func read(path: String) throws -> [Site]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? database.close() }
        return try database.read { try $0.tableExists("sites") ? $0.sites() : [] }
    }
}
