import Foundation
import TestSupport
import Testing

/// A case of `Tests/Fixtures/http`: what is sent, and what must become of it. The format is in the folder's README.
struct HTTPCase: CustomTestStringConvertible, Sendable {
    var file = ""
    var title = ""
    var rule = ""
    var bytes: [UInt8] = []
    var answers: [Int] = []
    var logged: [String] = []
    var staysOpen = true

    var testDescription: String { "\(self.file): \(self.title) (RFC \(self.rule))" }

    static let all: [HTTPCase] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/http")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().flatMap { name in
            let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
            return Self.read(text, file: name)
        }
    }()

    private static func read(_ text: String, file: String) -> [HTTPCase] {
        var cases: [HTTPCase] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if line.hasPrefix("== ") {
                cases.append(HTTPCase(file: file, title: String(line.dropFirst(3))))
                continue
            }
            guard let last = cases.indices.last else { preconditionFailure("\(file): \(line)") }
            switch words.first {
            case "rfc": cases[last].rule = words.dropFirst().joined(separator: ", section ")
            case ">": cases[last].bytes += Self.bytes(line.dropFirst(2)) + [13, 10]
            case "|": cases[last].bytes += Self.bytes(line.dropFirst(2))
            case "answers": cases[last].answers = words.dropFirst().compactMap { Int($0) }
            case "logged": cases[last].logged = Array(words.dropFirst())
            case "end": cases[last].staysOpen = words.last == "open"
            default: preconditionFailure("\(file): \(line)")
            }
        }
        return cases
    }

    /// The bytes of a line, its escapes and placeholders resolved.
    private static func bytes(_ line: Substring) -> [UInt8] {
        var text = line.replacing(/<pixel (\w+)>/) { "/p.gif?site=shop&url=https://shop.example/\($0.1)" }
        text = text.replacing(/<view (\w+)>/) {
            #"{"type":"page_view","site":"shop","url":"https://shop.example/\#($0.1)"}"#
        }
        text = text.replacing(/<(\w)\*(\d+)>/) { String(repeating: String($0.1), count: Int($0.2) ?? 0) }
        var bytes: [UInt8] = []
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\", let escape = rest.popFirst() else {
                bytes += Array(String(character).utf8)
                continue
            }
            switch escape {
            case "r": bytes.append(13)
            case "n": bytes.append(10)
            case "t": bytes.append(9)
            case "0": bytes.append(0)
            case "x":
                bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            default: bytes += Array(String(escape).utf8)
            }
        }
        return bytes
    }

    /// Ways to cut the bytes into reads: whole, one by one, in two at every line end, space and colon, and at random.
    func cuts(seed: UInt64) -> [[[UInt8]]] {
        let isLong = self.bytes.count > 2_000
        var cuts = [[self.bytes]]
        // Where a long run of one letter is cut does not matter; around it, it does.
        cuts.append(isLong ? self.pieces(at: Array(stride(from: 61, to: self.bytes.count, by: 997))) : self.singles)
        let special: Set<UInt8> = [0, 9, 10, 13, 32, 58, 59]
        cuts += self.bytes.indices.filter { special.contains(self.bytes[$0]) }.flatMap { [$0, $0 + 1] }
            .filter { 0 < $0 && $0 < self.bytes.count }.map { self.pieces(at: [$0]) }
        var random = SeededRandom(seed: seed)
        for _ in 0..<4 {
            let places = (0..<5).map { _ in Int.random(in: 1..<self.bytes.count, using: &random) }
            cuts.append(self.pieces(at: Set(places).sorted()))
        }
        return cuts
    }

    private var singles: [[UInt8]] { self.bytes.map { [$0] } }

    private func pieces(at places: [Int]) -> [[UInt8]] {
        let bounds = [0] + places + [self.bytes.count]
        return zip(bounds, bounds.dropFirst()).map { Array(self.bytes[$0..<$1]) }
    }
}
