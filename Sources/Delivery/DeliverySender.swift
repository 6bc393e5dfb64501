package import Domain

/// The network, as the dispatchers see it: one attempt, and what came back.
package protocol DeliverySender: Sendable {
    /// Sends an item once. Takes a bounded time, throws nothing away silently, and answers
    /// ``DeliveryFailure/interrupted`` if its task was cancelled before the answer.
    func send(_ item: OutboxItem, to destination: Destination) async -> DeliveryAnswer
}

/// Chooses the sender by what the destination speaks.
package struct SenderByKind: DeliverySender {
    private let webhook: WebhookSender
    private let slack: SlackSender

    /// Senders of both kinds over one transport.
    package init(transport: Transport, clock: any Clock, version: String) {
        self.webhook = WebhookSender(transport: transport, clock: clock, version: version)
        self.slack = SlackSender(transport: transport, version: version)
    }

    package func send(_ item: OutboxItem, to destination: Destination) async -> DeliveryAnswer {
        switch destination.kind {
        case .webhook: await self.webhook.send(item, to: destination)
        case .slack: await self.slack.send(item, to: destination)
        }
    }
}
