import Domain
import Glibc
import Logging

/// File descriptors: each connection takes one, and many systems give a process 1,024 unless it asks for more.
enum Descriptors {
    /// Asks for as many as the process may have; how many it has then.
    static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Connections that the public port may hold with so many descriptors: the rest of the service has its share
    /// first, and the port at least half. Says so where that is less than the limit.
    static func publicConnections(_ descriptors: Int, logger: Logger) -> Int {
        let others = Limits.apiConnections + Limits.ownDescriptors
        let connections = min(Limits.publicConnections, max(descriptors - others, descriptors / 2))
        if connections < Limits.publicConnections {
            logger.warning(
                "fewer file descriptors than connections: raise the hard limit (LimitNOFILE)",
                metadata: [
                    "descriptors": "\(descriptors)", "wanted": "\(Limits.publicConnections + others)",
                    "connections": "\(connections)",
                ]
            )
        }
        return connections
    }
}
