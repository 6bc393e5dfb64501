import Domain
import Testing

@Suite struct JSONReaderTests {
    private static func check(_ json: String) throws {
        try Self.check(Array(json.utf8))
    }

    private static func check(_ json: [UInt8]) throws {
        try json.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            try reader.skipValue()
            try reader.expectEnd()
        }
    }

    private static func string(_ json: String) throws -> [UInt8] {
        var scratch = Array("kept".utf8)
        return try Array(json.utf8).withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            let text = try reader.readString(into: &scratch)
            try reader.expectEnd()
            return Array(scratch[text.bounds])
        }
    }

    private static func number(_ json: String) throws -> Double {
        try Array(json.utf8).withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            let number = try reader.readNumber()
            try reader.expectEnd()
            return number
        }
    }

    @Test(
        arguments: [
            "{}", "[]", " \t\r\n{ } \n", "[1,2 , 3]", "[[],{}]", #"{"a":{"b":[null,true,false]}}"#, "0", "-0",
            "12.5e-3",
            "1E+2", #""""#, #""\"\\\/\b\f\n\r\t\u00e9""#, "\"\u{7f}é漢😀\"", #"{"a":1,"a":2}"#, #"{"":0}"#,
        ]
    )
    func whatTheGrammarAllowsIsTaken(_ json: String) throws {
        try Self.check(json)
    }

    @Test(
        arguments: [
            "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{,}", #"{"a"}"#, #"{"a":}"#,
            #"{"a":1,}"#,
            #"{"a" 1}"#, #"{a:1}"#, "{1:2}", "[}", "{]", "nul", "nulll", "True", "tru", "01", "-", "-a", "+1", "1.",
            ".5",
            "1e", "1e+", "0x1", "NaN", "Infinity", #"""#, #""a"#, #""\"#, #""\x""#, #""\u12""#, #""\u12g4""#, "'a'",
            "\"\n\"", "\"\u{1f}\"", "{} {}", "1 1", "/**/1", "\u{feff}{}", "[\u{a0}1]",
        ]
    )
    func whatTheGrammarForbidsIsRefused(_ json: String) {
        #expect(throws: Rejection.malformedJSON) { try Self.check(json) }
    }

    @Test(
        arguments: [
            [0x80], [0xc0, 0xaf], [0xc1, 0xbf], [0xc3], [0xe0, 0x9f, 0xbf], [0xe2, 0x82], [0xed, 0xa0, 0x80],
            [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff],
            [0xf0, 0x9f, 0x98, 0x22],
        ] as [[UInt8]]
    )
    func malformedUTF8IsRefused(_ bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: Rejection.malformedJSON) { try Self.check([quote] + bytes + [quote]) }
    }

    @Test func nestingIsTakenUpToTheLimitAndNoDeeper() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        try Self.check(nested(Limits.jsonDepth))
        #expect(throws: Rejection.tooDeep) { try Self.check(nested(Limits.jsonDepth + 1)) }
        #expect(throws: Rejection.tooDeep) { try Self.check(String(repeating: #"{"a":"#, count: 100_000)) }
    }

    @Test(
        arguments: [
            (#""plain""#, "plain"), (#""a\"b\\c\/d""#, #"a"b\c/d"#), (#""\b\f\n\r\t""#, "\u{8}\u{c}\n\r\t"),
            (#""\u0041\u00E9\u6f22""#, "Aé漢"), (#""\ud83d\ude00!""#, "😀!"), (#""\uDBFF\uDFFF""#, "\u{10ffff}"),
            (#""é漢😀""#, "é漢😀"), (#""\u0000""#, "\0"),
        ]
    )
    func stringsAreUnescaped(_ json: String, _ text: String) throws {
        #expect(try Self.string(json) == Array(text.utf8))
    }

    @Test(
        arguments: [
            (#""\ud83d""#, "\u{fffd}"), (#""a\ud83d...""#, "a\u{fffd}..."), (#""\ude00b""#, "\u{fffd}b"),
            (#""\ud83d\u0041""#, "\u{fffd}A"), (#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"), (#""\ud83d\n""#, "\u{fffd}\n"),
        ]
    )
    func loneSurrogatesBecomeReplacementCharacters(_ json: String, _ text: String) throws {
        #expect(try Self.string(json) == Array(text.utf8))
    }

    @Test(
        arguments: [
            ("0", 0), ("-1", -1), ("1.5", 1.5), ("1e3", 1000), ("1E-2", 0.01),
            ("9007199254740993", 9_007_199_254_740_992),
            ("1e999", .infinity), ("-1e999", -.infinity), ("1e-999", 0), ("0e99999999999999999999", 0),
            ("0.1", 0.1), ("123456789012345678901234567890", 1.2345678901234568e29), ("1e23", 1e23),
        ] as [(String, Double)]
    )
    func numbersAreTheNearestDouble(_ json: String, _ number: Double) throws {
        #expect(try Self.number(json) == number)
    }

    @Test func minusZeroKeepsItsSign() throws {
        #expect(try Self.number("-0").sign == .minus)
    }
}
