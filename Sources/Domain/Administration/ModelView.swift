/// A scoring model as it was published.
package struct ModelView: Equatable, Sendable, Encodable {
    /// The author's version.
    package var version: UInt32
    package var published: String
    /// The offset of the record that published it.
    package var offset: UInt64
    /// Whether it is in force.
    package var isCurrent: Bool

    /// A published model.
    package init(version: UInt32, published: Timestamp, offset: UInt64, isCurrent: Bool) {
        self.version = version
        self.published = published.rfc3339
        self.offset = offset
        self.isCurrent = isCurrent
    }
}

/// One thing that is wrong with a model's YAML.
package struct ModelFileProblem: Equatable, Sendable, Encodable {
    /// From 1; nil where there is none.
    package var line: Int?
    /// The field with its place, `rules[3].limit`; empty for the file as a whole.
    package var field: String
    package var message: String

    /// A problem.
    package init(line: Int?, field: String, message: String) {
        self.line = line
        self.field = field
        self.message = message
    }
}

/// A key of the private port, without its secret.
package struct KeyView: Equatable, Sendable, Encodable {
    package var id: Int64
    package var name: String
    /// Names of ``Scope``s.
    package var scopes: [String]
    package var created: String
    /// `2026-03-01`; nil if never.
    package var lastUsedDay: String?

    /// A key.
    package init(id: Int64, name: String, scopes: [String], created: Timestamp, lastUsedDay: Int32?) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.created = created.rfc3339
        self.lastUsedDay = lastUsedDay.map(CalendarDay.text(of:))
    }
}

/// A key that was just made, with its secret: shown once and kept nowhere.
package struct CreatedKey: Equatable, Sendable, Encodable {
    package var key: KeyView
    /// `vdg_…`
    package var secret: String

    /// A key.
    package init(key: KeyView, secret: String) {
        self.key = key
        self.secret = secret
    }
}
