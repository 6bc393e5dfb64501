/// A path pattern of a site's excluded paths: segments compared literally, `*` for one segment, `**` at the end for
/// the rest.
struct ExcludedPath: Equatable, Sendable {
    private var segments: [[UInt8]]
    private var matchesRest: Bool

    /// The pattern a text spells.
    init(_ text: String) {
        var segments = text.utf8.split(separator: Octets.slash, omittingEmptySubsequences: true).map { Array($0) }
        self.matchesRest = segments.last == Array("**".utf8)
        if self.matchesRest { segments.removeLast() }
        self.segments = segments
    }

    /// Whether a path falls under it. A slash at the end makes no difference.
    func matches(_ path: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        var matches = true
        Octets.forEachPart(of: path, separator: Octets.slash) { part in
            guard !part.isEmpty else { return true }
            guard index < self.segments.count else {
                matches = self.matchesRest
                return false
            }
            matches = self.segments[index] == [UInt8(ascii: "*")] || part.elementsEqual(self.segments[index])
            index += 1
            return matches
        }
        return matches && index >= self.segments.count
    }
}
