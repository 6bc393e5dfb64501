/// A name without what people and programs write differently: case, accents, spaces, punctuation.
///
/// `Id. d'enregistrement`, `ID D’ENREGISTREMENT` and `idDEnregistrement` lead to the same ``key``.
package struct FoldedName: Hashable, Sendable {
    /// Lower-case words of `a`–`z` and `0`–`9`, joined by underscores: the name the model uses.
    package let snakeCase: String

    /// The words without what joins them: what names are compared by.
    package var key: String { String(decoding: self.snakeCase.utf8.filter { $0 != Self.underscore }, as: UTF8.self) }

    /// The words.
    package var words: [Substring] { self.snakeCase.split(separator: "_") }

    private static let underscore = UInt8(ascii: "_")

    /// The folded form of a name. Letters outside Latin-1 but `œ` are dropped.
    package init(_ name: String) {
        var folded: [UInt8] = []
        var isApart = false
        var wasLower = false
        // Bytes and not characters: a file has one of these for each status and title.
        var bytes = name.utf8.makeIterator()
        while let byte = bytes.next() {
            let letters: [UInt8]
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): letters = [byte]
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                // A capital behind a small letter starts a word: `ExternalCode`.
                isApart = isApart || wasLower
                letters = [byte | 0x20]
            case UInt8(ascii: "'"): continue
            case 0xc3: letters = Self.latin1[Int(bytes.next() ?? 0x80) & 0x3f]
            case 0xc5: letters = Self.latinExtended(bytes.next())
            // Combining accents (U+0300 to U+036F) belong to the letter before them.
            case 0xcc, 0xcd:
                _ = bytes.next()
                continue
            case 0xe2: letters = Self.punctuation(bytes.next(), bytes.next())
            default: letters = []
            }
            if letters.isEmpty {
                isApart = isApart || byte < 0x80 || byte >= 0xc0
                wasLower = false
                continue
            }
            if letters == Self.apostrophe { continue }
            if isApart, !folded.isEmpty { folded.append(Self.underscore) }
            isApart = false
            wasLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            folded.append(contentsOf: letters)
        }
        self.snakeCase = String(decoding: folded, as: UTF8.self)
    }

    private static let apostrophe = [UInt8(ascii: "'")]

    private static func latinExtended(_ second: UInt8?) -> [UInt8] {
        switch second {
        case 0x92, 0x93: [UInt8(ascii: "o"), UInt8(ascii: "e")]
        case 0xb8: [UInt8(ascii: "y")]
        default: []
        }
    }

    /// The typographic apostrophe (U+2019) is dropped like the typed one; everything else separates words.
    private static func punctuation(_ second: UInt8?, _ third: UInt8?) -> [UInt8] {
        second == 0x80 && third == 0x99 ? self.apostrophe : []
    }

    /// U+00C0 to U+00FF without their accents; `·` where the character is no letter.
    private static let latin1: [[UInt8]] = """
        a a a a a a ae c e e e e i i i i d n o o o o o · o u u u u y th ss \
        a a a a a a ae c e e e e i i i i d n o o o o o · o u u u u y th y
        """.split(separator: " ").map { $0 == "·" ? [] : Array($0.utf8) }
}
