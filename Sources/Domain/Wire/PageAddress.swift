/// A normalised address `host[:port]/path[?query]` as ranges of the buffer it lies in. ASCII throughout.
package struct PageAddress: Equatable, Sendable {
    /// The whole.
    package var text: TextRange
    /// The host without port; an IPv6 literal keeps its brackets.
    package var host: TextRange
    /// From the first `/` up to `?` or the end.
    package var path: TextRange
    /// Whether it was `https`. False for an address that was read back, where the scheme is no longer known.
    package var isSecure: Bool

    /// Host, port and path, without the query: what ``SlotMap/pageKey(of:)`` hashes.
    package var key: TextRange {
        TextRange(start: Int(self.text.start), count: self.path.bounds.upperBound - Int(self.text.start))
    }

    init(text: TextRange, host: TextRange, path: TextRange, isSecure: Bool) {
        self.text = text
        self.host = host
        self.path = path
        self.isSecure = isSecure
    }

    /// The parts of an address that was normalised before, such as ``WireEvent/url`` or ``EventRecord/url``.
    package init(normalised text: TextRange, in bytes: UnsafeRawBufferPointer) {
        let run = bytes[text.bounds]
        let pathStart = run.firstIndex(of: ASCII.slash) ?? run.endIndex
        let pathEnd = run[pathStart...].firstIndex(of: ASCII.question) ?? run.endIndex
        let authority = run[..<pathStart]
        var hostEnd = pathStart
        // A colon within brackets belongs to an IPv6 literal.
        if let colon = authority.lastIndex(of: ASCII.colon), authority.last != ASCII.closeBracket { hostEnd = colon }
        self.init(
            text: text,
            host: TextRange(start: run.startIndex, count: hostEnd - run.startIndex),
            path: TextRange(start: pathStart, count: pathEnd - pathStart),
            isSecure: false
        )
    }
}
