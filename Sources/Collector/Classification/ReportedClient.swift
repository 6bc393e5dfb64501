package import Domain

/// Who opened or clicked, as another tool saw it: judged as if the request had come to the public port.
package struct ReportedClient: Sendable {
    /// Keyed hash of the network; 0 if unknown.
    package let network: UInt32
    /// Keyed hash of the user agent; 0 if none.
    package let agent: UInt32
    /// Why it cannot be a person's act, if so.
    package let filter: FilterReason

    /// The version of the lists this is judged by.
    package static var listVersion: UInt16 { BotList.version }

    /// A client with this address and user agent, each empty if unknown; nil if the address is none.
    package init?(address: String, agent: String, slotKey: SipKey) {
        if address.isEmpty {
            self.network = 0
        } else {
            guard let address = NetworkAddress(address) else { return nil }
            self.network = address.networkKey(slotKey)
        }
        let bytes = Array(agent.utf8)
        self.agent = agent.isEmpty ? 0 : UInt32(truncatingIfNeeded: SipHash.hash(agent, key: slotKey))
        self.filter = bytes.withUnsafeBytes { BotList.matches($0) } ? .bot : .none
    }
}
