internal import AsyncHTTPClient
package import Domain
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One POST to a destination, under the rules for addresses.
///
/// The host is resolved once, its address is judged, and the connection goes to that address: a name that changes its
/// answer between judgement and connection gains nothing. The name itself stays in the `Host` header and in the
/// certificate's check. Redirects are not followed, since they would lead past the judgement.
///
/// Clients are kept per destination and address, and only while the address stays the same: every attempt resolves and
/// judges anew, a connection is never shared with another destination, and a burst pays for one handshake instead of
/// one per notification (https: 28 ms of processor time each, in a debug build, most of it for the trusted roots).
package final class Transport: Sendable {
    /// How long the parts of an attempt may take.
    struct TimeLimits: Sendable {
        var connect = TimeAmount.seconds(5)
        /// From the lookup of the name to the end of the answer.
        var whole = TimeAmount.seconds(15)
        /// For the body of an answer, within the whole: what comes later is not read.
        var body = TimeAmount.seconds(1)
        /// How long a connection is kept for the next attempt: long enough for a burst, and shorter than the five
        /// seconds and more after which servers close idle connections.
        var idle = TimeAmount.seconds(2)
    }

    private let clock: any Domain.Clock
    private let lookup: any AddressLookup
    private let timeLimits: TimeLimits
    private let clients: PinnedClients

    /// A transport for so many destinations, which is how many names can be looked up at a time.
    /// The clock tells what a `Retry-After` date means.
    package convenience init(destinationCount: Int, clock: any Domain.Clock) {
        self.init(clock: clock, lookup: AddressResolver(threadCount: destinationCount))
    }

    init(clock: any Domain.Clock, lookup: any AddressLookup, timeLimits: TimeLimits = TimeLimits()) {
        self.clock = clock
        self.lookup = lookup
        self.timeLimits = timeLimits
        self.clients = PinnedClients(
            timeout: HTTPClient.Configuration.Timeout(connect: timeLimits.connect, read: timeLimits.whole),
            idle: timeLimits.idle
        )
    }

    /// Ends the connections and the threads of the name lookups. To be called when nothing is sent any more.
    package func close() {
        self.clients.close()
        self.lookup.close()
    }

    /// Posts a body and tells what came back. Never throws, never logs.
    func post(_ body: [UInt8], headers: [(String, String)], to destination: Destination) async -> DeliveryAnswer {
        let deadline = NIODeadline.now() + self.timeLimits.whole
        do {
            guard let url = DestinationURL(destination.url) else { throw DeliveryFailure.unusableDestination }
            let address = try await self.address(of: url, for: destination)
            var request = HTTPClientRequest(url: url.text)
            request.method = .POST
            request.headers = HTTPHeaders(headers)
            request.body = .bytes(ByteBuffer(bytes: body))
            let (response, pinned) = try await self.execute(
                request,
                through: self.clients.client(for: destination.name, host: url.host, address: address),
                of: destination,
                deadline: deadline
            )
            let bodyDeadline = min(deadline, NIODeadline.now() + self.timeLimits.body)
            let answer = await self.answer(from: response, of: destination, bodyDeadline: bodyDeadline)
            // Closing the client would cut off the body that is being read.
            withExtendedLifetime(pinned) {}
            return answer
        } catch let failure as DeliveryFailure {
            return .failure(Task.isCancelled ? .interrupted : failure)
        } catch {
            return .failure(Task.isCancelled ? .interrupted : Self.failure(for: error))
        }
    }

    /// Sends a request. If a kept connection ends instead of answering, once more, at once, through a new one
    /// (RFC 9112, section 9.3.1): servers close what was idle for long enough, also in the moment of our request, and
    /// that says nothing about the destination. Should it have taken the request all the same, it meets the
    /// repetition it would have met later.
    private func execute(
        _ request: HTTPClientRequest,
        through pinned: PinnedClient,
        of destination: Destination,
        deadline: NIODeadline
    ) async throws -> (HTTPClientResponse, PinnedClient) {
        let mayHaveKept = pinned.mayHaveKept
        do {
            let response = try await pinned.client.execute(request, deadline: deadline)
            pinned.noteAnswer()
            return (response, pinned)
        } catch let error where mayHaveKept && Self.isFarewell(error) {
            let fresh = self.clients.client(
                for: destination.name,
                host: pinned.host,
                address: pinned.address,
                insteadOf: pinned
            )
            let response = try await fresh.client.execute(request, deadline: deadline)
            fresh.noteAnswer()
            return (response, fresh)
        }
    }

    private static func isFarewell(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed
        case let error as IOError: error.errnoCode == ECONNRESET || error.errnoCode == EPIPE
        default: false
        }
    }

    /// The numeric address to connect to, or why not.
    private func address(of url: DestinationURL, for destination: Destination) async throws -> String {
        let address: SocketAddress
        if let literal = try? SocketAddress(ipAddress: url.host, port: url.port) {
            address = literal
        } else {
            address = try await self.lookup.address(of: url.host, port: url.port, timeLimit: self.timeLimits.whole)
        }
        guard destination.allowsPrivateAddress || AddressRules.isPublic(address) else {
            throw DeliveryFailure.refusedAddress
        }
        guard let text = address.ipAddress else { throw DeliveryFailure.unresolvedHost }
        return text
    }

    private func answer(
        from response: HTTPClientResponse,
        of destination: Destination,
        bodyDeadline: NIODeadline
    ) async -> DeliveryAnswer {
        let status = Int(response.status.code)
        let now = self.clock.wallTime()
        // Read even when nobody is interested in it: a connection with an unread answer cannot be used again.
        let body = await Self.beginning(of: response, deadline: bodyDeadline)
        if (200..<300).contains(status) { return .response(status: status, retryAfter: nil, excerpt: "") }
        return .response(
            status: status,
            retryAfter: response.headers.first(name: "retry-after").flatMap { RetryAfter.span(from: $0, at: now) },
            excerpt: AnswerExcerpt.text(from: body, of: destination)
        )
    }

    /// At most ``Limits/deliveryAnswerBytes`` of the body; what arrived too late is left out.
    private static func beginning(of response: HTTPClientResponse, deadline: NIODeadline) async -> [UInt8] {
        await withTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                var bytes: [UInt8] = []
                // A broken body changes nothing about the status, which is what counts.
                do {
                    for try await part in response.body {
                        bytes.append(
                            contentsOf: part.readableBytesView.prefix(Limits.deliveryAnswerBytes - bytes.count)
                        )
                        if bytes.count >= Limits.deliveryAnswerBytes { break }
                    }
                } catch {
                    return bytes
                }
                return bytes
            }
            group.addTask {
                let rest = deadline - .now()
                try? await Task.sleep(for: .nanoseconds(max(0, rest.nanoseconds)))
                return []
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? []
        }
    }

    private static func failure(for error: any Error) -> DeliveryFailure {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout, .deadlineExceeded, .readTimeout, .getConnectionFromPoolTimeout: .timeout
            case .tlsHandshakeTimeout: .tls
            case .invalidURL, .emptyHost, .emptyScheme: .unusableDestination
            default: .brokenAnswer
            }
        case is IOError, is NIOConnectionError, is ChannelError:
            .noConnection
        default:
            // The TLS library's errors are many types, and the only thing to know about them is where they come from.
            String(reflecting: type(of: error)).hasPrefix("NIOSSL.") ? .tls : .brokenAnswer
        }
    }
}
