/// A cell's text without what spreadsheets leave around it.
enum FieldText {
    /// Without white space at both ends: ASCII's, the no-break spaces U+00A0 and U+202F, and U+FEFF.
    static func trimmed(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last else { return text }
        // Nothing to do for nearly every cell.
        if first > 0x20, first < 0x80, last > 0x20, last < 0x80 { return text }
        let bytes = Array(text.utf8)
        var start = 0
        var end = bytes.count
        while start < end, let width = self.spaceWidth(bytes, at: start), start + width <= end { start += width }
        while start < end, let width = self.spaceWidth(bytes, before: end), end - width >= start { end -= width }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// On one line: control characters become spaces, so that no cell can forge a line where it is shown.
    static func singleLine(_ text: String) -> String {
        var hasControl = false
        for byte in text.utf8 where byte < 0x20 || byte == 0x7f { hasControl = true }
        guard hasControl else { return self.trimmed(text) }
        let bytes = text.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }
        return self.trimmed(String(decoding: bytes, as: UTF8.self))
    }

    /// The bytes without any space: what numbers are read from.
    static func withoutSpaces(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            if let width = self.spaceWidth(bytes, at: at) {
                at += width
            } else {
                kept.append(bytes[at])
                at += 1
            }
        }
        return kept
    }

    /// Spaces of more than one byte: U+00A0, U+2009, U+202F, U+FEFF.
    private static let wideSpaces: [[UInt8]] = [
        [0xc2, 0xa0], [0xe2, 0x80, 0x89], [0xe2, 0x80, 0xaf], [0xef, 0xbb, 0xbf],
    ]

    private static func spaceWidth(_ bytes: [UInt8], at index: Int) -> Int? {
        if bytes[index] <= 0x20 { return 1 }
        guard bytes[index] >= 0xc2 else { return nil }
        return self.wideSpaces.first { bytes[index...].starts(with: $0) }?.count
    }

    private static func spaceWidth(_ bytes: [UInt8], before index: Int) -> Int? {
        if bytes[index - 1] <= 0x20 { return 1 }
        guard bytes[index - 1] >= 0x80 else { return nil }
        return self.wideSpaces.first { $0.count <= index && bytes[(index - $0.count)..<index].elementsEqual($0) }?
            .count
    }
}
