import Domain
import Foundation
import TestSupport
import Testing

/// The reader against Foundation's, on generated texts and on mutations of them.
@Suite struct JSONOracleTests {
    @Test func generatedTextsAreReadAsFoundationReadsThem() throws {
        var random = SeededRandom(seed: 11)
        for round in 0..<1_500 {
            let json = Array(JSONSource.value(depth: 5, using: &random).utf8)
            let tree = try #require(JSONTree.read(json), "round \(round)")
            let object = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
            #expect(tree.matches(object), "round \(round): \(String(decoding: json, as: UTF8.self))")
        }
    }

    @Test func mutatedTextsAreTakenExactlyWhenFoundationTakesThem() throws {
        var random = SeededRandom(seed: 12)
        var taken = 0
        for round in 0..<6_000 {
            var json = Array(JSONSource.value(depth: 4, using: &random).utf8)
            for _ in 0...Int.random(in: 0..<3, using: &random) { Mutation.apply(to: &json, using: &random) }
            // Foundation guesses other encodings from the first bytes; the reader knows only UTF-8.
            if json.prefix(4).contains(where: { $0 == 0 || $0 >= 0x80 }) { continue }
            let object = try? JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
            let tree = JSONTree.read(json)
            // Documented differences: lone surrogates, numbers beyond a double.
            if let tree, object == nil, tree.isBeyondFoundation { continue }
            #expect((tree == nil) == (object == nil), "round \(round): \(String(decoding: json, as: UTF8.self))")
            guard let tree, let object else { continue }
            taken += 1
            #expect(tree.matches(object), "round \(round): \(String(decoding: json, as: UTF8.self))")
        }
        #expect(taken > 300)
    }

    @Test func everyDoubleIsReadBackFromItsShortestText() {
        var random = SeededRandom(seed: 13)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            #expect(JSONTree.read(Array("\(number)".utf8)) == .number(number))
        }
    }

    @Test func shortDecimalsAreRoundedAsTheStandardLibraryRoundsThem() {
        var random = SeededRandom(seed: 14)
        for _ in 0..<20_000 {
            let digits = random.next() >> UInt64.random(in: 0..<60, using: &random)
            let fraction = random.next() >> UInt64.random(in: 20..<64, using: &random)
            let text = "\(digits).\(fraction)e\(Int.random(in: -30...30, using: &random))"
            #expect(JSONTree.read(Array(text.utf8)) == Double(text).map { .number($0) }, "\(text)")
        }
    }
}

/// What the reader reads, as a tree.
private enum JSONTree: Equatable {
    case object([String: JSONTree])
    case array([JSONTree])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    static func read(_ json: [UInt8]) -> JSONTree? {
        json.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            guard let tree = try? Self.read(&reader), (try? reader.expectEnd()) != nil else { return nil }
            return tree
        }
    }

    private static func read(_ reader: inout JSONReader) throws -> JSONTree {
        var scratch: [UInt8] = []
        switch try reader.peek() {
        case .object:
            var members: [String: JSONTree] = [:]
            try reader.beginObject()
            while let key = try reader.nextKey(into: &scratch) {
                members[key.string(in: scratch)] = try Self.read(&reader)
            }
            return .object(members)
        case .array:
            var elements: [JSONTree] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try Self.read(&reader)) }
            return .array(elements)
        case .string: return .string(try reader.readString(into: &scratch).string(in: scratch))
        case .number: return .number(try reader.readNumber())
        case .bool: return .bool(try reader.readBool())
        case .null:
            try reader.readNull()
            return .null
        }
    }

    var isBeyondFoundation: Bool {
        switch self {
        case .object(let members):
            members.contains { $0.key.unicodeScalars.contains("\u{fffd}") || $0.value.isBeyondFoundation }
        case .array(let elements): elements.contains { $0.isBeyondFoundation }
        case .string(let text): text.unicodeScalars.contains("\u{fffd}")
        case .number(let number): number.isInfinite || number.magnitude < Double.leastNormalMagnitude
        case .bool, .null: false
        }
    }

    func matches(_ object: Any) -> Bool {
        switch self {
        case .object(let members):
            guard let others = object as? [String: Any], others.count == members.count else { return false }
            // Of a key given twice, Foundation's choice is its own.
            return members.allSatisfy { key, value in others[key].map { value.matches($0) } ?? false }
        case .array(let elements):
            guard let others = object as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { $0.matches($1) }
        case .string(let text): return (object as? String).map { Array($0.utf8) } == Array(text.utf8)
        case .number(let number):
            // Foundation reads long numbers as decimals, which may differ in the last bit.
            guard let other = (object as? NSNumber)?.doubleValue else { return false }
            return abs(other - number) <= number.magnitude * 1e-15
        case .bool(let flag): return (object as? Bool) == flag
        case .null: return object is NSNull
        }
    }
}

/// Random JSON texts with distinct keys.
private enum JSONSource {
    static func value(depth: Int, using random: inout SeededRandom) -> String {
        let space = [" ", "", "", "\n"].randomElement(using: &random) ?? ""
        return space + Self.bare(depth: depth, using: &random) + space
    }

    private static func bare(depth: Int, using random: inout SeededRandom) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &random) {
        case 0: return ["null", "true", "false"].randomElement(using: &random) ?? "null"
        case 1: return "\(Int64(truncatingIfNeeded: random.next() >> UInt64.random(in: 12..<64, using: &random)))"
        case 2: return "\(Double.random(in: -1e6...1e6, using: &random))"
        case 3, 4: return Self.string(using: &random)
        case 5, 6:
            let count = Int.random(in: 0..<4, using: &random)
            let elements = (0..<count).map { _ in Self.value(depth: depth - 1, using: &random) }
            return "[" + elements.joined(separator: ",") + "]"
        default:
            let count = Int.random(in: 0..<4, using: &random)
            let members = (0..<count).map { "\"k\($0)\":" + Self.value(depth: depth - 1, using: &random) }
            return "{" + members.joined(separator: ",") + "}"
        }
    }

    private static func string(using random: inout SeededRandom) -> String {
        let pieces = [
            "a", "b", " ", "é", "漢", "😀", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\u0000"#, "{",
            "]", ",", ":",
        ]
        let count = Int.random(in: 0..<8, using: &random)
        return "\"" + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "\""
    }
}
