import Domain
import Foundation
import Glibc
import Testing

@testable import Server

@Suite struct ServiceManagerTests {
    /// A socket that takes datagrams, as a service manager's does.
    private final class Listener {
        let name: String
        private let descriptor: Int32

        init(_ name: String) throws {
            self.name = name
            self.descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(self.descriptor, $0, length) }
            }
            try #require(code == 0)
        }

        deinit { close(self.descriptor) }

        func next() -> String {
            var bytes = [UInt8](repeating: 0, count: 512)
            let count = recv(self.descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return count < 0 ? "" : String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    @Test func everyStateReachesAManagersSocket() throws {
        let place = TemporaryPath()
        defer { unlink(place.path) }
        for name in [place.path, "@vendange-\(UUID().uuidString)"] {
            let listener = try Listener(name)
            let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": name]))
            manager.tell(.ready("on port 80"))
            #expect(listener.next() == "READY=1\nSTATUS=on port 80")
            manager.tell(.alive)
            #expect(listener.next() == "WATCHDOG=1")
            manager.tell(.stopping)
            #expect(listener.next() == "STOPPING=1")
            #expect(manager.watchdog == nil)
        }
    }

    @Test func theWatchdogIsForTheProcessItNames() {
        func watchdog(_ more: [String: String]) -> TimeSpan? {
            let environment = ["NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "30000000"]
            return ServiceManager(environment: environment.merging(more) { $1 })?.watchdog
        }
        #expect(watchdog([:]) == .seconds(30))
        #expect(watchdog(["WATCHDOG_PID": "\(getpid())"]) == .seconds(30))
        #expect(watchdog(["WATCHDOG_PID": "1"]) == nil)
        #expect(watchdog(["WATCHDOG_USEC": "soon"]) == nil)
    }

    @Test func withoutAManagerThereIsNobodyToTell() {
        #expect(ServiceManager(environment: [:]) == nil)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": "relative"]) == nil)
        // A socket nobody listens to takes nothing and disturbs nobody.
        ServiceManager(environment: ["NOTIFY_SOCKET": "/nowhere"])?.tell(.alive)
    }
}
