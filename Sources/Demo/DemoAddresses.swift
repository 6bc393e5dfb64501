/// Where the parts of the demonstration live: all on this machine, and reachable from nowhere else.
package struct DemoAddresses: Equatable, Sendable {
    /// The address everything binds to.
    package static let host = "127.0.0.1"

    /// The service's public port.
    package var publicPort: Int
    /// The service's private port.
    package var privatePort: Int
    /// The website, the inbox and the salesperson's view.
    package var sitePort: Int
    /// The receiver of notifications.
    package var receiverPort: Int

    /// The addresses of these ports.
    package init(publicPort: Int = 8_080, privatePort: Int = 8_081, sitePort: Int = 8_082, receiverPort: Int = 8_083) {
        self.publicPort = publicPort
        self.privatePort = privatePort
        self.sitePort = sitePort
        self.receiverPort = receiverPort
    }

    // Pages are opened as localhost, so that site and service share one site in the browser's eyes and the cookie of
    // the one travels with the pages of the other.

    /// The service's public address.
    package var service: String { "http://localhost:\(self.publicPort)" }
    /// The console and API.
    package var console: String { "http://localhost:\(self.privatePort)" }
    /// The website.
    package var site: String { "http://localhost:\(self.sitePort)" }
    /// Where notifications are sent.
    package var hook: String { "http://\(Self.host):\(self.receiverPort)/hook" }
}
