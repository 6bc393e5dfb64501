/// A pattern of page paths, as page rules, rule conditions and excluded paths use it.
///
/// - A path without a star matches itself: `/tarifs`.
/// - `*` stands for one or more bytes within a segment: `/etudes/*`, `/produit-*`.
/// - `/**` at the end stands for the path in front of it and everything below: `/blog/**` matches `/blog`,
///   `/blog/` and `/blog/a/b`; `/**` matches every path.
/// - One slash at the end means nothing, in a pattern as in a path: `/tarifs` and `/tarifs/` are the same.
/// - Bytes are compared as they are: case counts, and what a browser escapes must be escaped.
///
/// Matching reads bytes and allocates nothing.
package struct PathPattern: Equatable, Sendable {
    /// The pattern without its tail and without a slash at its end; empty for `/` and `/**`.
    package let core: [UInt8]
    /// Whether it ends in `/**`.
    package let hasTail: Bool
    /// Bytes in front of the first star; all of them if there is none.
    package let literalPrefix: [UInt8]
    /// Bytes that are not stars.
    package let literalCount: Int
    /// How many stars it has; two for the tail.
    package let starCount: Int

    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")

    /// The pattern of a text. A text that ``problem(in:)`` objects to still gives a pattern, which matches little.
    package init(_ text: String) {
        let bytes = Array(text.utf8)
        self.hasTail = bytes.suffix(3).elementsEqual("/**".utf8)
        self.core = self.hasTail ? Array(bytes.dropLast(3)) : bytes.last == Self.slash ? bytes.dropLast() : bytes
        let starsInCore = self.core.count { $0 == Self.star }
        self.starCount = starsInCore + (self.hasTail ? 2 : 0)
        self.literalCount = self.core.count - starsInCore + (self.hasTail ? 1 : 0)
        let head = self.core.prefix { $0 != Self.star }
        self.literalPrefix = Array(head) + (self.hasTail && starsInCore == 0 ? [Self.slash] : [])
    }

    /// Whether there is no star in it.
    package var isExact: Bool { self.starCount == 0 }

    /// The pattern's text in the one form that equal patterns share.
    package var text: String {
        let text = String(decoding: self.core, as: UTF8.self)
        return self.hasTail ? text + "/**" : text.isEmpty ? "/" : text
    }

    /// What is wrong with a text as a pattern, as what was expected; nil if nothing is.
    package static func problem(in text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.first == Self.slash else { return "a path that starts with /" }
        guard bytes.count <= Limits.patternBytes else { return "at most \(Limits.patternBytes) bytes" }
        guard !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else { return "a path without spaces (use %20)" }
        guard !bytes.contains(UInt8(ascii: "?")), !bytes.contains(UInt8(ascii: "#")) else {
            return "a path without ? or #"
        }
        let pattern = PathPattern(text)
        let core = pattern.core
        for index in core.indices.dropFirst() where core[index] == Self.star && core[index - 1] == Self.star {
            return "** only as /** at the end"
        }
        guard pattern.starCount <= Limits.patternStars else { return "at most \(Limits.patternStars) stars" }
        return nil
    }

    /// Whether the pattern covers a path.
    package func matches(_ path: UnsafeRawBufferPointer) -> Bool {
        self.covers(path, count: Self.normalisedCount(path))
    }

    /// Whether the pattern covers the first `count` bytes of a path, which are it without a slash at its end.
    func covers(_ path: UnsafeRawBufferPointer, count: Int) -> Bool {
        var patternIndex = 0
        var pathIndex = 0
        // The last star of the present segment and where what follows it was last tried. A slash settles the
        // segments in front of it, because a star never crosses one.
        var lastStar: Int?
        var retry = 0
        while true {
            if patternIndex < self.core.count {
                let byte = self.core[patternIndex]
                if byte == Self.star {
                    if pathIndex < count, path[pathIndex] != Self.slash {
                        lastStar = patternIndex
                        patternIndex += 1
                        pathIndex += 1
                        retry = pathIndex
                        continue
                    }
                } else if pathIndex < count, path[pathIndex] == byte {
                    if byte == Self.slash { lastStar = nil }
                    patternIndex += 1
                    pathIndex += 1
                    continue
                }
            } else if pathIndex == count || (self.hasTail && path[pathIndex] == Self.slash) {
                return true
            }
            guard let star = lastStar, retry < count, path[retry] != Self.slash else { return false }
            retry += 1
            pathIndex = retry
            patternIndex = star + 1
        }
    }

    /// Whether this pattern is preferred to another where both match.
    ///
    /// A total order on different patterns: exact ones first; then the longer run of bytes in front of the first
    /// star; then more bytes that are not stars (`/a/*-pdf` before `/a/*`, `/a/*/c/**` before `/a/**`); then fewer
    /// stars (`/a/*` before `/a/**`); then the bytes themselves.
    package func isMoreSpecific(than other: PathPattern) -> Bool {
        if self.isExact != other.isExact { return self.isExact }
        if self.literalPrefix.count != other.literalPrefix.count {
            return self.literalPrefix.count > other.literalPrefix.count
        }
        if self.literalCount != other.literalCount { return self.literalCount > other.literalCount }
        if self.starCount != other.starCount { return self.starCount < other.starCount }
        return self.core.lexicographicallyPrecedes(other.core)
    }

    /// How many bytes a path has without one slash at its end.
    static func normalisedCount(_ path: UnsafeRawBufferPointer) -> Int {
        guard let last = path.last, last == Self.slash else { return path.count }
        return path.count - 1
    }
}
