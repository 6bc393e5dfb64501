import Domain

/// What a request's headers and address say about who sent it, once per request.
struct RequestFacts: Sendable {
    /// Why its sender does not want to be recorded, if so.
    var refusal: DeclineReason?
    /// Why it cannot be a person's act, if so.
    var filter = FilterReason.none
    /// The client's address. Never stored.
    var address: NetworkAddress?
    /// Who shares a rate: ``NetworkAddress/clientKey(_:)``; 0 if unknown, or when all that is known is a proxy.
    /// Never stored.
    var client: UInt64 = 0
    /// Keyed hash of the client's network; 0 if unknown.
    var network: UInt32 = 0
    /// Keyed hash of the user agent; 0 if none.
    var agent: UInt32 = 0
    /// The visitor's cookie.
    var visitor: VisitorID?

    /// Reads them.
    init(_ request: Request, peer: NetworkAddress?, collector: Collector, bots: inout BotCache) {
        let cookies = RequestCookies(request.value(.cookie), names: collector.cookieNames)
        self.visitor = cookies.visitor
        if cookies.hasOptedOut {
            self.refusal = .optOut
        } else if request.value(.globalPrivacyControl).elementsEqual("1".utf8) {
            self.refusal = .globalPrivacyControl
        } else if request.value(.doNotTrack).elementsEqual("1".utf8) {
            self.refusal = .doNotTrack
        }
        self.address = ClientAddress.of(
            request,
            peer: peer,
            trusted: collector.trustedProxies,
            header: collector.settings.proxyHeader
        )
        if let address, !ClientAddress.isTrusted(address, collector.trustedProxies) {
            self.client = address.clientKey(collector.slotKey)
        }
        self.network = self.address?.networkKey(collector.slotKey) ?? 0
        let agent = request.value(.userAgent)
        let hash = agent.isEmpty ? 0 : SipHash.hash(agent, key: collector.slotKey)
        self.agent = UInt32(truncatingIfNeeded: hash)
        if Self.isPrefetch(request) {
            self.filter = .prefetch
        } else if !agent.isEmpty, bots.isBot(agent, hash: hash) {
            self.filter = .bot
        } else if request.head.method == .head {
            self.filter = .machineFetch
        }
    }

    private static let prefetchFields: [4 of RequestField] = [.secPurpose, .purpose, .xPurpose, .xMoz]

    /// Whether a header announces a load that nobody looks at (yet).
    private static func isPrefetch(_ request: Request) -> Bool {
        for index in Self.prefetchFields.indices where request.head.has(Self.prefetchFields[index]) {
            var isPrefetch = false
            Octets.forEachPart(of: request.value(Self.prefetchFields[index]), separator: UInt8(ascii: ";")) { part in
                isPrefetch =
                    Octets.equals(part, ignoringCase: "prefetch") || Octets.equals(part, ignoringCase: "prerender")
                    || Octets.equals(part, ignoringCase: "preview") || Octets.equals(part, ignoringCase: "instant")
                return !isPrefetch
            }
            if isPrefetch { return true }
        }
        return false
    }
}
