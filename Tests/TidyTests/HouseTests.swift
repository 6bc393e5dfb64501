import Testing

/// The house rules that a formatter does not know.
@Suite struct HouseTests {
    static let sources = Tree.swiftFiles(in: "Sources")
    static let tests = Tree.swiftFiles(in: "Tests")

    @Test func noFileHasMoreThanFiveHundredLines() {
        for file in Self.sources + Self.tests {
            #expect(file.lines.count <= 501, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func noFunctionHasMoreThanSeventyLines() {
        for file in Self.sources {
            for function in Self.functions(of: file) where function.count > 70 {
                Issue.record("\(file.path):\(function.start) has \(function.count) lines")
            }
        }
    }

    @Test func nothingIsLeftOver() {
        let leftovers = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK"]
        for file in Self.sources + Self.tests {
            for (number, line) in file.lines.enumerated() {
                for word in leftovers where line.contains(word) {
                    Issue.record("\(file.path):\(number + 1): \(word)")
                }
            }
        }
    }

    @Test func everyLimitLimitsSomething() throws {
        let limits = try #require(Self.sources.first { $0.path.hasSuffix("Domain/Limits.swift") })
        let others = Self.sources.filter { $0.path != limits.path }
        for line in limits.lines {
            let words = line.split { !($0.isLetter || $0.isNumber) }
            guard let place = words.firstIndex(of: "let"), place + 1 < words.count else { continue }
            let use = "Limits." + words[place + 1]
            let isUsed = others.contains { file in file.lines.contains { $0.contains(use) } }
            #expect(isUsed, "\(words[place + 1]) is not used")
        }
    }

    @Test func timeAndChanceComeInThroughTheirSeams() {
        // The seams' own homes, and the rims that only measure or show.
        let homes = ["Sources/Server/SystemEnvironment.swift", "Sources/Demo/", "Sources/vendange/"]
        let banned = [
            "Date()", "Date.now", "ContinuousClock", "SuspendingClock", ".random(in:", "SystemRandomNumberGenerator",
        ]
        for file in Self.sources where !homes.contains(where: { file.path.hasPrefix($0) }) {
            for (number, line) in file.lines.enumerated() {
                for word in banned where line.contains(word) && !line.contains("///") {
                    Issue.record("\(file.path):\(number + 1): \(word)")
                }
            }
        }
    }

    @Test func nothingIsUncheckedWithoutAProof() {
        for file in Self.sources {
            for (number, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable") && !line.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") {
                let before = file.lines[max(0, number - 12)..<number]
                let isProven = before.contains { $0.contains("@unchecked Sendable") }
                #expect(isProven, "\(file.path):\(number + 1) does not say why it is safe")
            }
        }
    }

    /// Functions and initialisers by their first line and length, found by indentation, which the formatter keeps.
    static func functions(of file: Tree.File) -> [(start: Int, count: Int)] {
        var found: [(Int, Int)] = []
        for (number, line) in file.lines.enumerated() {
            let text = line.trimmingPrefix(while: { $0 == " " })
            let words = text.split(separator: " ").prefix(4)
            guard words.contains("func") || words.contains(where: { $0.hasPrefix("init(") }) else { continue }
            let indent = line.count - text.count
            let closing = String(repeating: " ", count: indent) + "}"
            let end = file.lines[number...].firstIndex { $0 == closing }
            if let end { found.append((number + 1, end - number + 1)) }
        }
        return found
    }
}
