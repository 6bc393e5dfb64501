import Domain

/// The same draw every time: 0 for the shortest of everything, `.max` for the longest.
package struct FixedRandomness: Randomness {
    private let draw: UInt64

    /// A source of one value.
    package init(_ draw: UInt64) { self.draw = draw }

    package func next() -> UInt64 { self.draw }
}
