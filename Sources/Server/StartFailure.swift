package import Collector

/// Why the service does not start.
package enum StartFailure: Error, Equatable, CustomStringConvertible {
    /// Another process uses the data directory.
    case inUse(String)
    /// The data directory cannot be written, and what the system says.
    case notWritable(String, String)
    /// A restore into the data directory was not finished.
    case halfRestored(String)
    /// The data was written by a newer version; what of it.
    case newerVersion(String)
    /// The catalog cannot be opened, and what SQLite says.
    case catalogUnusable(String)
    /// The catalog was written from another log.
    case foreignCatalog
    /// The catalog knows more than the log.
    case logBehindCatalog
    /// The log's beginning is gone, and no checkpoint stands for it.
    case trimmedLog(start: UInt64)
    /// The catalog is gone, and with it what the log no longer holds.
    case lostCatalog(start: UInt64)
    /// The log's files are not what was written; what and where.
    case damagedLog(String)
    /// The private port is taken.
    case privatePort(Int)
    /// The public port cannot be opened, and what the system says.
    case publicPort(Int, String)
    /// The public port's certificate or key cannot be used.
    case certificate(TLSFailure)

    private static let restore = "restore the whole data directory from a backup (`vendange restore`)"

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .inUse(let path):
            "\(path) is used by another process: two services cannot share a data directory (data_directory)"
        case .notWritable(let path, let reason):
            "\(path) cannot be written: \(reason) (data_directory)"
        case .halfRestored(let path):
            "a restore into \(path) was not finished: remove the directory and run `vendange restore` again"
        case .newerVersion(let what):
            "\(what) was written by a newer version of Vendange: install that version again, or \(Self.restore) made "
                + "by this one"
        case .catalogUnusable(let reason):
            "catalog.sqlite cannot be opened: \(reason); `vendange doctor` says more, or \(Self.restore)"
        case .foreignCatalog:
            "catalog.sqlite was written from another log: \(Self.restore)"
        case .logBehindCatalog:
            "catalog.sqlite is ahead of the log, which lost acknowledged records: \(Self.restore)"
        case .trimmedLog(let start):
            "the log begins at record \(start) and no checkpoint covers what came before: \(Self.restore)"
        case .lostCatalog(let start):
            "catalog.sqlite is gone, and the log, which begins at record \(start), no longer holds all it was made "
                + "from: \(Self.restore)"
        case .damagedLog(let what):
            "\(what); `vendange doctor` says more, or \(Self.restore)"
        case .privatePort(let port):
            "the private port \(port) cannot be opened: another process has it (private.port)"
        case .publicPort(let port, let reason):
            "the public port \(port) cannot be opened: \(reason) (public.port)"
        case .certificate(let failure):
            "\(failure) (public.tls)"
        }
    }
}
