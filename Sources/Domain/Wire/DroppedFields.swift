/// The optional fields of an event that were given but could not be used: the event is accepted without them, and
/// the answer names them for the developer who embeds the snippet.
package struct DroppedFields: OptionSet, Hashable, Sendable {
    /// One bit per ``WireKey``, at its raw value.
    package let rawValue: UInt32

    /// A set from its bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The set of one key.
    package init(_ key: WireKey) { self.rawValue = 1 << UInt32(key.rawValue) }

    /// The keys of the set, in the order of ``WireKey``.
    package var keys: [WireKey] { WireKey.allCases.filter { self.contains(DroppedFields($0)) } }

    /// The keys of the set as they are written.
    package var names: [String] { self.keys.map { "\($0.text)" } }
}
