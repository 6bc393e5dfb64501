import Domain

/// The system's generator: fit for ids and keys.
package struct SystemRandomness: Randomness {
    /// The system's generator.
    package init() {}

    package func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
