/// What came back from one attempt to hand an item to its destination.
package enum DeliveryAnswer: Equatable, Sendable {
    /// An HTTP answer: its status, what its `Retry-After` asks for, and the beginning of its body for people, which
    /// holds neither secrets nor control characters.
    case response(status: Int, retryAfter: TimeSpan?, excerpt: String)
    /// No answer, and why.
    case failure(DeliveryFailure)

    /// The HTTP status; 0 when there was no answer.
    package var status: Int {
        switch self {
        case .response(let status, _, _): status
        case .failure: 0
        }
    }

    /// What the destination's `Retry-After` asks for.
    package var retryAfter: TimeSpan? {
        switch self {
        case .response(_, let retryAfter, _): retryAfter
        case .failure: nil
        }
    }

    /// What went wrong, for people; empty if nothing did.
    package var error: String {
        switch self {
        case .response(200..<300, _, _): ""
        case .response(let status, _, let excerpt):
            excerpt.isEmpty ? "answered \(status)" : "answered \(status): \(excerpt)"
        case .failure(let failure): failure.text
        }
    }
}

/// Why there was no answer. Closed, and without the underlying error's text: that may name a secret address.
package enum DeliveryFailure: String, Error, CaseIterable, Sendable {
    /// The destination's address or secret cannot be used as configured.
    case unusableDestination
    /// The host has no address.
    case unresolvedHost
    /// The host's address is private and the destination does not allow that.
    case refusedAddress
    /// Nobody listens there, or the network is down.
    case noConnection
    /// No connection or no answer in time.
    case timeout
    /// The encrypted connection failed: most often the certificate.
    case tls
    /// The connection ended before an answer, or the answer was not HTTP.
    case brokenAnswer
    /// The item's body is not what its destination's kind needs.
    case unusableBody
    /// The service stopped before the answer came.
    case interrupted

    /// A sentence for people.
    package var text: String {
        switch self {
        case .unusableDestination: "the address or the secret is not usable"
        case .unresolvedHost: "the host name has no address"
        case .refusedAddress: "the address is private, which this destination does not allow"
        case .noConnection: "no connection"
        case .timeout: "no answer in time"
        case .tls: "the encrypted connection failed"
        case .brokenAnswer: "the connection ended without a valid answer"
        case .unusableBody: "the body is not usable for this kind of destination"
        case .interrupted: "the service stopped before the answer"
        }
    }
}

/// What an answer means for the item, its contact's queue, and the destination.
package enum DeliveryOutcome: Equatable, Sendable, CaseIterable {
    /// Taken: 2xx.
    case delivered
    /// The destination cannot take anything now: it waits, and nothing else is sent to it until then.
    ///
    /// No answer of any kind; 3xx, because redirects are not followed and the address is therefore wrong; 401,
    /// because the credentials are the destination's; 408, 425, 429; 5xx; whatever is no HTTP status.
    case destinationProblem
    /// 410: the receiver says that it is gone for good. The destination waits at once for the longest delay, and its
    /// items end as dead letters like all others. It is not switched off for ever, because a channel may be brought
    /// back, and because only the operator changes the configuration.
    case destinationGone
    /// The destination does not like this item: other 4xx. The contact's queue waits, the others go on.
    ///
    /// 403 and 404 belong here although they may concern the whole destination: taken for the item's, a wrong guess
    /// costs one attempt per item; taken for the destination's, one item that a firewall dislikes would hold up all
    /// others for three days.
    case itemProblem
    /// Nothing is known: the service stopped. The item goes out again after the start, under the same key.
    case unknown

    /// The meaning of an answer.
    package init(_ answer: DeliveryAnswer) {
        switch answer {
        case .response(let status, _, _): self.init(status: status)
        case .failure(.interrupted): self = .unknown
        case .failure(.unusableBody): self = .itemProblem
        case .failure: self = .destinationProblem
        }
    }

    /// The meaning of an HTTP status; 0 for no answer.
    package init(status: Int) {
        switch status {
        case 200..<300: self = .delivered
        case 401, 408, 425, 429: self = .destinationProblem
        case 410: self = .destinationGone
        case 400..<500: self = .itemProblem
        default: self = .destinationProblem
        }
    }
}
