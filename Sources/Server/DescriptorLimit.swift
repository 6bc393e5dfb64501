import Domain
import Glibc

/// How many files and connections the process may have open, and who gets them.
///
/// Log, catalog and deliveries come first: if the public port could take the last descriptor, the log would fail when
/// it needs a file. So connections are limited before descriptors end.
enum DescriptorLimit {
    /// Kept for everything but the public port: segments, checkpoints and spares, the catalog's connections with two
    /// files each, deliveries in flight, the private port.
    static let reserve = 128

    /// Raises the process's limit as far as the system allows, and returns it.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }

    /// The connections of the public port that fit under a limit.
    static func publicConnections(under limit: Int) -> Int {
        max(1, min(Limits.publicConnections, limit - self.reserve))
    }
}
