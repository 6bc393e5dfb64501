package import Domain
internal import FoundationEssentials

/// Sends a notification as one text to a Slack-compatible incoming webhook (Slack, Mattermost, Rocket.Chat).
///
/// These have no key against repetitions: an attempt whose answer was lost may show a message twice.
package struct SlackSender: DeliverySender {
    private struct Message: Encodable {
        var text: String
    }

    private let transport: Transport
    private let version: String

    /// A sender that names itself `Vendange/<version>`.
    package init(transport: Transport, version: String) {
        self.transport = transport
        self.version = version
    }

    package func send(_ item: OutboxItem, to destination: Destination) async -> DeliveryAnswer {
        guard let text = SlackText.text(fromEvent: item.body),
            let body = try? JSONEncoder().encode(Message(text: text))
        else { return .failure(.unusableBody) }
        let headers = [
            ("content-type", "application/json"),
            ("user-agent", "Vendange/\(self.version)"),
        ]
        return await self.transport.post(Array(body), headers: headers, to: destination)
    }
}
