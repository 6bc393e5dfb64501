/// Which part of a list is asked for.
package struct PageRequest: Equatable, Sendable {
    /// The ``Page/next`` of the page before; nil for the first one. Whoever makes the list gives it its form, and
    /// answers ``AdministrationError/invalid(_:)`` for the field `after` to a text it did not make.
    package var after: String?
    /// At most so many items: 1…``Limits/apiPageItems``.
    package var limit: Int

    /// The items a page has when nobody says how many.
    package static let defaultLimit = 50

    /// A part of a list.
    package init(after: String? = nil, limit: Int = Self.defaultLimit) {
        self.after = after
        self.limit = limit
    }
}

/// A part of a list.
package struct Page<Item: Sendable & Encodable>: Sendable, Encodable {
    /// The items.
    package var items: [Item]
    /// What to ask for to go on; nil at the end.
    package var next: String?

    /// A page.
    package init(items: [Item], next: String? = nil) {
        self.items = items
        self.next = next
    }
}

extension Page: Equatable where Item: Equatable {}
