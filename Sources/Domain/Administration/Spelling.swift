/// Guesses what a mistyped name was meant to be.
package enum Spelling {
    /// The known name that is fewest edits away, if that is near enough.
    package static func nearest(to name: String, among known: some Sequence<String>) -> String? {
        let typed = Array(name.lowercased().unicodeScalars.prefix(64))
        var best: (distance: Int, name: String)?
        for candidate in known {
            let distance = Self.distance(typed, Array(candidate.unicodeScalars))
            guard distance <= max(1, candidate.unicodeScalars.count / 3) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (distance, candidate) }
        }
        return best?.name
    }

    // Damerau's distance in the restricted form ("optimal string alignment"): insertions, deletions, replacements
    // and swaps of neighbours, each counted once.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var older: [Int] = []
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, older[column - 1] + 1)
                }
                current.append(best)
            }
            older = previous
            previous = current
        }
        return previous[right.count]
    }
}
