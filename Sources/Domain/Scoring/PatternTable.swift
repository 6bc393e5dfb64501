/// All page patterns of a model, ready to find the most specific one that matches a path.
///
/// Exact paths are found by hash. The others hang in a trie at the end of their literal prefix; a lookup walks the
/// path down the trie once and tries the patterns on its way back up, longest prefix first, which is the order of
/// ``PathPattern/isMoreSpecific(than:)``. Lookups allocate nothing. A class, so that a look-up copies no lists.
package final class PatternTable: Sendable {
    private struct Node: Sendable {
        var parent: Int32
        var edges: Range<Int32>
        var candidates: Range<Int32>
    }

    private struct Edge: Sendable {
        var byte: UInt8
        var target: Int32
    }

    private let patterns: [PathPattern]
    // Open addressing with linear probing: 0 is free, else the pattern's index plus one. At most half full.
    private let exactSlots: [Int32]
    private let hasExact: Bool
    private let nodes: [Node]
    private let edges: [Edge]
    private let candidates: [Int32]
    /// The patterns that are equal to an exact one, by the first of them.
    private let equalPatterns: [Int: [Int]]

    /// A table of patterns; of two equal ones the first counts.
    package init(patterns texts: [String]) {
        let patterns = texts.map(PathPattern.init)
        self.patterns = patterns
        self.exactSlots = Self.hashTable(of: patterns)
        self.hasExact = patterns.contains(where: \.isExact)
        var firsts: [[UInt8]: Int] = [:]
        var equals: [Int: [Int]] = [:]
        for (index, pattern) in patterns.enumerated() where pattern.isExact {
            if let first = firsts[pattern.core] {
                equals[first, default: []].append(index)
            } else {
                firsts[pattern.core] = index
            }
        }
        self.equalPatterns = equals
        var builder = TrieBuilder()
        for index in Self.wildcardsBySpecificity(patterns) {
            builder.insert(Int32(index), prefix: patterns[index].literalPrefix)
        }
        var nodes: [Node] = []
        var edges: [Edge] = []
        var candidates: [Int32] = []
        for node in builder.nodes {
            let firstEdge = Int32(edges.count)
            let firstCandidate = Int32(candidates.count)
            edges += node.children.sorted { $0.key < $1.key }.map { Edge(byte: $0.key, target: $0.value) }
            candidates += node.patterns
            nodes.append(
                Node(
                    parent: node.parent,
                    edges: firstEdge..<Int32(edges.count),
                    candidates: firstCandidate..<Int32(candidates.count)
                )
            )
        }
        self.nodes = nodes
        self.edges = edges
        self.candidates = candidates
    }

    /// The index of the most specific pattern that matches a path; nil if none does.
    package func bestMatch(_ path: UnsafeRawBufferPointer) -> Int? {
        let count = PathPattern.normalisedCount(path)
        let key = UnsafeRawBufferPointer(rebasing: path[..<count])
        return self.exactMatch(key) ?? self.wildcardMatch(key)
    }

    /// Calls `body` with the index of every pattern that matches a path, of equal ones too, in no particular order.
    package func forEachMatch(_ path: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
        let count = PathPattern.normalisedCount(path)
        let key = UnsafeRawBufferPointer(rebasing: path[..<count])
        if let first = self.exactMatch(key) {
            body(first)
            for index in self.equalPatterns[first] ?? [] { body(index) }
        }
        self.walkWildcards(key) { index in
            body(index)
            return true
        }
    }

    private func exactMatch(_ path: UnsafeRawBufferPointer) -> Int? {
        guard self.hasExact else { return nil }
        var slot = Self.home(of: path, count: self.exactSlots.count)
        while self.exactSlots[slot] != 0 {
            let index = Int(self.exactSlots[slot]) - 1
            if Self.equal(self.patterns[index].core, path) { return index }
            slot = (slot + 1) & (self.exactSlots.count - 1)
        }
        return nil
    }

    private func wildcardMatch(_ path: UnsafeRawBufferPointer) -> Int? {
        var match: Int?
        self.walkWildcards(path) { index in
            match = index
            return false
        }
        return match
    }

    /// Calls `body` with every pattern with wildcards that matches, the most specific first, until it returns false.
    private func walkWildcards(_ path: UnsafeRawBufferPointer, _ body: (Int) -> Bool) {
        var node: Int32 = 0
        // `/a/**` hangs below `/a/` but matches `/a` too: so a slash is thought behind every path.
        for index in 0...path.count {
            let byte = index < path.count ? path[index] : UInt8(ascii: "/")
            guard let next = self.child(of: node, byte: byte) else { break }
            node = next
        }
        while node >= 0 {
            let place = self.nodes[Int(node)]
            for candidate in place.candidates {
                let index = Int(self.candidates[Int(candidate)])
                if self.patterns[index].covers(path, count: path.count), !body(index) { return }
            }
            node = place.parent
        }
    }

    private func child(of node: Int32, byte: UInt8) -> Int32? {
        for edge in self.nodes[Int(node)].edges where self.edges[Int(edge)].byte == byte {
            return self.edges[Int(edge)].target
        }
        return nil
    }

    private static func hashTable(of patterns: [PathPattern]) -> [Int32] {
        var size = 2
        while size < patterns.count * 2 { size *= 2 }
        var slots = [Int32](repeating: 0, count: size)
        for (index, pattern) in patterns.enumerated() where pattern.isExact {
            pattern.core.withUnsafeBytes { path in
                var slot = Self.home(of: path, count: size)
                while slots[slot] != 0 {
                    if patterns[Int(slots[slot]) - 1].core == pattern.core { return }
                    slot = (slot + 1) & (size - 1)
                }
                slots[slot] = Int32(index + 1)
            }
        }
        return slots
    }

    private static func wildcardsBySpecificity(_ patterns: [PathPattern]) -> [Int] {
        patterns.indices.filter { !patterns[$0].isExact }.sorted { left, right in
            if patterns[left] == patterns[right] { return left < right }
            return patterns[left].isMoreSpecific(than: patterns[right])
        }
    }

    /// The place in a table of `count`, a power of two, where a path is looked for first.
    ///
    /// Eight bytes at a time, each folded in by a product of which both halves count, so that every bit reaches every
    /// other. Which paths exist in a table is no secret, and a lookup probes no further than the author's own patterns
    /// do; so there is no key.
    static func home(of path: UnsafeRawBufferPointer, count: Int) -> Int {
        var hash = UInt64(path.count)
        var index = 0
        while index < path.count {
            var word: UInt64 = 0
            if index + 8 <= path.count {
                word = path.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            } else {
                for rest in index..<path.count { word = word << 8 | UInt64(path[rest]) }
            }
            let product = (hash ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
            hash = product.high ^ product.low
            index += 8
        }
        return Int(truncatingIfNeeded: hash) & (count - 1)
    }

    private static func equal(_ bytes: [UInt8], _ path: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == path.count else { return false }
        for index in bytes.indices where bytes[index] != path[index] { return false }
        return true
    }
}

/// The trie while it grows, before it is laid flat.
private struct TrieBuilder {
    struct Node {
        var parent: Int32
        var children: [UInt8: Int32] = [:]
        var patterns: [Int32] = []
    }

    var nodes = [Node(parent: -1)]

    /// Hangs a pattern at the end of its prefix, behind those already there.
    mutating func insert(_ pattern: Int32, prefix: [UInt8]) {
        var place = 0
        for byte in prefix {
            if let next = self.nodes[place].children[byte] {
                place = Int(next)
            } else {
                let next = self.nodes.count
                self.nodes.append(Node(parent: Int32(place)))
                self.nodes[place].children[byte] = Int32(next)
                place = next
            }
        }
        self.nodes[place].patterns.append(pattern)
    }
}
