/// A mailing.
package struct MessageRow: Equatable, Sendable {
    /// Its number, drawn by the catalog; never used twice.
    package var id: UInt32
    /// What people call it.
    package var name: String
    /// utm_campaign of its links; empty for none.
    package var campaign: String
    /// When it was entered.
    package var created: Timestamp

    /// A message.
    package init(id: UInt32, name: String, campaign: String, created: Timestamp) {
        self.id = id
        self.name = name
        self.campaign = campaign
        self.created = created
    }
}

/// A key of the private port, without the key itself.
package struct APIKeyRow: Equatable, Sendable {
    /// Its number.
    package var id: Int64
    /// Who uses it.
    package var name: String
    /// What it may do.
    package var scopes: [String]
    /// When it was made.
    package var created: Timestamp
    /// The day it was last used, in days since 1970-01-01; nil if never.
    package var lastUsedDay: Int32?

    /// A key.
    package init(id: Int64, name: String, scopes: [String], created: Timestamp, lastUsedDay: Int32?) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.created = created
        self.lastUsedDay = lastUsedDay
    }
}

/// A scoring model as it was published.
package struct ModelRow: Equatable, Sendable {
    /// The author's version.
    package var version: UInt32
    /// The author's YAML.
    package var source: String
    /// When it was published.
    package var published: Timestamp
    /// The offset of the record that published it.
    package var offset: UInt64

    /// A published model.
    package init(version: UInt32, source: String, published: Timestamp, offset: UInt64) {
        self.version = version
        self.source = source
        self.published = published
        self.offset = offset
    }
}
