/// How far a key reaches; each scope holds the ones below it.
package enum Scope: UInt8, Sendable, CaseIterable, Comparable {
    /// Looks, changes nothing.
    case read = 1
    /// Changes contacts, contents and deliveries.
    case write = 2
    /// Changes sites, models and keys, and erases.
    case admin = 3

    /// The name in the API and the catalog.
    package var name: String {
        switch self {
        case .read: "read"
        case .write: "write"
        case .admin: "admin"
        }
    }

    /// The scope of a name.
    package init?(name: String) {
        guard let scope = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = scope
    }

    package static func < (left: Scope, right: Scope) -> Bool { left.rawValue < right.rawValue }
}

/// Who calls, as their key says.
package struct Principal: Equatable, Sendable {
    /// The key's name.
    package var name: String
    /// What the key was given.
    package var scopes: [Scope]

    /// A caller.
    package init(name: String, scopes: [Scope]) {
        self.name = name
        self.scopes = scopes
    }

    /// Whether one of the scopes is this one or holds it.
    package func reaches(_ scope: Scope) -> Bool { self.scopes.contains { $0 >= scope } }
}
