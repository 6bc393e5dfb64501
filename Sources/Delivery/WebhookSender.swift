package import Domain

/// Sends a notification as it was frozen, signed after Standard Webhooks.
///
/// `webhook-id` is the item's key and the same on every attempt: by it the receiver knows a repetition.
/// `webhook-timestamp` is the attempt's time, since receivers refuse what is older than five minutes.
package struct WebhookSender: DeliverySender {
    private let transport: Transport
    private let clock: any Clock
    private let version: String

    /// A sender that names itself `Vendange/<version>`.
    package init(transport: Transport, clock: any Clock, version: String) {
        self.transport = transport
        self.clock = clock
        self.version = version
    }

    package func send(_ item: OutboxItem, to destination: Destination) async -> DeliveryAnswer {
        guard let signature = WebhookSignature(secret: destination.secret) else {
            return .failure(.unusableDestination)
        }
        let timestamp = self.clock.wallTime().seconds
        let headers = [
            ("content-type", "application/cloudevents+json"),
            ("user-agent", "Vendange/\(self.version)"),
            ("webhook-id", item.key),
            ("webhook-timestamp", "\(timestamp)"),
            ("webhook-signature", signature.value(id: item.key, timestamp: timestamp, body: item.body)),
        ]
        return await self.transport.post(item.body, headers: headers, to: destination)
    }
}
