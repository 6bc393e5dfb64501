extension TextRange {
    /// Whether the run is exactly `name`.
    func equals(_ name: StaticString, in bytes: [UInt8]) -> Bool {
        Int(self.count) == name.utf8CodeUnitCount && self.hasPrefix(name, in: bytes)
    }

    /// Whether the run starts with `name`.
    func hasPrefix(_ name: StaticString, in bytes: [UInt8]) -> Bool {
        guard Int(self.count) >= name.utf8CodeUnitCount else { return false }
        let start = Int(self.start)
        for index in 0..<name.utf8CodeUnitCount where bytes[start + index] != name.utf8Start[index] { return false }
        return true
    }

    /// Whether two runs of the same buffer hold the same bytes.
    func equals(_ other: TextRange, in bytes: [UInt8]) -> Bool {
        guard self.count == other.count else { return false }
        for (left, right) in zip(self.bounds, other.bounds) where bytes[left] != bytes[right] { return false }
        return true
    }
}

extension [UInt8] {
    /// Appends a constant text and tells where it lies.
    mutating func appendText(_ text: StaticString) -> TextRange {
        let start = self.count
        self.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        return TextRange(start: start, count: text.utf8CodeUnitCount)
    }

    /// Makes room for `count` bytes at the end and tells where what `body` put there lies. `body` gets all bytes and
    /// where the room begins, and returns where what it wrote ends.
    mutating func appendRun(
        of count: Int,
        _ body: (UnsafeMutableBufferPointer<UInt8>, Int) -> Int
    ) -> TextRange {
        let start = self.count
        self.append(contentsOf: repeatElement(0, count: count))
        let end = self.withUnsafeMutableBufferPointer { body($0, start) }
        self.truncate(to: end)
        return TextRange(start: start, count: end - start)
    }

    /// Forgets everything from `count` on.
    mutating func truncate(to count: Int) { self.removeLast(self.count - count) }
}
