package import Foundation

/// A notification as it came over the wire, for whoever writes a receiver of their own and wants something to try it on.
package struct ReceivedRequest: Equatable, Sendable, Encodable {
    /// Its headers, by name in lower case.
    package var headers: [String: String]
    /// Its body, byte for byte; in JSON as base64.
    package var body: Data

    /// A request.
    package init(headers: [String: String], body: [UInt8]) {
        self.headers = headers
        self.body = Data(body)
    }
}
