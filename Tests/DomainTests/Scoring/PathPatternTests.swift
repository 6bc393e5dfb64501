import TestSupport
import Testing

@testable import Domain

private func matches(_ pattern: String, _ path: String) -> Bool {
    Array(path.utf8).withUnsafeBytes { PathPattern(pattern).matches($0) }
}

private func best(_ patterns: [String], _ path: String) -> String? {
    let table = PatternTable(patterns: patterns)
    return Array(path.utf8).withUnsafeBytes { table.bestMatch($0) }.map { patterns[$0] }
}

@Suite struct PathPatternTests {
    /// Patterns that differ in a few bytes wherever these stand; a table of random places would have as many.
    @Test(arguments: ["/page-??", "/blog/??", "/p/0??0", "/ref/??", "/a/b/??/prix", "/a/??/c/d/e"])
    func alikePathsLieApartInATable(shape: String) {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let paths = letters.flatMap { first in
            letters.map { shape.replacing("??", with: String([first, $0])) }
        }
        let homes = paths.map { path in
            Array(path.utf8).withUnsafeBytes { PatternTable.home(of: $0, count: 4_096) }
        }
        #expect(Set(homes).count > 1_000, "of \(paths.count) paths")
    }

    @Test(arguments: [
        ("/tarifs", "/tarifs"), ("/tarifs", "/tarifs/"), ("/tarifs/", "/tarifs"), ("/", "/"), ("/", ""),
        ("/a/*", "/a/b"), ("/a/*", "/a/b/"), ("/a/*/c", "/a/b/c"), ("/a/x-*", "/a/x-1"), ("/a/*-pdf", "/a/b-c-pdf"),
        ("/*b*d", "/abcbcd"), ("/a/**", "/a"), ("/a/**", "/a/"), ("/a/**", "/a/b/c"), ("/**", "/"), ("/**", ""),
        ("/**", "/x/y"), ("/a*/**", "/ab"), ("/a*/**", "/ab/c"), ("/*/b/**", "/a/b"), ("/caf%C3%A9", "/caf%C3%A9"),
    ])
    func coversThePath(pattern: String, path: String) {
        #expect(matches(pattern, path))
    }

    @Test(arguments: [
        ("/tarifs", "/Tarifs"), ("/tarifs", "/tarif"), ("/tarifs", "/tarifs/x"), ("/tarifs", "/tarifs//"),
        ("/", "/a"), ("/a/*", "/a"), ("/a/*", "/a/"), ("/a/*", "/a/b/c"), ("/a/x-*", "/a/x-"), ("/a/*/c", "/a/b/d/c"),
        ("/a/*-pdf", "/a/-pdf"), ("/a/**", "/ab"), ("/a/**", "/"), ("/a*/**", "/a"), ("/*/b/**", "/b"),
        ("/**", "x"), ("/*b*d", "/bcd"),
    ])
    func doesNotCoverThePath(pattern: String, path: String) {
        #expect(!matches(pattern, path))
    }

    @Test(arguments: [
        ("/a/b", "/a/**"), ("/a/b", "/a/*"), ("/a/*", "/a/**"), ("/a/b/**", "/a/**"), ("/a/b/*", "/a/*/c"),
        ("/a/*-pdf", "/a/*"), ("/a/*/c/**", "/a/**"), ("/a/*/**", "/a/**"), ("/a/**", "/**"),
    ])
    func isMoreSpecific(first: String, second: String) {
        #expect(PathPattern(first).isMoreSpecific(than: PathPattern(second)))
        #expect(!PathPattern(second).isMoreSpecific(than: PathPattern(first)))
    }

    @Test(arguments: [
        ("tarifs", "a path that starts with /"), ("", "a path that starts with /"),
        ("/a b", "a path without spaces (use %20)"), ("/a?b=1", "a path without ? or #"),
        ("/a#b", "a path without ? or #"), ("/a/**/b", "** only as /** at the end"),
        ("/a**", "** only as /** at the end"), ("/***", "** only as /** at the end"),
        ("/*a*b*c*d*e/**", "at most 6 stars"),
        ("/" + String(repeating: "a", count: 256), "at most 256 bytes"),
    ])
    func aBadPatternIsExplained(pattern: String, expected: String) {
        #expect(PathPattern.problem(in: pattern) == expected)
    }

    @Test func aPatternThatIsHardToMatchIsStillCheap() {
        // Six stars over the longest path: the work grows with the path times the pattern, not with its powers.
        let path = "/" + String(repeating: "a", count: 2_000)
        #expect(!matches("/*a*a*a*a*a*b", path))
        #expect(matches("/*a*a*a*a*a*a", path))
    }

    @Test func equalPatternsShareOneText() {
        #expect(PathPattern("/a/").text == "/a")
        #expect(PathPattern("/").text == "/")
        #expect(PathPattern("/**").text == "/**")
        #expect(PathPattern("/a/**").text == "/a/**")
    }
}

@Suite struct PatternTableTests {
    @Test func theMostSpecificPatternWins() {
        let patterns = ["/**", "/a/**", "/a/*", "/a/b", "/a/*-pdf", "/"]
        #expect(best(patterns, "/a/b") == "/a/b")
        #expect(best(patterns, "/a/b/") == "/a/b")
        #expect(best(patterns, "/a/x-pdf") == "/a/*-pdf")
        #expect(best(patterns, "/a/c") == "/a/*")
        #expect(best(patterns, "/a") == "/a/**")
        #expect(best(patterns, "/a/c/d") == "/a/**")
        #expect(best(patterns, "/") == "/")
        #expect(best(patterns, "/z") == "/**")
    }

    @Test func anEmptyTableMatchesNothing() {
        #expect(best([], "/") == nil)
        #expect(best([], "/a") == nil)
    }

    @Test func ofEqualPatternsTheFirstCounts() {
        let exact = PatternTable(patterns: ["/a/", "/a"])
        #expect(Array("/a".utf8).withUnsafeBytes { exact.bestMatch($0) } == 0)
        let tails = PatternTable(patterns: ["/a/**", "/a/**"])
        #expect(Array("/a".utf8).withUnsafeBytes { tails.bestMatch($0) } == 0)
    }

    @Test(arguments: 0..<100) func aTableFindsWhatTryingAllPatternsFinds(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        // Few different bytes, so that patterns overlap and paths meet several of them.
        let count = seed.isMultiple(of: 10) ? 1_000 : Int.random(in: 0...40, using: &random)
        var texts: [String] = []
        var seen: Set<String> = []
        for _ in 0..<count {
            let text = Self.pattern(&random)
            if seen.insert(PathPattern(text).text).inserted { texts.append(text) }
        }
        let patterns = texts.map { PathPattern($0) }
        let table = PatternTable(patterns: texts)
        for _ in 0..<200 {
            let path = Self.path(&random)
            let (found, expected) = Array(path.utf8).withUnsafeBytes { bytes in
                let covering = patterns.indices.filter { patterns[$0].matches(bytes) }
                let expected = covering.min { patterns[$0].isMoreSpecific(than: patterns[$1]) }
                return (table.bestMatch(bytes), expected)
            }
            #expect(found == expected, "\(path) in \(texts)")
        }
    }

    @Test(arguments: 0..<100) func aTableCallsEveryPatternThatMatchesEqualOnesToo(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let texts = (0..<Int.random(in: 0...60, using: &random)).map { _ in Self.pattern(&random) }
        let patterns = texts.map { PathPattern($0) }
        let table = PatternTable(patterns: texts)
        for _ in 0..<100 {
            let path = Self.path(&random)
            Array(path.utf8).withUnsafeBytes { bytes in
                var called: [Int] = []
                table.forEachMatch(bytes) { called.append($0) }
                #expect(
                    called.sorted() == patterns.indices.filter { patterns[$0].matches(bytes) },
                    "\(path) in \(texts)"
                )
            }
        }
    }

    @Test(arguments: 0..<50) func specificityIsATotalOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let patterns = (0..<30).map { _ in PathPattern(Self.pattern(&random)) }
        for left in patterns {
            for right in patterns {
                let isOrdered = left.isMoreSpecific(than: right) != right.isMoreSpecific(than: left)
                #expect(isOrdered || left == right)
            }
        }
    }

    @Test(arguments: 0..<300) func aPatternMatchesWhatANaiveMatcherMatches(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let pattern = Self.pattern(&random)
            let path = Self.path(&random)
            #expect(matches(pattern, path) == Self.naive(pattern, path), "\(pattern) and \(path)")
        }
    }

    private static func pattern(_ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            text += "/"
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let next = ["a", "b", "*"][Int.random(in: 0..<3, using: &random)]
                if next != "*" || text.last != "*" { text += next }
            }
        }
        let tail = ["", "", "/", "/**"][Int.random(in: 0..<4, using: &random)]
        return text + tail == "" ? "/" : text + tail
    }

    private static func path(_ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            text += "/"
            for _ in 0..<Int.random(in: 0...3, using: &random) { text += Bool.random(using: &random) ? "a" : "b" }
        }
        return Bool.random(using: &random) ? text + "/" : text
    }

    /// Matches as the rules read, one segment at a time, trying every length of every star.
    private static func naive(_ pattern: String, _ path: String) -> Bool {
        func segments(_ text: String) -> [[Character]] {
            let trimmed = text.last == "/" ? text.dropLast() : text[...]
            return trimmed.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
        }
        func covers(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            guard first == "*" else { return text.first == first && covers(pattern.dropFirst(), text.dropFirst()) }
            return text.indices.contains { covers(pattern.dropFirst(), text[($0 + 1)...]) }
        }
        let hasTail = pattern.hasSuffix("/**")
        let wanted = segments(hasTail ? String(pattern.dropLast(3)) : pattern)
        let given = segments(path)
        guard hasTail ? given.count >= wanted.count : given.count == wanted.count else { return false }
        return zip(wanted, given).allSatisfy { covers($0[...], $1[...]) }
    }
}
