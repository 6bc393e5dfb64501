/// Why the service does not start.
package enum StartFailure: Error, Equatable, CustomStringConvertible {
    /// The catalog was written from another log.
    case foreignCatalog
    /// The catalog knows more than the log.
    case logBehindCatalog
    /// The log's beginning is gone, and no checkpoint stands for it.
    case trimmedLog(start: UInt64)
    /// The private port is taken.
    case privatePort(Int)
    /// The public port cannot be opened, and what the system says.
    case publicPort(Int, String)

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .foreignCatalog:
            "catalog.sqlite was written from another log: restore both from the same backup"
        case .logBehindCatalog:
            "catalog.sqlite is ahead of the log: the log lost acknowledged records; restore both from the same backup"
        case .trimmedLog(let start):
            "the log begins at record \(start) and no checkpoint covers what came before: restore the checkpoints "
                + "directory from a backup"
        case .privatePort(let port):
            "the private port \(port) cannot be opened: another process has it (private.port)"
        case .publicPort(let port, let reason):
            "the public port \(port) cannot be opened: \(reason) (public.port)"
        }
    }
}
