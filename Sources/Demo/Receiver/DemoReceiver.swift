package import Domain
import Foundation
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore

/// The local receiver of notifications: verifies each, shows it, answers.
package struct DemoReceiver: Sendable {
    /// What a request is answered with.
    package enum Reply: Equatable, Sendable {
        /// New, and shown.
        case taken(ReceivedNotification)
        /// Came before; answered as if it were new, or it would come for ever.
        case repeated
        /// The signature is wrong or too old.
        case refused(WebhookVerifier.Verdict)
        /// Signed, but not a notification.
        case unreadable
    }

    private let port: Int
    private let verifier: WebhookVerifier
    private let board: LeadBoard
    private let clock: any Clock
    private let logger: Logger
    private let onVerified: @Sendable (ReceivedNotification) -> Void

    /// A receiver that puts what it verified on `board` and tells `onVerified`.
    package init(
        port: Int,
        verifier: WebhookVerifier,
        board: LeadBoard,
        clock: any Clock,
        logger: Logger,
        onVerified: @escaping @Sendable (ReceivedNotification) -> Void
    ) {
        self.port = port
        self.verifier = verifier
        self.board = board
        self.clock = clock
        self.logger = logger
        self.onVerified = onVerified
    }

    /// Decides on one request.
    package func receive(id: String?, timestamp: String?, signatures: String?, body: [UInt8]) -> Reply {
        let verdict = self.verifier.verify(
            id: id,
            timestamp: timestamp,
            signatures: signatures,
            body: body,
            now: self.clock.wallTime().seconds
        )
        guard verdict == .verified, let id else { return .refused(verdict) }
        guard let notification = ReceivedNotification(body: body) else { return .unreadable }
        return self.board.add(notification, id: id) ? .taken(notification) : .repeated
    }

    /// Serves until the task is cancelled. `onOpen` is called when the port is open.
    package func run(onOpen: @escaping @Sendable () async -> Void = {}) async throws {
        let router = Router()
        router.post("/hook") { request, _ in
            let body = try await request.body.collect(upTo: Limits.deliveryBodyBytes)
            return Response(status: self.status(of: request.headers, body: Array(body.readableBytesView)))
        }
        router.get("/received") { _, _ in
            let requests = try JSONEncoder().encode(self.board.requests)
            return Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: requests))
            )
        }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(DemoAddresses.host, port: self.port)),
            onServerRunning: { _ in await onOpen() },
            logger: self.logger.forServer
        )
        try await application.run()
    }

    private func status(of headers: HTTPFields, body: [UInt8]) -> HTTPResponse.Status {
        let reply = self.receive(
            id: HTTPField.Name("webhook-id").flatMap { headers[$0] },
            timestamp: HTTPField.Name("webhook-timestamp").flatMap { headers[$0] },
            signatures: HTTPField.Name("webhook-signature").flatMap { headers[$0] },
            body: body
        )
        switch reply {
        case .taken(let notification):
            let fields = headers.map { ($0.name.canonicalName, $0.value) }
            self.board.keep(ReceivedRequest(headers: Dictionary(fields) { first, _ in first }, body: body))
            self.onVerified(notification)
            return .noContent
        case .repeated: return .noContent
        case .refused(let verdict):
            self.logger.warning("a notification was refused", metadata: ["reason": "\(verdict.rawValue)"])
            return .unauthorized
        case .unreadable: return .badRequest
        }
    }
}
