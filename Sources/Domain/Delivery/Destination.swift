/// Where notifications go, as configured.
package struct Destination: Equatable, Sendable {
    /// How it is spoken to.
    package enum Kind: String, Sendable, CaseIterable {
        /// Standard Webhooks headers around a CloudEvents 1.0 JSON body.
        case webhook
        /// A Slack-compatible incoming webhook: one text.
        case slack
    }

    /// Its name: unique, in rows, metrics and commands.
    package var name: String
    /// How it is spoken to.
    package var kind: Kind
    /// Where it listens: http or https.
    package var url: String
    /// The signing secret: `whsec_` and base64, for webhooks. Never logged.
    package var secret: String
    /// What it wants to hear.
    package var notifications: [NotificationKind]
    /// Whether its address may be loopback, private or link-local.
    package var allowsPrivateAddress: Bool

    /// A destination.
    package init(
        name: String,
        kind: Kind,
        url: String,
        secret: String = "",
        notifications: [NotificationKind] = NotificationKind.allCases,
        allowsPrivateAddress: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.url = url
        self.secret = secret
        self.notifications = notifications
        self.allowsPrivateAddress = allowsPrivateAddress
    }
}
