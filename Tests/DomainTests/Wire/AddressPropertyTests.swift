import Domain
import TestSupport
import Testing

@Suite struct AddressPropertyTests {
    private static let pieces = [
        "a", "B", "/", "/", "//", ".", "..", "/../", "/./", "%2e", "%2E%2e", "%41", "%", "%2", "%25", "%34%31",
        "%c3%a9",
        "%2f", "%5c", "\\", "?", "&", "=", "utm_source=x", "&vdg=1", "&gclid=2", "#f", "é", "😀", " ", "\t", "\n",
        "\u{1}",
        "\u{7f}", "+", "'", "\"", "<", "^", "|", "~", "_", "-", "@", ":", ":80", ";", "[", "]", "{", "utm_",
        "%75tm_term=y",
    ]

    private static func address(using random: inout SeededRandom) -> String {
        let host = ["example.com", "EXAMPLE.com:8080", "[::1]", "u:p@a.b", "a%41"].randomElement(using: &random) ?? ""
        let count = Int.random(in: 0..<14, using: &random)
        let tail = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
        return (Bool.random(using: &random) ? "https://" : "http://") + host + "/" + tail
    }

    @Test func normalisingTwiceIsNormalisingOnce() throws {
        var random = SeededRandom(seed: 21)
        for _ in 0..<5_000 {
            let address = Self.address(using: &random)
            let once = try AddressFixture(address)
            let twice = try AddressFixture((once.isSecure ? "https://" : "http://") + once.text)
            #expect(twice.text == once.text, "\(address.debugDescription)")
            #expect(twice.host == once.host)
            #expect(twice.path == once.path)
            #expect(twice.parameters.isEmpty && twice.clickIDName == nil)
        }
    }

    @Test func resultsAreVisibleASCIIWithinTheLimitAndWithoutDotSegments() throws {
        var random = SeededRandom(seed: 22)
        for _ in 0..<5_000 {
            let address = Self.address(using: &random)
            let result = try AddressFixture(address)
            #expect(result.text.utf8.allSatisfy { 0x21...0x7e ~= $0 && $0 != UInt8(ascii: "#") })
            #expect(result.text.utf8.count <= Limits.urlBytes)
            #expect(result.path.utf8.first == UInt8(ascii: "/"))
            #expect(result.path.utf8.allSatisfy { $0 != UInt8(ascii: "\\") })
            let segments = result.path.split(separator: "/", omittingEmptySubsequences: false)
            #expect(!segments.contains(".") && !segments.contains(".."), "\(address.debugDescription)")
            #expect(result.text.hasPrefix(result.key) && result.key.hasSuffix(result.path))
        }
    }

    @Test func damagedAddressesAreNormalisedOrRefusedAndNothingElse() {
        var random = SeededRandom(seed: 23)
        for _ in 0..<10_000 {
            var bytes = Array(Self.address(using: &random).utf8)
            for _ in 0...Int.random(in: 0..<4, using: &random) { Mutation.apply(to: &bytes, using: &random) }
            var scratch: [UInt8] = []
            var normaliser = AddressNormaliser()
            let page = bytes.withUnsafeBytes {
                try? normaliser.normalise($0, query: .withoutTracking, into: &scratch)
            }
            guard let page else { continue }
            let text = page.text.string(in: scratch)
            let again = try? AddressFixture((page.isSecure ? "https://" : "http://") + text)
            #expect(again?.text == text)
        }
    }
}
