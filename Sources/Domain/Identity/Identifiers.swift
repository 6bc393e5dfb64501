/// A visitor: one browser, by the random or derived 128 bits of its cookie.
package struct VisitorID: Hashable, Comparable, Sendable {
    /// The first 64 bits in reading order.
    package var high: UInt64
    /// The last 64 bits in reading order.
    package var low: UInt64

    /// A visitor id from its two halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package static func < (left: VisitorID, right: VisitorID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// A contact: one person, by the keyed 64-bit hash of their first external key (design, section 5).
package struct ContactID: Hashable, Comparable, Sendable {
    /// The keyed hash.
    package var rawValue: UInt64

    /// A contact id from its hash.
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: ContactID, right: ContactID) -> Bool { left.rawValue < right.rawValue }
}

/// A site, numbered by the catalog from 1.
package struct SiteID: Hashable, Comparable, Sendable {
    /// The catalog's number.
    package var rawValue: UInt32

    /// A site id from the catalog's number.
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static func < (left: SiteID, right: SiteID) -> Bool { left.rawValue < right.rawValue }
}

/// A page: the keyed hash of its normalised host and path. Zero means "no page".
package struct PageKey: Hashable, Comparable, Sendable {
    /// The keyed hash.
    package var rawValue: UInt64

    /// A page key from its hash.
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// No page.
    package static let none = PageKey(0)

    package static func < (left: PageKey, right: PageKey) -> Bool { left.rawValue < right.rawValue }
}

/// A shard of the store: one of ``Limits/slotCount``.
package struct Slot: Hashable, Comparable, Sendable {
    /// 0 ..< ``Limits/slotCount``, or ``every``'s value.
    package var rawValue: UInt16

    /// A slot from its number.
    @inlinable
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// The address of control records, which every slot folds.
    package static let every = Slot(.max)

    package static func < (left: Slot, right: Slot) -> Bool { left.rawValue < right.rawValue }
}

/// The addresses of profiles within the store: which slot a visitor or a contact lives in.
///
/// Keyed, so that nobody who chooses ids can fill one slot.
package struct SlotMap: Sendable {
    private let key: SipKey

    /// A map under the log's key.
    package init(key: SipKey) { self.key = key }

    /// The slot of a visitor.
    package func slot(of visitor: VisitorID) -> Slot {
        Slot(UInt16(truncatingIfNeeded: SipHash.hash(visitor.high, visitor.low, key: self.key)) % Limits.slotCount)
    }

    /// The slot of a contact.
    package func slot(of contact: ContactID) -> Slot {
        Slot(UInt16(truncatingIfNeeded: SipHash.hash(contact.rawValue, 1, key: self.key)) % Limits.slotCount)
    }

    /// The slot that watches a network.
    package func slot(ofNetwork network: UInt32) -> Slot {
        Slot(UInt16(truncatingIfNeeded: SipHash.hash(UInt64(network), 3, key: self.key)) % Limits.slotCount)
    }

    /// The slot that counts a page's anonymous audience.
    package func slot(of page: PageKey) -> Slot {
        Slot(UInt16(truncatingIfNeeded: SipHash.hash(page.rawValue, 2, key: self.key)) % Limits.slotCount)
    }

    /// The key of a page from its normalised host and path.
    package func pageKey(of hostAndPath: UnsafeRawBufferPointer) -> PageKey {
        let hash = SipHash.hash(hostAndPath, key: self.key)
        return PageKey(hash == 0 ? 1 : hash)
    }
}
