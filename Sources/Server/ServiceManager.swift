package import Domain
import Glibc

/// Tells the service manager how the service is: the protocol of `sd_notify(3)`, a datagram with lines `NAME=value`
/// to the socket that `NOTIFY_SOCKET` names.
///
/// A message that cannot be sent is lost: a manager that does not listen must not keep the service from its work.
package struct ServiceManager: Sendable {
    private let socket: String
    /// How often the manager wants a sign of life; nil if it wants none.
    package let watchdog: TimeSpan?

    /// The manager an environment names; nil when the service was not started by one.
    package init?(environment: [String: String]) {
        guard let socket = environment["NOTIFY_SOCKET"], socket.utf8.count > 1,
            socket.hasPrefix("/") || socket.hasPrefix("@")
        else { return nil }
        self.socket = socket
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        // The manager may want to hear of another process than this one.
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        self.watchdog = microseconds > 0 && isForUs ? TimeSpan(microseconds: microseconds) : nil
    }

    /// What the manager can be told.
    package enum State: Sendable {
        /// The ports are open; in words.
        case ready(String)
        /// A stop was asked for.
        case stopping
        /// The service is alive.
        case alive

        fileprivate var text: String {
            switch self {
            case .ready(let status): "READY=1\nSTATUS=\(status)"
            case .stopping: "STOPPING=1"
            case .alive: "WATCHDOG=1"
            }
        }
    }

    /// Sends a state.
    package func tell(_ state: State) {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(self.socket.utf8)
        // An abstract name begins with a zero byte, written as @.
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let message = Array(state.text.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }
}
