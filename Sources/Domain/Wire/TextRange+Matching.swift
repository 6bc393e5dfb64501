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

    /// Makes room for `count` bytes at the end and tells where what `body` put there lies. `body` gets the place of all
    /// bytes and where the room begins, may read below and write from there on, and returns where what it wrote ends.
    @inline(__always)
    @discardableResult
    mutating func appendRun(of count: Int, _ body: (UnsafeMutablePointer<UInt8>, Int) -> Int) -> TextRange {
        let start = self.count
        // All empty arrays are one object, and noting that nothing was appended would write to it.
        guard count > 0 else { return TextRange(start: start, count: 0) }
        var end = start
        self.append(addingCapacity: count) { room in
            room.withUnsafeMutableBufferPointer { tail, stored in
                guard let free = tail.baseAddress else { return }
                // An array's bytes lie in one piece, the free room behind those there are.
                end = body(free - start, start)
                precondition(end >= start && end - start <= tail.count, "a run is as long as its room at most")
                stored = end - start
            }
        }
        return TextRange(start: start, count: end - start)
    }

    /// Where a byte is first found within a range; nil if it is not.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        self.withUnsafeBytes { bytes in
            let place = ByteScan.skip(
                to: byte,
                UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]),
                from: range.lowerBound
            )
            return place < range.upperBound ? place : nil
        }
    }

    /// Forgets everything from `count` on.
    mutating func truncate(to count: Int) { self.removeLast(self.count - count) }
}
